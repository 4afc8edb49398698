//! The handle on the queues that everything else holds.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use tokio::time::Instant;

use super::attributes::{QueueAttributes, is_fifo_name};
use super::long_poll::LongPoll;
use super::store::{Mailbox, Queue};
use super::{Message, NewMessage, ReceiveOptions, Sent, SqsError, api};
use crate::clock::Clock;
use crate::template::model;

/// All queues. Cheap to clone; the database closes with the last clone.
#[derive(Clone)]
pub struct Sqs {
    pub(super) mailbox: Mailbox,
    pub(super) clock: Clock,
    long_poll: Arc<LongPoll>,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct QueueCounts {
    /// The queue's name.
    pub queue: String,
    /// `ApproximateNumberOfMessages`.
    pub visible: i64,
    /// `ApproximateNumberOfMessagesNotVisible`.
    pub in_flight: i64,
    /// `ApproximateNumberOfMessagesDelayed`.
    pub delayed: i64,
    /// When the oldest of them was sent, in milliseconds since 1970.
    pub oldest_ms: Option<i64>,
    /// Where its dead letters go.
    pub dead_letter_queue: Option<String>,
}

/// A message that waits in a queue, seen without receiving it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Waiting {
    /// Its id.
    pub message_id: String,
    /// When it was sent, in milliseconds since 1970.
    pub sent_ms: i64,
    /// How often it was received.
    pub receive_count: i64,
    /// When it can be received, in milliseconds since 1970; in the past when it can be now.
    pub visible_ms: i64,
    /// What was sent.
    pub body: String,
}

impl Sqs {
    /// Opens the queues of `file`, or empty ones in memory. Queue URLs are `{base_url}/{account}/{queue name}`.
    pub fn open(file: Option<&Path>, clock: Clock, base_url: String) -> Result<Self, SqsError> {
        let long_poll = Arc::new(LongPoll::default());
        let mailbox = Mailbox::open(file, clock.clone(), base_url, Arc::clone(&long_poll))?;
        Ok(Self { mailbox, clock, long_poll })
    }

    /// Makes a template's queue, or gives the queue of that name the template's attributes. Messages stay.
    pub async fn ensure_queue(&self, queue: &model::Queue) -> Result<(), SqsError> {
        let fifo = queue.properties.get("FifoQueue").is_some_and(|fifo| fifo == true || fifo == "true");
        if fifo != is_fifo_name(&queue.name) {
            return Err(SqsError::InvalidParameterValue(format!(
                "{}: the name of a FIFO queue, and of no other, ends in .fifo",
                queue.name
            )));
        }
        let mut attributes = QueueAttributes::new(fifo);
        for (name, value) in queue.properties.as_object().into_iter().flatten() {
            if !matches!(name.as_str(), "QueueName" | "Tags") {
                attributes.set(name, value)?;
            }
        }
        let (name, arn) = (queue.name.clone(), queue.arn.clone());
        self.mailbox.run(move |store| store.put_queue(&name, &arn, &attributes)).await
    }

    /// Answers a request of the JSON protocol: status, body and headers. `action` is `SendMessage` and the like.
    pub async fn handle(&self, action: &str, body: &[u8]) -> (StatusCode, Vec<u8>, HeaderMap) {
        api::handle(self, action, body).await
    }

    /// Sends one message.
    pub async fn send(&self, queue: &str, message: NewMessage) -> Result<Sent, SqsError> {
        let name = queue.to_owned();
        self.mailbox
            .run(move |store| {
                let queue = store.queue(&name)?;
                store.send(&queue, &message)
            })
            .await
    }

    /// Receives what is visible, and waits for a first message as long as the options say.
    pub async fn receive(&self, queue: &str, options: ReceiveOptions) -> Result<Vec<Message>, SqsError> {
        let deadline = Instant::now() + options.wait;
        let bell = self.long_poll.bell(queue);
        loop {
            let mut rung = pin!(bell.notified());
            rung.as_mut().enable();
            let name = queue.to_owned();
            let (messages, next_visible_ms) = self
                .mailbox
                .run(move |store| {
                    let messages = store.receive(&name, options.max_messages, options.visibility_seconds)?;
                    let next = if messages.is_empty() { store.next_visible_ms(&name)? } else { None };
                    Ok((messages, next))
                })
                .await?;
            if !messages.is_empty() || Instant::now() >= deadline {
                return Ok(messages);
            }
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep_until(deadline) => return Ok(messages),
                () = self.shows(next_visible_ms) => {}
            }
        }
    }

    async fn shows(&self, ms: Option<i64>) {
        match ms.map(Timestamp::from_millisecond) {
            Some(Ok(at)) => self.clock.sleep_until(at).await,
            _ => std::future::pending().await,
        }
    }

    /// Deletes messages by their receipt handles; the answers come in the order of the handles.
    pub async fn delete(&self, queue: &str, handles: Vec<String>) -> Result<Vec<Result<(), SqsError>>, SqsError> {
        let name = queue.to_owned();
        self.mailbox
            .run(move |store| {
                let queue = store.queue(&name)?;
                handles.iter().map(|handle| entry(store.delete(&queue, handle))).collect()
            })
            .await
    }

    /// The attributes of a queue and its ARN.
    pub async fn describe(&self, queue: &str) -> Result<(QueueAttributes, String), SqsError> {
        let queue = self.queue(queue).await?;
        Ok((queue.attributes, queue.arn))
    }

    /// The name of the queue with this ARN.
    pub async fn name_of(&self, arn: &str) -> Result<String, SqsError> {
        let arn = arn.to_owned();
        let queue = self.mailbox.run(move |store| store.queue_by_arn(&arn)).await?;
        Ok(queue.ok_or(SqsError::QueueDoesNotExist)?.name)
    }

    /// How many messages each queue holds, by name of the queue.
    pub async fn counts(&self) -> Result<Vec<QueueCounts>, SqsError> {
        self.mailbox
            .run(|store| store.queue_names()?.iter().map(|name| store.counts(name)).collect::<Result<_, _>>())
            .await
    }

    /// The first `limit` messages of a queue in the order they were sent, left as they are.
    pub async fn waiting(&self, queue: &str, limit: u32) -> Result<Vec<Waiting>, SqsError> {
        let name = queue.to_owned();
        self.mailbox.run(move |store| store.waiting(&name, limit)).await
    }

    pub(super) async fn queue(&self, name: &str) -> Result<Queue, SqsError> {
        let name = name.to_owned();
        self.mailbox.run(move |store| Ok(store.queue(&name)?.as_ref().clone())).await
    }
}

/// One entry of a batch: refused alone, unless the database failed.
pub(super) fn entry<R>(result: Result<R, SqsError>) -> Result<Result<R, SqsError>, SqsError> {
    match result {
        Err(SqsError::Internal(cause)) => Err(SqsError::Internal(cause)),
        other => Ok(other),
    }
}
