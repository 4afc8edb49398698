//! Writes that happen together or not at all.

use std::borrow::Borrow;
use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use contracts::Event;

use crate::adjust::Expressions;
use crate::outbox::CARRIED;
use crate::row::encode;
use crate::{Adjust, Error, Item, Key, OutboxRow, Row, Stored};

/// DynamoDB's limit of operations in a transaction.
pub const TRANSACT_OPERATIONS_MAX: usize = 100;

/// Named operations that are carried out together by [`crate::Table::commit`]. A single one is a plain conditional
/// write, which costs half.
#[derive(Debug, Default)]
pub struct Tx {
    pub(crate) operations: Vec<Operation>,
    pub(crate) failure: Option<Error>,
}

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Put { item: Item, condition: Condition },
    Delete { key: Key, condition: Condition },
    Check { key: Key, condition: Condition },
    Update { key: Key, expressions: Expressions },
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Condition {
    Absent,
    Present,
    Version(u64),
}

impl Condition {
    pub(crate) fn expression(self) -> &'static str {
        match self {
            Self::Absent => "attribute_not_exists(PK)",
            Self::Present => "attribute_exists(PK)",
            Self::Version(_) => "row_version = :version",
        }
    }

    pub(crate) fn values(self) -> Option<HashMap<String, AttributeValue>> {
        let Self::Version(version) = self else { return None };
        Some(HashMap::from([(":version".into(), AttributeValue::N(version.to_string()))]))
    }
}

impl Tx {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many operations there are.
    pub const fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// Writes `row`; refused when its key is taken.
    pub fn create<R: Row>(self, name: &'static str, row: &R) -> Self {
        self.put(name, encode(row, 1), Condition::Absent)
    }

    /// Writes `row` over `read`; refused when somebody else wrote since. The key must stay the same.
    pub fn replace<R: Row>(mut self, name: &'static str, read: &Stored<R>, row: &R) -> Self {
        if read.key() != row.key() {
            self.failure = Some(Error::row(R::KIND, &row.key(), "a replacement must keep its key"));
        }
        self.put(name, encode(row, read.version + 1), Condition::Version(read.version))
    }

    /// Deletes `read`; refused when somebody else wrote since.
    pub fn delete<R: Row>(self, name: &'static str, read: &Stored<R>) -> Self {
        self.push(name, Kind::Delete { key: read.key(), condition: Condition::Version(read.version) })
    }

    /// Deletes whatever is at `key`; refused when nothing is.
    pub fn delete_key(self, name: &'static str, key: Key) -> Self {
        self.push(name, Kind::Delete { key, condition: Condition::Present })
    }

    /// Refused when somebody wrote `read` since.
    pub fn unchanged<R: Row>(self, name: &'static str, read: &Stored<R>) -> Self {
        self.push(name, Kind::Check { key: read.key(), condition: Condition::Version(read.version) })
    }

    /// Refused when there is a row at `key`.
    pub fn absent(self, name: &'static str, key: Key) -> Self {
        self.push(name, Kind::Check { key, condition: Condition::Absent })
    }

    /// Refused when there is no row at `key`.
    pub fn present(self, name: &'static str, key: Key) -> Self {
        self.push(name, Kind::Check { key, condition: Condition::Present })
    }

    /// Changes single attributes under conditions of its own.
    pub fn adjust(mut self, name: &'static str, key: Key, adjust: Adjust) -> Self {
        match adjust.build() {
            Ok(expressions) => self.push(name, Kind::Update { key, expressions }),
            Err(detail) => {
                self.failure = Some(Error::row(name, &key, detail));
                self
            }
        }
    }

    /// Tells `event` when, and only when, the rest is carried out. Refused (as `outbox`) when an event of that id and
    /// time was told before: an effect that takes both from its cause is told once. Whoever derives the id alone relies
    /// on subscribers, who deal with one id once.
    pub fn tell(self, event: impl Borrow<Event>) -> Self {
        match OutboxRow::new(event.borrow()) {
            Ok(row) => self.create("outbox", &row),
            Err(detail) => {
                let key = Key::new("OUTBOX", event.borrow().id.to_string());
                Self { failure: Some(Error::row("outbox", &key, detail)), ..self }
            }
        }
    }

    /// Has the row that was added last carry `events`, facts of that very change: the publisher sends them from the
    /// stream. Half the price of [`Tx::tell`], but `republish` cannot tell them again. Nothing for no events.
    pub fn carry(mut self, events: &[Event]) -> Self {
        if events.is_empty() {
            return self;
        }
        let carrier = Key::new("?", "?");
        let failed = |detail: String| Some(Error::row("carried", &carrier, detail));
        match (self.operations.last_mut().map(|last| &mut last.kind), serde_json::to_string(events)) {
            (Some(Kind::Put { item, .. }), Ok(text)) => {
                item.insert(CARRIED.into(), AttributeValue::S(text));
            }
            (_, Err(error)) => self.failure = failed(error.to_string()),
            // An earlier failure left no operation; it says more than this one.
            (_, Ok(_)) => self.failure = self.failure.or_else(|| failed("only a row that is written carries".into())),
        }
        self
    }

    fn put(mut self, name: &'static str, item: Result<Item, Error>, condition: Condition) -> Self {
        match item {
            Ok(item) => self.push(name, Kind::Put { item, condition }),
            Err(error) => {
                self.failure = Some(error);
                self
            }
        }
    }

    fn push(mut self, name: &'static str, kind: Kind) -> Self {
        self.operations.push(Operation { name, kind });
        self
    }
}

impl Operation {
    pub(crate) fn transact(self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        Ok(match self.kind {
            Kind::Put { item: row, condition } => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(row))
                    .condition_expression(condition.expression())
                    .set_expression_attribute_values(condition.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            Kind::Delete { key, condition } => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.into_item()))
                    .condition_expression(condition.expression())
                    .set_expression_attribute_values(condition.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            Kind::Check { key, condition } => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key.into_item()))
                    .condition_expression(condition.expression())
                    .set_expression_attribute_values(condition.values())
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
            Kind::Update { key, expressions } => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key.into_item()))
                    .update_expression(expressions.update)
                    .set_condition_expression(expressions.condition)
                    .set_expression_attribute_names(Some(expressions.names))
                    .set_expression_attribute_values(Some(expressions.values))
                    .return_values_on_condition_check_failure(old)
                    .build()?,
            ),
        }
        .build())
    }
}
