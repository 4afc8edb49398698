//! Time to live: items whose time has passed are deleted, with a record in the stream as AWS writes it.

use std::time::Duration;

use futures::executor::block_on;
use tokio::time::Instant;

use super::{DynamoDb, TableError};

/// How often expired items are looked for.
const EVERY: Duration = Duration::from_secs(5);
/// A sweep reads every item of the tables with a TTL; it may use this share of the time.
const SHARE: u32 = 50;

impl DynamoDb {
    /// Deletes what has expired by the shared clock and answers how many items that were.
    pub fn sweep_ttl(&self) -> Result<usize, TableError> {
        let deleted = block_on(dynoxide::ttl::sweep_expired_items(&*self.storage()))?;
        if deleted > 0 {
            self.written(&[]);
        }
        Ok(deleted)
    }
}

/// Sweeps every few seconds, and at once when the clock is moved, until it is dropped.
pub async fn keep_sweeping(database: DynamoDb) {
    let mut moves = database.inner.clock.moves();
    loop {
        let (started, sweeping) = (Instant::now(), database.clone());
        match tokio::task::spawn_blocking(move || sweeping.sweep_ttl()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(deleted)) => tracing::debug!(deleted, "items expired"),
            Ok(Err(cause)) => tracing::error!(%cause, "expired items could not be deleted"),
            Err(cause) => tracing::error!(%cause, "the TTL sweep died"),
        }
        let pause = EVERY.max(started.elapsed() * SHARE);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = moves.changed() => {}
        }
    }
}
