//! Faults of deliveries: batches that come twice, late, or again because Lambda lost the answer.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::json;

use super::fault::DELIVERY;
use super::{Call, Effect, Faults, When};
use crate::event_source_mapping::Invoke;
use crate::lambda::{FunctionError, InvokeError, Lambda, Outcome};

/// Lambda as the mapping of one source invokes it.
#[derive(Clone)]
pub struct Deliveries {
    lambda: Lambda,
    faults: Faults,
    source: String,
}

impl Deliveries {
    /// `source` is the name of the queue or of the table.
    pub fn new(lambda: Lambda, faults: Faults, source: String) -> Self {
        Self { lambda, faults, source }
    }

    async fn deliver(&self, function: &str, payload: Bytes) -> Result<Outcome, InvokeError> {
        let call = Call { function, environment: 0, service: DELIVERY, operation: &self.source };
        let invoke = || self.lambda.invoke(function, payload.clone());
        let Some((effect, when)) = self.faults.strike(&call) else { return invoke().await };
        match (effect, when) {
            (Effect::Duplicate, _) => {
                invoke().await?;
                invoke().await
            }
            (Effect::DelayMs(ms), When::Before) => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                invoke().await
            }
            (Effect::DelayMs(ms), When::After) => {
                let outcome = invoke().await;
                tokio::time::sleep(Duration::from_millis(ms)).await;
                outcome
            }
            (_, When::Before) => Ok(lost()),
            (_, When::After) => {
                invoke().await?;
                Ok(lost())
            }
        }
    }
}

impl Invoke for Deliveries {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Outcome, InvokeError>> {
        Box::pin(self.deliver(function, payload))
    }

    fn invoke_event<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<(), InvokeError>> {
        Box::pin(self.lambda.invoke_event(function, payload))
    }
}

/// A batch whose success nobody heard of.
fn lost() -> Outcome {
    let document = json!({ "errorType": "Sandbox.Failure", "errorMessage": "a fault that was ordered" });
    Outcome {
        payload: document.to_string().into(),
        error: Some(FunctionError::Unhandled),
        request_id: String::new(),
        duration: Duration::ZERO,
        init_duration: None,
        log_tail: String::new(),
    }
}
