//! Rows of one partition, in order, a page at a time.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::PageLimit;

use crate::row::decode;
use crate::{Cursor, Error, Index, Item, Row, Stored, Table};

/// A question to one partition of the table or of an index.
#[derive(Debug, Clone)]
pub struct Query {
    pub(crate) index: Option<Index>,
    pub(crate) pk: String,
    pub(crate) prefix: String,
    range: Option<(String, String)>,
    descending: bool,
    consistent: bool,
    limit: i32,
    cursor: Option<Cursor>,
}

/// Some rows, and where to go on.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The rows in the order asked for.
    pub rows: Vec<Stored<R>>,
    /// Present when there may be more.
    pub next: Option<Cursor>,
}

impl Query {
    /// All rows of partition `pk`, ascending, up to 20.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            prefix: String::new(),
            range: None,
            descending: false,
            consistent: false,
            limit: 20,
            cursor: None,
        }
    }

    /// The partition is one of `index`.
    pub fn on(mut self, index: Index) -> Self {
        self.index = Some(index);
        self
    }

    /// Only sort keys that begin so.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Only sort keys from `first` to `last`, both included. Not together with a prefix.
    pub fn between(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.range = Some((first.into(), last.into()));
        self
    }

    /// Largest sort key first.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// Sees every write that was answered before. Not on an index.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// The page's size.
    pub fn limit(mut self, limit: PageLimit) -> Self {
        self.limit = i32::try_from(limit.get()).unwrap_or(i32::MAX);
        self
    }

    /// Goes on after `cursor`, which must be of this very question.
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }
}

impl Table {
    /// One page of rows. The partition must hold only rows of kind `R` within the asked range.
    pub async fn query<R: Row>(&self, query: Query) -> Result<Page<R>, Error> {
        let (pk, sk) = query.index.map_or(("PK", "SK"), Index::attributes);
        let text = |s: &str| AttributeValue::S(s.to_owned());
        let mut call = self
            .client()
            .query()
            .table_name(self.name())
            .set_index_name(query.index.map(|i| i.name().to_owned()))
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", text(&query.pk))
            .scan_index_forward(!query.descending)
            .limit(query.limit)
            .set_exclusive_start_key(query.cursor.clone().map(Cursor::into_start_key));
        if query.consistent {
            call = call.consistent_read(true);
        }
        call = if let Some((first, last)) = &query.range {
            call.key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last))
        } else if query.prefix.is_empty() {
            call.key_condition_expression("#pk = :pk")
        } else {
            call.key_condition_expression("#pk = :pk AND begins_with(#sk, :prefix)")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":prefix", text(&query.prefix))
        };
        let answer = call.send().await.map_err(|e| Error::call("Query", &e))?;
        let next = answer.last_evaluated_key.and_then(|key| Cursor::from_start_key(&key));
        let rows = answer.items.unwrap_or_default().into_iter().map(decode).collect::<Result<_, _>>()?;
        Ok(Page { rows, next })
    }

    /// Every row that `query` finds, page after page, at most `limit`: an error beyond it, so that nothing is left out
    /// in silence.
    pub async fn query_all<R: Row>(&self, query: Query, limit: usize) -> Result<Vec<Stored<R>>, Error> {
        let mut query = Query { limit: 1_000, ..query };
        let mut rows = Vec::new();
        loop {
            let page = self.query(query.clone()).await?;
            rows.extend(page.rows);
            if rows.len() > limit {
                let detail = format!("more than {limit} rows in {}", query.pk);
                return Err(Error::Call { operation: "Query", detail });
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => return Ok(rows),
            }
        }
    }
}

pub(crate) fn text(item: &Item, attribute: &str) -> Option<String> {
    item.get(attribute)?.as_s().ok().cloned()
}
