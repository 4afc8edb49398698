//! Who waits for a message, by queue.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Wakes receivers that found nothing.
#[derive(Debug, Default)]
pub(super) struct LongPoll {
    queues: Mutex<HashMap<String, Arc<Notify>>>,
}

impl LongPoll {
    /// The bell of a queue. Enable it before looking, so that what arrives in between rings it.
    pub(super) fn bell(&self, queue: &str) -> Arc<Notify> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(queues.entry(queue.to_owned()).or_default())
    }

    /// Something of this queue may be received now that could not before.
    pub(super) fn ring(&self, queue: &str) {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = queues.get(queue) {
            bell.notify_waiters();
        }
    }
}
