//! DynamoDB and its streams, embedded: dynoxide's storage and actions in this process, on the shared clock.
//!
//! Not as in AWS: one shard, every read consistent, no throttling, no `TransactionConflict`; a write that changes
//! nothing still puts a `MODIFY` into the stream.

mod error;
mod idempotency;
mod operation;
mod stream;
mod tables;
#[cfg(test)]
mod tests;
mod ttl;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use dynoxide::actions::vector_lifecycle::VectorIndexLifecycle;
use dynoxide::storage::Storage;
use dynoxide::storage_backend;
use http::StatusCode;
use tokio::sync::watch;

use crate::clock::Clock;
pub use operation::Used;
pub(crate) use operation::writes;
pub use tables::TableError;
pub use ttl::keep_sweeping;

use error::Refusal;
use idempotency::Tokens;

/// DynamoDB's limit on a request's body, in bytes.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// All tables of the stack. Clones share them.
#[derive(Clone)]
pub struct DynamoDb {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Mutex<Storage>,
    tokens: Mutex<Tokens>,
    vectors: VectorIndexLifecycle,
    clock: Clock,
    region: String,
    account: String,
    writes: Mutex<HashMap<String, watch::Sender<u64>>>,
}

/// What a call came to.
#[derive(Debug)]
pub struct Answer {
    /// 200, 400 or 500.
    pub status: StatusCode,
    /// JSON.
    pub body: Bytes,
    /// The capacity it used, by table; empty when it was refused.
    pub used: Vec<Used>,
}

impl DynamoDb {
    /// Opens the tables in `file`, or in memory. What was answered with success survives kill -9 of this process.
    pub fn open(file: Option<&Path>, region: &str, account: &str, clock: Clock) -> Result<Self, TableError> {
        let storage = match file {
            Some(file) => Storage::new(&file.to_string_lossy()),
            None => Storage::memory(),
        };
        let storage = storage?.with_clock(Arc::new(SharedClock(clock.clone())));
        // In WAL mode a commit outlives the process without an fsync; only a power cut could lose the last ones.
        storage.conn().pragma_update(None, "synchronous", "NORMAL")?;
        stream::prepare(storage.conn())?;
        Ok(Self {
            inner: Arc::new(Inner {
                storage: Mutex::new(storage),
                tokens: Mutex::new(Tokens::default()),
                vectors: VectorIndexLifecycle::new(),
                clock,
                region: region.to_owned(),
                account: account.to_owned(),
                writes: Mutex::default(),
            }),
        })
    }

    /// Answers one call of the JSON protocol. `operation` is `GetItem`, not the whole target.
    pub async fn handle(&self, operation: &str, body: &[u8]) -> Answer {
        let (database, operation, body) = (self.clone(), operation.to_owned(), body.to_vec());
        // SQLite blocks, and a sweep may hold the lock for a while.
        tokio::task::spawn_blocking(move || database.handle_blocking(&operation, &body))
            .await
            .unwrap_or_else(|cause| Refusal::internal(&cause.to_string()).answer())
    }

    /// [`Self::handle`] on the calling thread.
    pub fn handle_blocking(&self, operation: &str, body: &[u8]) -> Answer {
        match operation::run(self, operation, body) {
            Ok((body, used)) => {
                if operation::writes(operation) {
                    let tables = used.iter().map(|used| used.table.as_str());
                    self.written(tables.collect::<Vec<_>>().as_slice());
                }
                Answer { status: StatusCode::OK, body, used }
            }
            Err(refusal) => refusal.answer(),
        }
    }

    /// Tells of each write to a table: a reader of its stream waits on it instead of polling.
    pub fn writes(&self, table: &str) -> watch::Receiver<u64> {
        self.bells().entry(table.to_owned()).or_default().subscribe()
    }

    /// Wakes the readers of some tables' streams; of all when it is not known which were written to.
    fn written(&self, tables: &[&str]) {
        for (table, bell) in self.bells().iter() {
            if tables.is_empty() || tables.contains(&table.as_str()) {
                bell.send_modify(|count| *count += 1);
            }
        }
    }

    fn bells(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<u64>>> {
        self.inner.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn storage(&self) -> MutexGuard<'_, Storage> {
        // Every write is one SQLite transaction, so a panic elsewhere cannot have left half of one.
        self.inner.storage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The shared clock in dynoxide's terms.
struct SharedClock(Clock);

impl storage_backend::Clock for SharedClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    #[expect(clippy::cast_precision_loss, reason = "dynoxide's own unit; exact to the microsecond until 2255")]
    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_microsecond() as f64 / 1e6
    }
}
