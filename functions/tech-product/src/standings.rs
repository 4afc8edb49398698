//! Which stores sell, as functions remember it for some seconds: what a stopped store has on sale is shown to nobody.
//!
//! The products' own rows and cards stay as they are: a store may have 100,000 of them, and be back tomorrow.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::{StoreId, Timestamp};
use dynamodb::{Error, Table};
use jiff::SignedDuration;

use crate::table::{Standing, standing_key};

/// The events of a store's standing take seconds as well; the checkout asks the store itself.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_secs(15);
/// Stores that are remembered at once.
const STORES_MAX: usize = 10_000;

/// Remembers between requests which stores sell; clones share it.
#[derive(Debug, Clone, Default)]
pub struct StandingMemory(Arc<Mutex<HashMap<StoreId, Remembered>>>);

#[derive(Debug, Clone, Copy)]
struct Remembered {
    at: Timestamp,
    sells: bool,
}

impl StandingMemory {
    /// Whether a store sells, as of at most 15 seconds ago.
    pub async fn sells(&self, table: &Table, now: Timestamp, store: StoreId) -> Result<bool, Error> {
        Ok(self.stopped(table, now, [store].into()).await?.is_empty())
    }

    /// Those of `stores` that do not sell, as of at most 15 seconds ago. Reads those that are not remembered, at once.
    pub async fn stopped(
        &self,
        table: &Table,
        now: Timestamp,
        stores: HashSet<StoreId>,
    ) -> Result<HashSet<StoreId>, Error> {
        let asked: Vec<StoreId> = {
            let known = self.lock();
            let fresh = |store| known.get(store).is_some_and(|of| now.duration_since(of.at) < REMEMBERED_FOR);
            stores.iter().filter(|store| !fresh(*store)).copied().collect()
        };
        if !asked.is_empty() {
            let read = table.get_many::<Standing>(asked.iter().copied().map(standing_key)).await?;
            let stopped: HashSet<StoreId> = read.iter().filter(|row| !row.sells).map(|row| row.store_id).collect();
            let mut known = self.lock();
            if known.len() + asked.len() > STORES_MAX {
                known.clear();
            }
            known.extend(asked.into_iter().map(|id| (id, Remembered { at: now, sells: !stopped.contains(&id) })));
        }
        let known = self.lock();
        Ok(stores.into_iter().filter(|store| known.get(store).is_some_and(|of| !of.sells)).collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StoreId, Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
