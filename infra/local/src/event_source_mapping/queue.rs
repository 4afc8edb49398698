//! Feeding a function from a queue.
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tracing::{error, warn};

use super::backoff::Backoff;
use super::response::{Failed, failures};
use super::{Filter, GRACE, MappingError, Services, is_stopped, stopped};
use crate::lambda::{InvokeError, REQUEST_BYTES_MAX};
use crate::sqs::{Message, ReceiveOptions, SqsError};
use crate::template::model::EventSourceMapping;

/// Functions that run at once when the mapping sets no `MaximumConcurrency`: what Lambda starts with.
const CONCURRENCY: u32 = 5;
/// How long a poll waits for a first message.
const LONG_POLL: Duration = Duration::from_secs(20);
/// `{"Records":[` and `]}`.
const ENVELOPE_BYTES: usize = 14;

/// A queue's mapping.
pub(super) struct Poller {
    worker: Arc<Worker>,
    concurrency: usize,
}

struct Worker {
    mapping: EventSourceMapping,
    queue: String,
    arn: String,
    fifo: bool,
    visibility: Duration,
    filter: Filter,
    services: Services,
}

/// A message and the JSON that the function gets of it.
struct Record {
    message_id: String,
    receipt_handle: String,
    json: String,
}

impl Poller {
    pub(super) async fn new(
        mapping: EventSourceMapping,
        queue: String,
        filter: Filter,
        services: Services,
    ) -> Result<Self, MappingError> {
        let (attributes, arn) = services
            .sqs
            .describe(&queue)
            .await
            .map_err(|source| MappingError::Queue { mapping: mapping.id.clone(), source })?;
        let invalid = |reason: &str| MappingError::Invalid { mapping: mapping.id.clone(), reason: reason.to_owned() };
        match mapping.batch_size {
            11..=10_000 if attributes.fifo => return Err(invalid("a FIFO queue's BatchSize is at most 10")),
            11..=10_000 if mapping.window.is_zero() => {
                return Err(invalid("a BatchSize above 10 needs a MaximumBatchingWindowInSeconds of at least 1"));
            }
            1..=10_000 => {}
            _ => return Err(invalid("BatchSize is from 1 to 10000")),
        }
        if attributes.fifo && !mapping.window.is_zero() {
            return Err(invalid("a FIFO queue has no MaximumBatchingWindowInSeconds"));
        }
        if mapping.maximum_concurrency.is_some_and(|maximum| !(2..=1000).contains(&maximum)) {
            return Err(invalid("MaximumConcurrency is from 2 to 1000"));
        }
        let concurrency = usize::try_from(mapping.maximum_concurrency.unwrap_or(CONCURRENCY)).unwrap_or(usize::MAX);
        let visibility = Duration::from_secs(attributes.visibility_seconds.unsigned_abs());
        let worker = Worker { mapping, queue, arn, fifo: attributes.fifo, visibility, filter, services };
        Ok(Self { worker: Arc::new(worker), concurrency })
    }

    pub(super) async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let permits = Arc::new(Semaphore::new(self.concurrency));
        let mut batches = JoinSet::new();
        let mut backoff = Backoff::default();
        while !is_stopped(&shutdown) {
            let gathered = tokio::select! {
                gathered = async {
                    // Never closed, so never an error.
                    let permit = Arc::clone(&permits).acquire_owned().await.ok();
                    (permit, self.worker.gather().await)
                } => gathered,
                () = stopped(&mut shutdown) => break,
            };
            while batches.try_join_next().is_some() {}
            match gathered {
                (_, Ok((records, _))) if records.is_empty() => {}
                (permit, Ok((records, received))) => {
                    backoff = Backoff::default();
                    let (worker, shutdown) = (Arc::clone(&self.worker), shutdown.clone());
                    batches.spawn(async move {
                        worker.process(records, received, &shutdown).await;
                        drop(permit);
                    });
                }
                (_, Err(cause)) => {
                    error!(mapping = %self.worker.mapping.id, error = ?cause, "the queue cannot be read");
                    sleep(backoff.next()).await;
                }
            }
        }
        // What does not finish shows again after its visibility time-out.
        if timeout(GRACE, async { while batches.join_next().await.is_some() {} }).await.is_err() {
            batches.abort_all();
        }
    }
}

impl Worker {
    /// Receives until the batch is full or the window is over, and deletes what the filters refuse. Also says when the first
    /// of them was received.
    async fn gather(&self) -> Result<(VecDeque<Record>, Instant), SqsError> {
        let size = usize::try_from(self.mapping.batch_size).unwrap_or(usize::MAX);
        let mut records = self.receive(size, LONG_POLL).await?;
        let received = Instant::now();
        let deadline = received + self.mapping.window;
        let mut bytes: usize = records.iter().map(|record| record.json.len() + 1).sum();
        while records.len() < size && !records.is_empty() && bytes < REQUEST_BYTES_MAX {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let more = self.receive(size - records.len(), left).await?;
            bytes += more.iter().map(|record| record.json.len() + 1).sum::<usize>();
            records.extend(more);
        }
        Ok((records, received))
    }

