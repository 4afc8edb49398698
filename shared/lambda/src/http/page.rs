//! Lists, a page at a time: `?limit=20&cursor=…`.

use axum::extract::{FromRequestParts, Query as QueryString};
use domain::PageLimit;
use dynamodb::{Cursor, Query};
use http::request::Parts;
use serde::{Deserialize, Serialize};

use super::{Problem, kinds};

/// Which page is asked for.
#[derive(Debug, Clone, Default)]
pub struct PageQuery {
    /// Its size.
    pub limit: PageLimit,
    cursor: Option<String>,
}

/// A page as it is answered.
#[derive(Debug, Clone, Serialize)]
pub struct PageAnswer<T> {
    /// The items in order.
    pub items: Vec<T>,
    /// What to pass as `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<u32>,
    cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for PageQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let wrong = |detail: String| Problem::of(&kinds::PARAMETER).with("detail", detail);
        let QueryString(raw) =
            QueryString::<Raw>::from_request_parts(parts, state).await.map_err(|e| wrong(e.body_text()))?;
        let limit = raw.limit.map(PageLimit::new).transpose().map_err(|e| wrong(e.to_string()))?;
        Ok(Self { limit: limit.unwrap_or_default(), cursor: raw.cursor })
    }
}

impl PageQuery {
    /// `query` at the page asked for. `pattern` names the list and `caller` whoever may go on in it.
    pub fn apply(&self, query: Query, pattern: &str, caller: &str) -> Result<Query, Problem> {
        let decode = |text: &String| Cursor::decode(text, pattern, caller, &query);
        let cursor = self.cursor.as_ref().map(decode).transpose().map_err(|_| Problem::of(&kinds::CURSOR))?;
        Ok(query.limit(self.limit).after(cursor))
    }
}

impl<T> PageAnswer<T> {
    /// The page of `items`, with its cursor bound as in [`PageQuery::apply`].
    pub fn new(items: Vec<T>, next: Option<&Cursor>, pattern: &str, caller: &str) -> Self {
        Self { items, next_cursor: next.map(|cursor| cursor.encode(pattern, caller)) }
    }
}
