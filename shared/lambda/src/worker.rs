//! Functions that take events from a queue and look at due rows when a schedule says so.

use std::future::Future;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use contracts::Event;
use futures::FutureExt;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tokio::time::Instant;
use tracing::{Instrument, error, info_span};

use crate::Failure;

/// What a batch may take: a second less than a worker's timeout of five.
const BATCH_TIME: Duration = Duration::from_secs(4);

/// Why one event could not be dealt with. It comes again, and after some times goes to the dead-letter queue.
pub type ConsumeError = Box<dyn std::error::Error + Send + Sync>;

/// What a worker does. Both halves may be called again for what they did already.
pub trait Worker: Send + Sync {
    /// Deals with one event; safe against a second delivery.
    fn consume(&self, event: Event) -> impl Future<Output = Result<(), ConsumeError>> + Send;

    /// Looks at rows whose time has come. A worker without a schedule has none, and a tick that reaches it is a mistake.
    fn sweep(&self) -> impl Future<Output = Result<(), ConsumeError>> + Send {
        async { Err("this worker has no rows that wait for their time".into()) }
    }
}

/// Serves `worker` until the runtime ends it.
pub async fn run(worker: impl Worker) -> Result<(), Failure> {
    let worker = &worker;
    // Boxed: what a worker awaits is deep, and the compiler's own depth has a limit.
    let service =
        |event: LambdaEvent<Value>| -> futures::future::BoxFuture<'_, _> { Box::pin(handle(worker, event.payload)) };
    lambda_runtime::run(lambda_runtime::service_fn(service)).await
}

/// Deals with one invocation: a batch of a queue, or a schedule's tick. Public for the replay of sample events.
pub async fn handle(worker: &impl Worker, payload: Value) -> Result<Value, Failure> {
    if payload.get("Records").is_none() {
        worker.sweep().await?;
        return Ok(Value::Null);
    }
    let batch: SqsEvent = serde_json::from_value(payload)?;
    let mut response = SqsBatchResponse::default();
    let deadline = Instant::now() + BATCH_TIME;
    let mut waiting = u32::try_from(batch.records.len())?;
    for record in batch.records {
        let id = record.message_id.clone().unwrap_or_default();
        // An equal share of what is left: one record that hangs takes neither its neighbours' time nor the function's.
        let share = deadline.saturating_duration_since(Instant::now()) / waiting;
        waiting -= 1;
        let dealt = tokio::time::timeout(share, consume(worker, &record)).await;
        if let Err(cause) = dealt.unwrap_or_else(|_| Err(format!("not done within {share:?}"))) {
            error!(message.id = id, cause, "an event was not dealt with");
            let mut failed = BatchItemFailure::default();
            failed.item_identifier = id;
            response.batch_item_failures.push(failed);
        }
    }
    Ok(serde_json::to_value(response)?)
}

/// Judges each record alone: neither an error nor a panic of one reaches its neighbours.
async fn consume(worker: &impl Worker, record: &SqsMessage) -> Result<(), String> {
    let body = record.body.as_deref().unwrap_or_default();
    let event = Event::read(body).map_err(|e| e.to_string())?;
    let span =
        info_span!("event", event.id = %event.id, event.kind = event.fact.name(), correlation = %event.correlation_id);
    let dealt = std::panic::AssertUnwindSafe(worker.consume(event).instrument(span)).catch_unwind().await;
    match dealt {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(_) => Err("a panic".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::json;

    use super::*;

    #[derive(Default)]
    struct Recorder {
        seen: Mutex<Vec<String>>,
        sweeps: Mutex<u32>,
    }

    impl Worker for Recorder {
        async fn consume(&self, event: Event) -> Result<(), ConsumeError> {
            assert_ne!(event.fact.name(), "store.rejected", "the test's panic");
            if event.fact.name() == "user.signed_in" {
                std::future::pending::<()>().await;
            }
            if event.fact.name() == "store.approved" {
                return Err("the test's error".into());
            }
            self.seen.lock().unwrap().push(event.fact.name().to_owned());
            Ok(())
        }

        async fn sweep(&self) -> Result<(), ConsumeError> {
            *self.sweeps.lock().unwrap() += 1;
            Ok(())
        }
    }

    fn record(id: &str, body: &str) -> Value {
        json!({"messageId": id, "body": body, "eventSource": "aws:sqs"})
    }

    #[tokio::test(start_paused = true)]
    async fn one_poison_record_fails_alone() {
        let golden = |name: &str| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/golden");
            std::fs::read_to_string(format!("{folder}/{name}.v1.json")).unwrap()
        };
        let batch = json!({"Records": [
            record("poison", "not json"),
            record("good", &golden("user.registered")),
            record("error", &golden("store.approved")),
            record("panic", &golden("store.rejected")),
            record("hangs", &golden("user.signed_in")),
            record("last", &golden("store.opened")),
        ]});
        let worker = Recorder::default();
        let answer = handle(&worker, batch).await.unwrap();
        let failed: Vec<_> = answer["batchItemFailures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["itemIdentifier"].as_str().unwrap())
            .collect();
        assert_eq!(failed, ["poison", "error", "panic", "hangs"]);
        assert_eq!(*worker.seen.lock().unwrap(), ["user.registered", "store.opened"]);
    }

    #[tokio::test]
    async fn a_tick_of_the_schedule_sweeps() {
        let worker = Recorder::default();
        handle(&worker, json!({"source": "aws.scheduler", "detail-type": "Scheduled Event"})).await.unwrap();
        assert_eq!(*worker.sweeps.lock().unwrap(), 1);
    }
}
