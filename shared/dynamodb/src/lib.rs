//! The single-table kit.
//!
//! A service describes its rows with [`Row`] and reads and writes them through [`Table`]. There is no scan, and no
//! expression string outside this crate. Three kinds of write exist: [`Tx::create`] (absent), [`Tx::replace`] (the
//! version that was read is still there; only a row that was read can be replaced) and [`Tx::adjust`] (atomic counters
//! with a floor). Every operation has a name, so that a failure says *which* condition failed ([`Error::refused`]).
//!
//! Facts leave with the change that makes them true: in a row of the outbox ([`Tx::tell`]), or carried by the changed row
//! ([`Tx::carry`]).

mod adjust;
mod cursor;
mod due;
mod error;
mod outbox;
mod packed;
mod query;
mod row;
mod schema;
mod table;
mod tx;

#[cfg(test)]
mod tests;

pub use adjust::Adjust;
pub use cursor::{Cursor, CursorError};
pub use error::{Error, Refusal};
pub use outbox::{OUTBOX_DAYS, OutboxRow};
pub use packed::Packed;
pub use query::{Page, Query};
pub use row::{Due, Index, Key, Row, Stored};
pub use schema::{IndexSchema, Projection, TableSchema};
pub use table::Table;
pub use tx::{TRANSACT_OPERATIONS_MAX, Tx};

/// An item as DynamoDB has it.
pub type Item = std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue>;
