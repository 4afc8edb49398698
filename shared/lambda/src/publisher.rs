use std::collections::HashMap;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use contracts::{Event, Service};
use dynamodb::{OutboxRow, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::error;

use crate::{Base, Failure};

/// SQS's limit of messages in one call.
const BATCH_MAX: usize = 10;

/// Runs a publisher: sends each event that the stream of the service's table shows, in an outbox row or carried by the
/// row that changed, to the queues of its subscribers. The mapping lets these records through:
///
/// - `{"eventName": ["INSERT"], "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "OUTBOX#"}]}}}}`
/// - `{"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"carried": {"S": [{"exists": true}]}}}}`, for a service
///   whose rows carry events. An event that the old image carried too was sent before: a counter that changes leaves it
///   in its row.
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
    new_image: Option<Image>,
    old_image: Option<Image>,
}

/// What a publisher reads of a row.
#[derive(Debug, Default, Deserialize)]
struct Image {
    /// The kind of row.
    row: Option<TextAttribute>,
    /// In an outbox row the event; other rows may use the name for what they like.
    event: Option<Value>,
    carried: Option<TextAttribute>,
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

/// Each subscriber's messages, and the place of the first record whose events do not read (the batch's length when all do).
fn addressed(batch: &StreamBatch) -> (HashMap<Service, Vec<Message>>, usize) {
    let mut first_failed = batch.records.len();
    let mut queues: HashMap<Service, Vec<Message>> = HashMap::new();
    for (record, change) in batch.records.iter().map(|r| &r.dynamodb).enumerate() {
        match change.events() {
            Ok(events) => {
                for (event, body) in events {
                    for service in event.fact.subscribers() {
                        queues.entry(*service).or_default().push(Message { record, body: body.clone() });
                    }
                }
            }
            Err(cause) => {
                error!(%cause, record.sequence_number = change.sequence_number, "a row tells what is no event");
                first_failed = first_failed.min(record);
            }
        }
    }
    (queues, first_failed)
}

impl StreamChange {
    /// The events that this change tells, each with its text.
    fn events(&self) -> serde_json::Result<Vec<(Event, String)>> {
        let Some(image) = &self.new_image else { return Ok(Vec::new()) };
        if image.row.as_ref().is_some_and(|row| row.text == OutboxRow::KIND) {
            let text = image.event.as_ref().and_then(OutboxRow::streamed).unwrap_or_default();
            return Ok(vec![(serde_json::from_str(&text)?, text)]);
        }
        let before = self.old_image.as_ref().map_or(Ok(Vec::new()), Image::carried)?;
        let mut told = image.carried()?;
        told.retain(|(event, _)| before.iter().all(|(old, _)| old.id != event.id));
        Ok(told)
    }
}

impl Image {
    fn carried(&self) -> serde_json::Result<Vec<(Event, String)>> {
        let Some(TextAttribute { text }) = &self.carried else { return Ok(Vec::new()) };
        let events: Vec<Value> = serde_json::from_str(text)?;
        events.into_iter().map(|event| Ok((Event::deserialize(&event)?, event.to_string()))).collect()
    }
}

#[cfg(any(test, feature = "testing"))]
pub(crate) fn published(batch: serde_json::Value) -> Vec<(Service, Event)> {
    let batch: StreamBatch = serde_json::from_value(batch).expect("the payload is a batch of a stream");
    let (queues, first_failed) = addressed(&batch);
    assert_eq!(first_failed, batch.records.len(), "a row tells what is no event");
    let mut told: Vec<_> = queues
        .into_iter()
        .flat_map(|(to, messages)| messages.into_iter().map(move |m| (m.record, to, m.body)))
        .collect();
    told.sort_by_key(|(record, to, _)| (*record, to.name()));
    told.into_iter().map(|(_, to, body)| (to, serde_json::from_str(&body).expect("it was an event before"))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn golden(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/golden");
        std::fs::read_to_string(format!("{folder}/{name}.v1.json")).unwrap()
    }

    fn carrying(names: &[&str]) -> Value {
        let events: Vec<Value> = names.iter().map(|name| serde_json::from_str(&golden(name)).unwrap()).collect();
        json!({"row": {"S": "cart"}, "event": {"N": "7"}, "carried": {"S": Value::from(events).to_string()}})
    }

    fn told(records: &[(Value, Value)]) -> (Vec<&'static str>, usize) {
        let record = |(old, new): &(Value, Value)| json!({"dynamodb": {"SequenceNumber": "1", "OldImage": old, "NewImage": new}});
        let batch = json!({"Records": records.iter().map(record).collect::<Vec<_>>()});
        let (queues, first_failed) = addressed(&serde_json::from_value(batch).unwrap());
        let messages = queues.get(&Service::Analytics).into_iter().flatten();
        (messages.map(|m| Event::read(&m.body).unwrap().fact.name()).collect(), first_failed)
    }

    #[test]
    fn a_row_tells_what_it_carries_and_its_old_image_did_not() {
        let (added, removed) = ("cart.item_added", "cart.item_removed");
        for (old, new, expected) in [
            (Value::Null, carrying(&[added]), vec![added]),
            (json!({"row": {"S": "cart"}}), carrying(&[added, removed]), vec![added, removed]),
            (carrying(&[added]), carrying(&[removed]), vec![removed]),
            (carrying(&[added]), carrying(&[added]), vec![]),
            (carrying(&[added]), json!({"row": {"S": "cart"}}), vec![]),
            (carrying(&[added]), Value::Null, vec![]),
        ] {
            assert_eq!(told(&[(old.clone(), new.clone())]), (expected, 1), "{old} then {new}");
        }
    }

    #[test]
    fn an_outbox_row_tells_its_event() {
        let row = json!({"row": {"S": "outbox"}, "event": {"S": golden("cart.item_added")}});
        assert_eq!(told(&[(Value::Null, row)]), (vec!["cart.item_added"], 1));
    }

    #[test]
    fn what_is_no_event_stops_the_stream_there_and_not_before() {
        let broken = json!({"row": {"S": "cart"}, "carried": {"S": "[{}]"}});
        let empty = json!({"row": {"S": "outbox"}});
        let good = carrying(&["cart.item_added"]);
        let records = [(Value::Null, good.clone()), (Value::Null, broken), (Value::Null, empty), (Value::Null, good)];
        assert_eq!(told(&records), (vec!["cart.item_added", "cart.item_added"], 1));
    }
}
