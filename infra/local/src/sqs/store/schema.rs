//! The tables of the queues' database.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

/// A message is visible when `visible_ms` has come, in flight when it has not and there is a `receipt`, else delayed.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    arn TEXT NOT NULL UNIQUE,
    attributes TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT,
    sent_ms INTEGER NOT NULL,
    kept_since_ms INTEGER NOT NULL,
    visible_ms INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0,
    first_received_ms INTEGER,
    received_ms INTEGER,
    receipt TEXT,
    group_id TEXT,
    deduplication_id TEXT,
    trace_header TEXT,
    dead_letter_source_arn TEXT
);
CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_ms, id);
CREATE INDEX IF NOT EXISTS messages_by_group ON messages (queue, id) WHERE group_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS deduplications (
    queue INTEGER NOT NULL,
    key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (queue, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deduplications_by_expiry ON deduplications (expires_ms);
CREATE TABLE IF NOT EXISTS move_tasks (
    handle TEXT PRIMARY KEY,
    source_arn TEXT NOT NULL,
    destination_arn TEXT,
    started_ms INTEGER NOT NULL,
    moved INTEGER NOT NULL
);
";

/// Opens the database. `NORMAL` keeps every commit over the end of the process, though not over a power cut.
pub(super) fn open(file: Option<&Path>) -> Result<Connection, rusqlite::Error> {
    let connection = match file {
        Some(file) => Connection::open(file)?,
        None => Connection::open_in_memory()?,
    };
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(TABLES)?;
    Ok(connection)
}
