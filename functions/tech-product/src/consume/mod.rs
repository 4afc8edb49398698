//! Both queues, of events and of imports, and the minute's sweep.

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use contracts::{Event, Fact};
use futures::FutureExt;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use tracing::{Instrument, Span, error, info_span, warn};

use crate::ops::{delivered::delivered, standing::stands, sweep::sweep, work_off::work_off};
use crate::{Ctx, GoOn, Intake};

/// Serves the queues and the schedule until the runtime ends the function.
pub async fn run(intake: Intake) -> Result<(), lambda::Failure> {
    let intake = &intake;
    // Boxed, or the compiler gives up on the depth of the whole.
    let service = lambda_runtime::service_fn(|event: LambdaEvent<Value>| Box::pin(handle(intake, event.payload)));
    lambda_runtime::run(service).await
}

/// Deals with one invocation: a batch of a queue, or a tick of the schedule.
pub async fn handle(intake: &Intake, payload: Value) -> Result<Value, lambda::Failure> {
    if payload.get("Records").is_none() {
        sweep(intake).await?;
        return Ok(Value::Null);
    }
    let batch: SqsEvent = serde_json::from_value(payload)?;
    let mut response = SqsBatchResponse::default();
    for record in batch.records {
        let id = record.message_id.clone().unwrap_or_default();
        if let Err(cause) = Box::pin(deal_with(intake, &record)).await {
            error!(message.id = id, cause, "a message was not dealt with");
            let mut failed = BatchItemFailure::default();
            failed.item_identifier = id;
            response.batch_item_failures.push(failed);
        }
    }
    Ok(serde_json::to_value(response)?)
}

/// What a message says.
enum Message {
    /// Of the queue of imports.
    GoOn(GoOn),
    /// Of the queue of events.
    Event(Box<Event>),
}

impl Message {
    fn read(body: &str) -> Result<Self, String> {
        if let Ok(go_on) = serde_json::from_str(body) {
            return Ok(Self::GoOn(go_on));
        }
        Event::read(body).map(|event| Self::Event(Box::new(event))).map_err(|e| e.to_string())
    }

    fn span(&self) -> Span {
        match self {
            Self::GoOn(GoOn { import_id }) => info_span!("import", import.id = %import_id),
            Self::Event(e) => {
                info_span!("event", event.id = %e.id, event.kind = e.fact.name(), correlation = %e.correlation_id)
            }
        }
    }
}

/// Takes in what another service tells.
async fn learn(ctx: &Ctx, event: &Event) -> Result<(), dynamodb::Error> {
    match &event.fact {
        Fact::OrderDelivered(told) => delivered(ctx, told, event.at).await,
        Fact::StoreSuspended(told) | Fact::StoreClosed(told) => stands(ctx, told, false).await,
        Fact::StoreReinstated(told) => stands(ctx, told, true).await,
        other => {
            warn!(event.kind = other.name(), "an event that nobody here asked for");
            Ok(())
        }
    }
}

/// Judges each message alone: neither an error nor a panic of one reaches its neighbours.
async fn deal_with(intake: &Intake, record: &SqsMessage) -> Result<(), String> {
    let message = Message::read(record.body.as_deref().unwrap_or_default())?;
    let span = message.span();
    let work = async move {
        match message {
            Message::GoOn(GoOn { import_id }) => work_off(intake, import_id).await.map_err(|e| e.to_string()),
            Message::Event(event) => learn(&intake.ctx, &event).await.map_err(|e| e.to_string()),
        }
    };
    let work = Box::pin(work.instrument(span));
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err("a panic".to_owned()))
}
