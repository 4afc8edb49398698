//! How far each stream was read, kept in a file.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

/// Where a mapping goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    /// The last record that it is done with; `None` before the first.
    pub(super) after: Option<String>,
}

/// The positions of all mappings. Clones share them.
#[derive(Clone)]
pub struct Positions {
    // A save is one row of a small file and takes microseconds, so it is done on the spot.
    connection: Arc<Mutex<Connection>>,
}

impl Positions {
    /// Opens the positions of `file`, or none in memory. Each save outlives the end of the process.
    pub fn open(file: Option<&Path>) -> Result<Self, rusqlite::Error> {
        let connection = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS positions (mapping TEXT PRIMARY KEY, sequence_number TEXT) WITHOUT ROWID",
        )?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// `None` when the mapping never ran.
    pub(super) fn get(&self, mapping: &str) -> Result<Option<Position>, rusqlite::Error> {
        self.lock()
            .prepare_cached("SELECT sequence_number FROM positions WHERE mapping = ?1")?
            .query_row([mapping], |row| Ok(Position { after: row.get(0)? }))
            .optional()
    }

    pub(super) fn save(&self, mapping: &str, sequence_number: Option<&str>) -> Result<(), rusqlite::Error> {
        self.lock()
            .prepare_cached("INSERT OR REPLACE INTO positions (mapping, sequence_number) VALUES (?1, ?2)")?
            .execute(params![mapping, sequence_number])?;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
