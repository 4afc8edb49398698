//! How far each stream was read, kept in a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::template::model::{EventSourceMapping, Source};

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

    /// How far the slowest of `mappings` is with each stream that they read: by table, the last record that it is done
    /// with, `None` when there is none.
    pub fn read_to(
        &self,
        mappings: &[EventSourceMapping],
    ) -> Result<BTreeMap<String, Option<String>>, rusqlite::Error> {
        let mut read_to: BTreeMap<String, Option<String>> = BTreeMap::new();
        for mapping in mappings {
            let Source::Stream(table) = &mapping.source else { continue };
            let after = self.get(&mapping.id)?.and_then(|position| position.after);
            // Sequence numbers have one length: their order is that of text. Nothing comes before everything.
            let slowest = match read_to.remove(table) {
                Some(other) => other.min(after),
                None => after,
            };
            read_to.insert(table.clone(), slowest);
        }
        Ok(read_to)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(id: &str, source: Source) -> EventSourceMapping {
        EventSourceMapping { id: id.to_owned(), ..crate::event_source_mapping::tests::mapping(source) }
    }

    #[test]
    fn the_slowest_reader_decides_what_is_read() {
        let positions = Positions::open(None).unwrap();
        let stream = |id: &str, table: &str| mapping(id, Source::Stream(table.to_owned()));
        for (id, after) in [("a", Some("102")), ("b", Some("101")), ("c", Some("103")), ("gone", Some("100"))] {
            positions.save(id, after).unwrap();
        }
        let mappings = [
            stream("a", "orders"),
            stream("b", "orders"),
            stream("c", "users"),
            stream("never-ran", "users"),
            mapping("queue", Source::Queue("mail".to_owned())),
        ];
        let expected = [("orders".to_owned(), Some("101".to_owned())), ("users".to_owned(), None)];
        assert_eq!(positions.read_to(&mappings).unwrap(), BTreeMap::from(expected));
    }
}
