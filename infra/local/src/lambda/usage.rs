//! What functions have used: invocations, their time, their CPU.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::environment::milliseconds;

/// What one function has used since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionUsage {
    /// Its name.
    pub function: String,
    /// Events that an environment took.
    pub invocations: u64,
    /// Those that came to nothing: an error, a timeout, a process that ended.
    pub errors: u64,
    /// From handing the event over to the answer, all invocations together.
    pub duration_ms: f64,
    /// CPU time of the processes while they served. What a process that was killed used for its last event is not known.
    pub cpu_ms: f64,
    /// Environments that were started.
    pub starts: u64,
    /// CPU time of the processes from their start to their first event.
    pub start_cpu_ms: f64,
    /// The most memory that one of its processes has held.
    pub peak_memory_kib: u64,
}

/// Sums by function. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Usage {
    functions: Arc<Mutex<BTreeMap<String, FunctionUsage>>>,
}

impl Usage {
    pub(super) fn started(&self, function: &str, cpu: Duration) {
        self.add(function, |usage| {
            usage.starts += 1;
            usage.start_cpu_ms += milliseconds(cpu);
        });
    }

    pub(super) fn invoked(&self, function: &str, failed: bool, duration: Duration, cpu: Duration, peak_kib: u64) {
        self.add(function, |usage| {
            usage.invocations += 1;
            usage.errors += u64::from(failed);
            usage.duration_ms += milliseconds(duration);
            usage.cpu_ms += milliseconds(cpu);
            usage.peak_memory_kib = usage.peak_memory_kib.max(peak_kib);
        });
    }

    pub(super) fn list(&self) -> Vec<FunctionUsage> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn reset(&self) {
        self.lock().clear();
    }

    fn add(&self, function: &str, change: impl FnOnce(&mut FunctionUsage)) {
        let mut functions = self.lock();
        let new = || FunctionUsage { function: function.to_owned(), ..FunctionUsage::default() };
        change(functions.entry(function.to_owned()).or_insert_with(new));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, FunctionUsage>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
