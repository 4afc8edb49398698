//! The processes that live, by their function.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::join_all;

use super::process::Killer;

/// Finds the processes of a function. Clones are the same roster.
#[derive(Clone, Default)]
pub(super) struct Roster(Arc<Mutex<HashMap<String, Vec<Killer>>>>);

impl Roster {
    /// Remembers a process until it has ended.
    pub(super) fn add(&self, function: &str, killer: Killer) {
        let mut alive = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let processes = alive.entry(function.to_owned()).or_default();
        processes.retain(|process| !process.has_ended());
        processes.push(killer);
    }

    /// Kills every process of a function and returns once they are gone; how many there were.
    pub(super) async fn kill(&self, function: &str) -> usize {
        let mut processes = self.take(function);
        processes.retain(|process| !process.has_ended());
        let killed = processes.len();
        join_all(processes.into_iter().map(Killer::kill)).await;
        killed
    }

    fn take(&self, function: &str) -> Vec<Killer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(function).unwrap_or_default()
    }
}
