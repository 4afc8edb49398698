//! Event source mappings: what Lambda does to feed a function from a queue or a table's stream.
//!
//! Semantics: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>
//!
//! ## Differences from AWS
//! - A stream's record ages only while the laptop cloud runs, and by the machine's clock: neither a weekend with the lid
//!   closed nor a moved clock throws away what no function has seen.
//! - A queue's mapping runs up to its `MaximumConcurrency`, or five functions, at once; it does not scale beyond.
//! - Filters know the operators that Lambda documents for these two sources and refuse any other.

mod backoff;
mod failure;
mod pattern;
mod positions;
mod queue;
mod response;
mod source;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::sqs::{Sqs, SqsError};
use crate::template::model::{EventSourceMapping, Source};

pub use pattern::{Filter, PatternError};
pub use positions::Positions;
pub use source::{Invoke, StreamError, StreamRecord, StreamSource};

/// For how long a function may go on after the mapping was told to stop, before its answer is no longer waited for.
const GRACE: Duration = Duration::from_secs(3);

/// What the mappings of a stack share.
#[derive(Clone)]
pub struct Services {
    /// Runs the functions.
    pub lambda: Arc<dyn Invoke>,
    /// Holds the queues, the on-failure destinations among them.
    pub sqs: Sqs,
    /// Holds the streams.
    pub streams: Arc<dyn StreamSource>,
    /// Remembers how far each stream was read.
    pub positions: Positions,
    /// Stamps what is written to a destination.
    pub clock: Clock,
    /// For example `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

/// Why a mapping cannot run.
#[derive(Debug, Error)]
pub enum MappingError {
    /// A filter that is no valid pattern.
    #[error("{mapping}: {source}")]
    Filter {
        /// The mapping's id.
        mapping: String,
        /// What is wrong with it.
        source: PatternError,
    },
    /// A setting that AWS refuses.
    #[error("{mapping}: {reason}")]
    Invalid {
        /// The mapping's id.
        mapping: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Its queue or its destination cannot be read.
    #[error("{mapping}: {source}")]
    Queue {
        /// The mapping's id.
        mapping: String,
        /// What SQS says.
        source: SqsError,
    },
    /// Its stream cannot be read.
    #[error("{mapping}: {source}")]
    Stream {
        /// The mapping's id.
        mapping: String,
        /// What the table says.
        source: StreamError,
    },
}

/// A mapping that can run.
pub struct Mapping {
    poller: Poller,
}

enum Poller {
    Queue(queue::Poller),
    Stream(Box<stream::Poller>),
}

impl Mapping {
    /// Checks everything that can be wrong with a mapping before its first record. A stream's mapping that starts at
    /// `LATEST` starts here.
    pub async fn new(mapping: EventSourceMapping, services: Services) -> Result<Self, MappingError> {
        let filter = Filter::new(&mapping.filters)
            .map_err(|source| MappingError::Filter { mapping: mapping.id.clone(), source })?;
        let poller = match mapping.source.clone() {
            Source::Queue(name) => Poller::Queue(queue::Poller::new(mapping, name, filter, services).await?),
            Source::Stream(table) => {
                Poller::Stream(Box::new(stream::Poller::new(mapping, table, filter, services).await?))
            }
        };
        Ok(Self { poller })
    }

    /// Feeds the function until `shutdown` turns true or its sender is gone, then returns within seconds. What was not
    /// finished is delivered again by the next run.
    pub async fn run(self, shutdown: watch::Receiver<bool>) {
        match self.poller {
            Poller::Queue(poller) => poller.run(shutdown).await,
            Poller::Stream(poller) => poller.run(shutdown).await,
        }
    }
}

/// Returns when it is time to stop.
async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone: nobody is left who could say it.
    let _gone = shutdown.wait_for(|stop| *stop).await;
}

fn is_stopped(shutdown: &watch::Receiver<bool>) -> bool {
    *shutdown.borrow() || shutdown.has_changed().is_err()
}
