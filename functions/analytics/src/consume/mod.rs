//! The queue of events.

use std::collections::HashMap;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use contracts::Event;
use lambda::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use tracing::error;

use crate::ctx::Ctx;
use crate::ops::count;

/// Serves the queue until the runtime ends the function.
pub async fn run(ctx: Ctx) -> Result<(), Failure> {
    let ctx = &ctx;
    // Boxed: the future's type is too deep for the compiler otherwise.
    let batch =
        |event: LambdaEvent<SqsEvent>| Box::pin(async move { Ok::<_, Failure>(handle(ctx, event.payload).await) });
    lambda_runtime::run(service_fn(batch)).await
}

/// Counts a batch as a whole, and reports each message that was not counted: it alone comes again.
pub async fn handle(ctx: &Ctx, batch: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    let mut fail = |message_id: String| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        response.batch_item_failures.push(failure);
    };
    let mut events: Vec<Event> = Vec::new();
    let mut messages: HashMap<domain::EventId, Vec<String>> = HashMap::new();
    for record in batch.records {
        let message_id = record.message_id.unwrap_or_default();
        match Event::read(record.body.as_deref().unwrap_or_default()) {
            Ok(event) => {
                messages.entry(event.id).or_default().push(message_id);
                events.push(event);
            }
            Err(cause) => {
                error!(message.id = message_id, %cause, "a message is not an event");
                fail(message_id);
            }
        }
    }
    for (event, cause) in count::count(ctx, events).await {
        error!(event.id = %event, %cause, "an event was not counted");
        messages.remove(&event).unwrap_or_default().into_iter().for_each(&mut fail);
    }
    response
}
