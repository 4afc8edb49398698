//! Faults that a test orders: what AWS does on a bad day, at a call of the test's choice.
//!
//! A fault waits for the nth call that it is about, counted from when it was ordered, and then strikes: the process that
//! called is killed, the call fails, or it takes long; before the call takes effect, or after it took effect and before
//! anybody heard of it. So a test kills a function after its first call, its second, its third, until the fault no longer
//! strikes, and has tried every step.
//!
//! A call belongs to the execution environment whose access keys signed it. What is signed with a function's keys outside
//! of any environment (an operator's, a test's own call) is nobody's and is neither counted nor struck.

mod delivery;
mod fault;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::iam::EnvironmentNumber;
use crate::lambda::Lambda;

pub use delivery::Deliveries;
pub(crate) use fault::status;
pub use fault::{Effect, Fault, FaultError, When};

/// A call as faults see it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Who calls, or for a delivery who gets it.
    pub function: &'a str,
    /// Which of its environments; 0 is none.
    pub environment: EnvironmentNumber,
    /// `dynamodb`, `execute-api` and the like; `event-source-mapping` for a batch that one delivers.
    pub service: &'a str,
    /// `PutItem`; `PUT /internal/things/{id}` for an API; empty where the protocol has none.
    pub operation: &'a str,
}

/// A fault that was ordered, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ordered {
    /// Names it.
    pub id: u64,
    /// What was ordered.
    #[serde(flatten)]
    pub fault: Fault,
    /// Calls it was about so far, struck or not.
    pub calls: u64,
    /// How often it struck.
    pub strikes: u64,
    /// Whether it struck at all.
    pub fired: bool,
}

/// The faults of a stack. Clones are the same.
#[derive(Clone)]
pub struct Faults {
    lambda: Lambda,
    ordered: Arc<Mutex<Orders>>,
}

#[derive(Default)]
struct Orders {
    last_id: u64,
    list: Vec<Ordered>,
}

impl Faults {
    /// None yet. Processes are those of `lambda`.
    pub fn new(lambda: Lambda) -> Self {
        Self { lambda, ordered: Arc::default() }
    }

    /// Orders a fault; its calls are counted from now on.
    pub fn order(&self, fault: Fault) -> Result<Ordered, FaultError> {
        fault.check()?;
        if let Some(function) = &fault.function {
            self.lambda.function_name(function).map_err(|_| FaultError::NoSuchFunction(function.clone()))?;
        }
        let mut orders = self.lock();
        orders.last_id += 1;
        let ordered = Ordered { id: orders.last_id, fault, calls: 0, strikes: 0, fired: false };
        orders.list.push(ordered.clone());
        Ok(ordered)
    }

    /// All that were ordered, the oldest first, those that have struck for the last time too.
    pub fn list(&self) -> Vec<Ordered> {
        self.lock().list.clone()
    }

    /// Takes one back; whether there was one.
    pub fn cancel(&self, id: u64) -> bool {
        let mut orders = self.lock();
        let before = orders.list.len();
        orders.list.retain(|ordered| ordered.id != id);
        orders.list.len() < before
    }

    /// Takes all back.
    pub fn clear(&self) {
        self.lock().list.clear();
    }

    /// Does the `work` of a call, struck by what was ordered for it. `failed` makes the answer of a call that fails, with
    /// the error code that was ordered, if one was.
    pub(crate) async fn around<T>(
        &self,
        call: &Call<'_>,
        work: impl Future<Output = T>,
        failed: impl FnOnce(Option<&str>, When) -> T,
    ) -> T {
        if call.environment == 0 {
            return work.await;
        }
        let Some((effect, when)) = self.strike(call) else { return work.await };
        match (effect, when) {
            (Effect::Kill, When::Before) => {
                self.lambda.kill(call.environment).await;
                // Nobody is left to read it.
                failed(None, when)
            }
            (Effect::Kill, When::After) => {
                let answer = work.await;
                self.lambda.kill(call.environment).await;
                answer
            }
            (Effect::Error, When::Before) => failed(None, when),
            (Effect::ErrorCode(code), When::Before) => failed(Some(&code), when),
            (Effect::Error, When::After) => {
                work.await;
                failed(None, when)
            }
            (Effect::ErrorCode(code), When::After) => {
                work.await;
                failed(Some(&code), when)
            }
            (Effect::DelayMs(ms), When::Before) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                work.await
            }
            (Effect::DelayMs(ms), When::After) => {
                let answer = work.await;
                tokio::time::sleep(Duration::from_millis(ms)).await;
                answer
            }
            // Refused when it was ordered for a call.
            (Effect::Duplicate, _) => work.await,
        }
    }

    /// Counts a call with every fault that is about it; what strikes it is the oldest whose turn it is.
    fn strike(&self, call: &Call<'_>) -> Option<(Effect, When)> {
        let mut struck = None;
        for ordered in self.lock().list.iter_mut().filter(|ordered| ordered.fault.is_about(call)) {
            ordered.calls += 1;
            let (fault, place) = (&ordered.fault, ordered.calls);
            if struck.is_none() && place >= fault.nth && place - fault.nth < fault.times {
                ordered.strikes += 1;
                ordered.fired = true;
                tracing::warn!(
                    fault = ordered.id,
                    function = call.function,
                    call = %format_args!("{}:{}", call.service, call.operation),
                    place,
                    "{:?} {:?} the call",
                    fault.effect,
                    fault.when,
                );
                struck = Some((fault.effect.clone(), fault.when));
            }
        }
        struck
    }

    fn lock(&self) -> MutexGuard<'_, Orders> {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
