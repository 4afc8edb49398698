//! The environments that live, by their numbers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::process::Killer;
use crate::iam::EnvironmentNumber;

/// Numbers environments and finds their processes. Clones are the same roster.
#[derive(Clone, Default)]
pub(super) struct Roster {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    last: AtomicU32,
    alive: Mutex<HashMap<EnvironmentNumber, Killer>>,
}

impl Roster {
    /// A number that no other environment of this run has: the first is 1.
    pub(super) fn number(&self) -> EnvironmentNumber {
        self.inner.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Remembers a process until it has ended.
    pub(super) fn add(&self, number: EnvironmentNumber, killer: Killer) {
        let mut alive = self.inner.alive.lock().unwrap_or_else(PoisonError::into_inner);
        alive.retain(|_, killer| !killer.has_ended());
        alive.insert(number, killer);
    }

    /// The process of an environment that may still live.
    pub(super) fn find(&self, number: EnvironmentNumber) -> Option<Killer> {
        self.inner.alive.lock().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }
}
