//! The queue of imports, and the minute's sweep.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tracing::{Instrument, error, info_span};

use crate::ops::{sweep::sweep, work_off::work_off};
use crate::{GoOn, Intake};

/// Serves the queue and the schedule until the runtime ends the function.
pub async fn run(intake: Intake) -> Result<(), lambda::Failure> {
    let intake = &intake;
    // Boxed, or the compiler gives up on the depth of the whole.
    let service = lambda_runtime::service_fn(|event: LambdaEvent<Value>| Box::pin(handle(intake, event.payload)));
    lambda_runtime::run(service).await
}

/// Deals with one invocation: a batch of the queue, or a tick of the schedule.
pub async fn handle(intake: &Intake, payload: Value) -> Result<Value, lambda::Failure> {
    if payload.get("Records").is_none() {
        sweep(intake).await?;
        return Ok(Value::Null);
    }
    let batch: SqsEvent = serde_json::from_value(payload)?;
    let mut response = SqsBatchResponse::default();
    for record in batch.records {
        let id = record.message_id.clone().unwrap_or_default();
        if let Err(cause) = Box::pin(go_on(intake, &record)).await {
            error!(message.id = id, cause, "a chunk was not worked off");
            let mut failed = BatchItemFailure::default();
            failed.item_identifier = id;
            response.batch_item_failures.push(failed);
        }
    }
    Ok(serde_json::to_value(response)?)
}

/// Judges each message alone: neither an error nor a panic of one reaches its neighbours.
async fn go_on(intake: &Intake, record: &SqsMessage) -> Result<(), String> {
    let body = record.body.as_deref().unwrap_or_default();
    let GoOn { import_id } = serde_json::from_str(body).map_err(|e| format!("not a message of imports: {e}"))?;
    let span = info_span!("import", import.id = %import_id);
    let work = Box::pin(work_off(intake, import_id).instrument(span));
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result.map_err(|e| e.to_string()),
        Err(_) => Err("a panic".to_owned()),
    }
}
