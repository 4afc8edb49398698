//! Faults that a test orders: a function dies at a call of the test's choice.
//!
//! A fault waits for the nth call of a function to the AWS endpoint, counted from when it was ordered, and kills every
//! process of that function there: before the call takes effect, or after it took effect and before anybody heard of it. So
//! a test kills a function at its first call, its second, its third, until the fault no longer strikes, and has tried every
//! state that a crash can leave.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::lambda::Lambda;

/// A death that was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Whose, by its name.
    pub function: String,
    /// At which of its calls, from 1.
    pub nth: u64,
    /// On which side of the call's effect.
    pub when: When,
}

/// On which side of the call's effect a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The call has no effect.
    Before,
    /// It took effect, and its caller does not hear so.
    After,
}

/// A fault, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ordered {
    #[serde(flatten)]
    fault: Fault,
    /// Calls of the function so far.
    calls: u64,
    /// Whether it struck.
    fired: bool,
}

/// The faults of a stack. Clones are the same.
#[derive(Clone)]
pub struct Faults {
    lambda: Lambda,
    ordered: Arc<Mutex<Vec<Ordered>>>,
}

impl Faults {
    /// None yet. Processes are those of `lambda`.
    pub fn new(lambda: Lambda) -> Self {
        Self { lambda, ordered: Arc::default() }
    }

    /// Orders a fault; its calls are counted from now on.
    pub fn order(&self, fault: Fault) {
        self.lock().push(Ordered { fault, calls: 0, fired: false });
    }

    /// All that were ordered, the oldest first.
    pub fn list(&self) -> Vec<Ordered> {
        self.lock().clone()
    }

    /// Takes all back.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Does the `work` of a call by `function`, struck by what was ordered for it; none when nobody is left to hear of it.
    pub(crate) async fn around<T>(&self, function: &str, work: impl Future<Output = T>) -> Option<T> {
        let Some(when) = self.strike(function) else { return Some(work.await) };
        if when == When::After {
            work.await;
        }
        let killed = self.lambda.kill(function).await;
        tracing::warn!(function, killed, ?when, "killed at a call, as ordered");
        None
    }

    /// Counts a call with every fault that is about it.
    fn strike(&self, function: &str) -> Option<When> {
        let mut struck = None;
        for ordered in self.lock().iter_mut().filter(|ordered| ordered.fault.function == function) {
            ordered.calls += 1;
            if !ordered.fired && ordered.calls == ordered.fault.nth {
                ordered.fired = true;
                struck = struck.or(Some(ordered.fault.when));
            }
        }
        struck
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Ordered>> {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
