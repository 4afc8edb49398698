//! The queue of imports: one message says "go on with this import".

use aws_sdk_sqs::error::DisplayErrorContext;
use domain::ImportId;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// The body of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoOn {
    /// Which import.
    pub import_id: ImportId,
}

/// The queue did not take a message; whether it has it is unknown.
#[derive(Debug, thiserror::Error)]
#[error("the queue of imports does not answer: {0}")]
pub struct QueueError(pub String);

/// Where work goes on.
pub trait ImportQueue: Send + Sync {
    /// Sends one message. Sending it twice makes two: the import's row decides which of them moves it.
    fn send(&self, import: ImportId) -> BoxFuture<'_, Result<(), QueueError>>;
}

/// An SQS queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    sqs: aws_sdk_sqs::Client,
    url: String,
}

impl SqsQueue {
    /// The queue at `url`.
    pub fn new(aws: &aws_config::SdkConfig, url: &str) -> Self {
        Self { sqs: aws_sdk_sqs::Client::new(aws), url: url.to_owned() }
    }
}

impl ImportQueue for SqsQueue {
    fn send(&self, import: ImportId) -> BoxFuture<'_, Result<(), QueueError>> {
        Box::pin(async move {
            let body = serde_json::to_string(&GoOn { import_id: import }).map_err(|e| QueueError(e.to_string()))?;
            let sent = self.sqs.send_message().queue_url(&self.url).message_body(body).send().await;
            sent.map(|_| ()).map_err(|e| QueueError(DisplayErrorContext(&e).to_string()))
        })
    }
}
