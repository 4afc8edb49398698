//! Time to live: items whose time has passed are deleted, with a record in the stream as AWS writes it.
//!
//! dynoxide's own sweep reads every item of every table; an index on the time of expiry finds the few that are due.

use std::time::Duration;

use dynoxide::actions::delete_item::{self, DeleteItemRequest};
use dynoxide::storage::Storage;
use dynoxide::{DynoxideError, Item};
use futures::executor::block_on;
use serde_json::Value;

use super::{DynamoDb, TableError};
use crate::template::model::Table;

/// How often expired items are looked for.
const EVERY: Duration = Duration::from_secs(2);
/// Items deleted before other requests get their turn.
const PAGE: usize = 25;
/// While it is there, every stream record says that the deletion is the service's own.
const BY_THE_SERVICE: &str = "CREATE TEMP TRIGGER by_the_service AFTER INSERT ON main._stream_records BEGIN
     UPDATE _stream_records SET user_identity = '{\"type\":\"Service\",\"principalId\":\"dynamodb.amazonaws.com\"}'
     WHERE id = NEW.id; END";

impl DynamoDb {
    /// Makes the items of a table that expire findable.
    pub(super) fn index_ttl(&self, table: &Table) -> Result<(), TableError> {
        let Some(attribute) = &table.ttl_attribute else { return Ok(()) };
        let name = quoted(&table.name);
        let index = quoted(&format!("{}::ttl::{attribute}", table.name));
        let expires = expires(attribute);
        self.storage().conn().execute_batch(&format!(
            "CREATE INDEX IF NOT EXISTS {index} ON {name} ({expires}) WHERE {expires} IS NOT NULL"
        ))?;
        Ok(())
    }

    /// Deletes what has expired by the shared clock and answers how many items that were.
    pub fn sweep_ttl(&self) -> Result<usize, TableError> {
        let now = self.inner.clock.now().as_second();
        let tables = with_ttl(&self.storage())?;
        let mut deleted = 0;
        for (table, attribute) in tables {
            loop {
                let page = delete_page(&self.storage(), &table, &attribute, now)?;
                deleted += page;
                if page > 0 {
                    self.written(&[&table]);
                }
                if page < PAGE {
                    break;
                }
            }
        }
        Ok(deleted)
    }
}

/// The tables with a time to live, and its attribute.
fn with_ttl(storage: &Storage) -> Result<Vec<(String, String)>, TableError> {
    let mut tables = storage.conn().prepare_cached(
        "SELECT table_name, ttl_attribute FROM _tables WHERE ttl_enabled = 1 AND ttl_attribute IS NOT NULL",
    )?;
    let tables = tables.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(tables.collect::<Result<_, _>>()?)
}

/// Deletes the first expired items of a table. Nothing comes between finding one and deleting it: the caller holds the
/// storage.
fn delete_page(storage: &Storage, table: &str, attribute: &str, now: i64) -> Result<usize, TableError> {
    let (name, expires) = (quoted(table), expires(attribute));
    let mut due = storage.conn().prepare_cached(&format!(
        "SELECT item_json FROM {name} WHERE {expires} IS NOT NULL AND {expires} < ?1 LIMIT {PAGE}"
    ))?;
    let due: Vec<String> = due.query_map([now], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if due.is_empty() {
        return Ok(0);
    }
    let keys = key_names(storage, table)?;
    storage.conn().execute_batch(BY_THE_SERVICE)?;
    let deleted = due.iter().try_for_each(|item| delete(storage, table, &keys, item));
    storage.conn().execute_batch("DROP TRIGGER temp.by_the_service")?;
    deleted?;
    Ok(due.len())
}

fn delete(storage: &Storage, table: &str, keys: &[String], item: &str) -> Result<(), TableError> {
    let mut item: Item = serde_json::from_str(item)?;
    item.retain(|name, _| keys.contains(name));
    let request = DeleteItemRequest { table_name: table.to_owned(), key: item, ..DeleteItemRequest::default() };
    block_on(delete_item::execute(storage, request))?;
    Ok(())
}

fn key_names(storage: &Storage, table: &str) -> Result<Vec<String>, TableError> {
    let metadata = storage.get_table_metadata(table)?;
    let missing = || DynoxideError::ResourceNotFoundException(table.to_owned());
    let schema: Vec<Value> = serde_json::from_str(&metadata.ok_or_else(missing)?.key_schema)?;
    Ok(schema.iter().filter_map(|key| key["AttributeName"].as_str().map(str::to_owned)).collect())
}

/// The time of expiry of a row, in seconds, where the attribute is a number. Index and query must say the same.
fn expires(attribute: &str) -> String {
    let path = format!("$.\"{attribute}\".N").replace('\'', "''");
    format!("CAST(json_extract(item_json, '{path}') AS INTEGER)")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Sweeps every few seconds, and at once when the clock is moved, until it is dropped.
pub async fn keep_sweeping(database: DynamoDb) {
    let mut moves = database.inner.clock.moves();
    loop {
        let sweeping = database.clone();
        match tokio::task::spawn_blocking(move || sweeping.sweep_ttl()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(deleted)) => tracing::debug!(deleted, "items expired"),
            Ok(Err(cause)) => tracing::error!(%cause, "expired items could not be deleted"),
            Err(cause) => tracing::error!(%cause, "the TTL sweep died"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = moves.changed() => {}
        }
    }
}
