//! What a mapping needs of the services around it.

use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::watch;

use crate::lambda::{InvokeError, Lambda, Outcome};

/// Runs functions.
pub trait Invoke: Send + Sync {
    /// Invokes a function by name and waits for its answer.
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Outcome, InvokeError>>;

    /// Hands an event over and returns at once.
    fn invoke_event<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<(), InvokeError>>;
}

impl Invoke for Lambda {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Outcome, InvokeError>> {
        Box::pin(Self::invoke(self, function, payload))
    }

    fn invoke_event<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<(), InvokeError>> {
        Box::pin(Self::invoke_event(self, function, payload))
    }
}

/// Why a stream could not be read.
pub type StreamError = Box<dyn std::error::Error + Send + Sync>;

/// The streams of tables, each of one shard. Calls may block for the time of a database query.
pub trait StreamSource: Send + Sync {
    /// The stream's ARN.
    fn stream_arn(&self, table: &str) -> Result<String, StreamError>;

    /// The name of its shard.
    fn shard_id(&self, table: &str) -> String;

    /// Up to `limit` records in their order, from the oldest that is kept or from the one after `after`. When `after` is
    /// no longer kept, from the oldest after it.
    fn records(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<StreamRecord>, StreamError>;

    /// The newest sequence number; `None` when there is no record.
    fn latest(&self, table: &str) -> Result<Option<String>, StreamError>;

    /// Changes after every write to the table, when its record can be read; it may change more often.
    fn writes(&self, table: &str) -> watch::Receiver<u64>;
}

/// A record of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamRecord {
    /// `dynamodb.SequenceNumber`.
    pub sequence_number: String,
    /// The record as a function gets it: `eventID`, `eventName`, `dynamodb`, and so on.
    pub event: Value,
}