    async fn receive(&self, max_messages: usize, wait: Duration) -> Result<VecDeque<Record>, SqsError> {
        let options = ReceiveOptions { max_messages, visibility_seconds: None, wait };
        let messages = self.services.sqs.receive(&self.queue, options).await?;
        let (mut records, mut refused) = (VecDeque::new(), Vec::new());
        for message in messages {
            let event = event(&message, &self.arn, &self.services.region);
            if self.filter.passes_message(&event) {
                let Message { message_id, receipt_handle, .. } = message;
                records.push_back(Record { message_id, receipt_handle, json: event.to_string() });
            } else {
                refused.push(message.receipt_handle);
            }
        }
        self.delete(refused).await;
        Ok(records)
    }

    /// Invokes the function with all the records, in as many events as their size needs.
    async fn process(&self, mut records: VecDeque<Record>, received: Instant, shutdown: &watch::Receiver<bool>) {
        while let Some(first) = records.pop_front() {
            let mut bytes = ENVELOPE_BYTES + first.json.len();
            let mut batch = vec![first];
            while let Some(next) = records.pop_front_if(|next| bytes + next.json.len() < REQUEST_BYTES_MAX) {
                bytes += next.json.len() + 1;
                batch.push(next);
            }
            let all_done = self.invoke(batch, received, shutdown).await;
            if self.fifo && !all_done {
                // What follows in the same group must not overtake what failed.
                return;
            }
        }
    }

    /// Invokes the function once and deletes what it is done with. Whether that was everything.
    async fn invoke(&self, batch: Vec<Record>, received: Instant, shutdown: &watch::Receiver<bool>) -> bool {
        let records: Vec<&str> = batch.iter().map(|record| record.json.as_str()).collect();
        let payload = Bytes::from(format!("{{\"Records\":[{}]}}", records.join(",")));
        let mut backoff = Backoff::default();
        let outcome = loop {
            let wait = match self.services.lambda.invoke(&self.mapping.function, payload.clone()).await {
                Ok(outcome) => break outcome,
                Err(InvokeError::Stopped) => return false,
                Err(cause @ InvokeError::TooManyRequests) => {
                    warn!(mapping = %self.mapping.id, %cause, "a batch waits");
                    backoff.next()
                }
                Err(cause) => {
                    error!(mapping = %self.mapping.id, %cause, "a batch was not delivered");
                    return false;
                }
            };
            // Nothing is lost by giving up: the messages show again and are received by the next poll.
            if received.elapsed() + wait >= self.visibility || is_stopped(shutdown) {
                return false;
            }
            sleep(wait).await;
        };
        if let Some(cause) = outcome.error {
            warn!(mapping = %self.mapping.id, request.id = %outcome.request_id, error = ?cause, "a batch failed");
            return false;
        }
        let identifiers: Vec<&str> = batch.iter().map(|record| record.message_id.as_str()).collect();
        let failed = if self.mapping.report_batch_item_failures {
            failures(&outcome.payload, &identifiers)
        } else {
            Failed::At(Vec::new())
        };
        let Failed::At(failed) = failed else {
            warn!(mapping = %self.mapping.id, request.id = %outcome.request_id, "the answer names no records of its batch");
            return false;
        };
        let done = batch.into_iter().enumerate().filter(|(position, _)| failed.binary_search(position).is_err());
        self.delete(done.map(|(_, record)| record.receipt_handle).collect()).await;
        failed.is_empty()
    }

    async fn delete(&self, handles: Vec<String>) {
        if handles.is_empty() {
            return;
        }
        match self.services.sqs.delete(&self.queue, handles).await {
            Ok(results) => {
                for cause in results.into_iter().filter_map(Result::err) {
                    warn!(mapping = %self.mapping.id, %cause, "a processed message was not deleted");
                }
            }
            Err(cause) => error!(mapping = %self.mapping.id, error = ?cause, "processed messages were not deleted"),
        }
    }
}

/// A message as Lambda puts it into an event.
fn event(message: &Message, arn: &str, region: &str) -> Value {
    let attributes = message.attributes.iter().map(|(name, value)| {
        let mut attribute = json!({ "stringListValues": [], "binaryListValues": [], "dataType": value.data_type });
        if let Some(text) = &value.string_value {
            attribute["stringValue"] = text.as_str().into();
        }
        if let Some(bytes) = &value.binary_value {
            attribute["binaryValue"] = STANDARD.encode(bytes).into();
        }
        (name.clone(), attribute)
    });
    let mut event = json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.system.named(),
        "messageAttributes": attributes.collect::<Map<_, _>>(),
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    });
    if let Some(md5) = message.md5_of_attributes() {
        event["md5OfMessageAttributes"] = md5.into();
    }
    event
}
