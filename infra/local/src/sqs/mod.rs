//! SQS on SQLite: standard and FIFO queues, durable over the end of the process.
//!
//! One thread owns the database and commits what waits in its mailbox together (`store/`); [`Sqs`] is the handle that
//! the mappings call; [`Sqs::handle`] is the JSON protocol that the AWS SDKs speak (`api/`).
//!
//! ## Differences from AWS
//! - The whole queue is looked at by every receive, so nothing is missed by short polling, and a standard queue hands out
//!   what became visible first.
//! - Fair queues, encryption, queue policies, tags and `ReceiveRequestAttemptId` have no effect; the last one is refused.
//! - A deleted queue's name may be used again at once.

mod api;
mod attributes;
mod digest;
mod error;
mod handle;
mod long_poll;
mod message;
mod store;
#[cfg(test)]
mod tests;

pub use attributes::QueueAttributes;
pub use error::SqsError;
pub use handle::{QueueCounts, Sqs, Waiting};
pub use message::{AttributeValue, Message, NewMessage, ReceiveOptions, Sent, SystemAttributes};
