use std::collections::HashMap;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use contracts::{Event, Service};
use serde::{Deserialize, Serialize};
use tracing::error;

use crate::{Base, Failure};

/// SQS's limit of messages in one call.
const BATCH_MAX: usize = 10;

/// Runs a publisher: sends each event that the service's outbox stream shows to the queues of its subscribers.
///
/// A queue that refuses makes the stream deliver again from the first record that is not through: subscribers see every
/// event at least once, in no order.
pub async fn publish() -> Result<(), Failure> {
    let base = Base::start().await?;
    let publisher = Publisher { sqs: aws_sdk_sqs::Client::new(&base.aws), base };
    lambda_runtime::run(lambda_runtime::service_fn(|event: lambda_runtime::LambdaEvent<StreamBatch>| {
        let publisher = publisher.clone();
        async move { Ok::<_, Failure>(publisher.send_all(event.payload).await) }
    }))
    .await
}

/// The part of a stream batch that a publisher needs.
#[derive(Debug, Deserialize)]
struct StreamBatch {
    #[serde(rename = "Records")]
    records: Vec<StreamRecord>,
}

#[derive(Debug, Deserialize)]
struct StreamRecord {
    dynamodb: StreamChange,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StreamChange {
    sequence_number: String,
    new_image: Option<OutboxImage>,
}

#[derive(Debug, Deserialize)]
struct OutboxImage {
    event: Option<TextAttribute>,
}

#[derive(Debug, Deserialize)]
struct TextAttribute {
    #[serde(rename = "S")]
    text: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    item_identifier: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    batch_item_failures: Vec<Failed>,
}

#[derive(Clone)]
struct Publisher {
    base: Base,
    sqs: aws_sdk_sqs::Client,
}

/// One message: the place of its record in the batch, and the event.
struct Message {
    record: usize,
    body: String,
}

impl Publisher {
    async fn send_all(&self, batch: StreamBatch) -> Outcome {
        let (queues, mut first_failed) = addressed(&batch);
        for (service, messages) in queues {
            for chunk in messages.chunks(BATCH_MAX) {
                if let Err(failed) = self.send(service, chunk).await {
                    first_failed = first_failed.min(failed);
                    break;
                }
            }
        }
        let failed = batch.records.get(first_failed);
        let identifier = |r: &StreamRecord| Failed { item_identifier: r.dynamodb.sequence_number.clone() };
        Outcome { batch_item_failures: failed.map(identifier).into_iter().collect() }
    }

    /// Sends one batch; `Err` is the place of the first record that did not get through.
    async fn send(&self, service: Service, messages: &[Message]) -> Result<(), usize> {
        let first = messages.first().map_or(0, |m| m.record);
        let url = self.base.settings.queue_url(service).map_err(|cause| {
            error!(%cause, queue.service = %service, "a subscriber has no queue");
            first
        })?;
        let mut call = self.sqs.send_message_batch().queue_url(url);
        for (at, message) in messages.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder().id(at.to_string()).message_body(&message.body).build();
            call = call.entries(entry.map_err(|_| message.record)?);
        }
        let answer = call.send().await.map_err(|cause| {
            error!(cause = %aws_sdk_sqs::error::DisplayErrorContext(&cause), queue.service = %service, "a queue refuses");
            first
        })?;
        let place = |id: &str| id.parse().ok().and_then(|at: usize| messages.get(at)).map_or(first, |m| m.record);
        match answer.failed().iter().map(|f| place(f.id())).min() {
            Some(failed) => Err(failed),
            None => Ok(()),
        }
    }
}

/// Each subscriber's messages, and the place of the first record that holds no event (the batch's length when all do).
fn addressed(batch: &StreamBatch) -> (HashMap<Service, Vec<Message>>, usize) {
    let mut first_failed = batch.records.len();
    let mut queues: HashMap<Service, Vec<Message>> = HashMap::new();
    for (record, change) in batch.records.iter().map(|r| &r.dynamodb).enumerate() {
        let Some(TextAttribute { text }) = change.new_image.as_ref().and_then(|image| image.event.as_ref()) else {
            continue;
        };
        match serde_json::from_str::<Event>(text) {
            Ok(event) => {
                for service in event.fact.subscribers() {
                    queues.entry(*service).or_default().push(Message { record, body: text.clone() });
                }
            }
            Err(cause) => {
                error!(%cause, record.sequence_number = change.sequence_number, "an outbox row is not an event");
                first_failed = first_failed.min(record);
            }
        }
    }
    (queues, first_failed)
}

#[cfg(any(test, feature = "testing"))]
pub(crate) fn published(batch: serde_json::Value) -> Vec<(Service, Event)> {
    let batch: StreamBatch = serde_json::from_value(batch).expect("the payload is a batch of a stream");
    let (queues, first_failed) = addressed(&batch);
    assert_eq!(first_failed, batch.records.len(), "a record of the outbox holds no event");
    let mut told: Vec<_> = queues
        .into_iter()
        .flat_map(|(to, messages)| messages.into_iter().map(move |m| (m.record, to, m.body)))
        .collect();
    told.sort_by_key(|(record, to, _)| (*record, to.name()));
    told.into_iter().map(|(_, to, body)| (to, serde_json::from_str(&body).expect("it was an event before"))).collect()
}
