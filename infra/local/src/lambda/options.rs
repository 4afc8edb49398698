//! What Lambda is started with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::Logs;
use crate::clock::Clock;
use crate::iam::KeyRing;
use crate::template::model::Function;

/// Everything an execution environment is made from.
#[derive(Clone)]
pub struct Options {
    /// The template's functions.
    pub functions: Vec<Function>,
    /// Where the cargo binaries are.
    pub binaries: PathBuf,
    /// Gives each environment access keys of its own; none without it.
    pub keys: Option<KeyRing>,
    /// Becomes `AWS_REGION`.
    pub region: String,
    /// Becomes `AWS_ENDPOINT_URL`.
    pub endpoint_url: String,
    /// Its offset becomes `CLOCK_OFFSET_SECONDS`.
    pub clock: Clock,
    /// Where functions log.
    pub logs: Logs,
    /// Emptied at start; each environment gets a directory in it as `TMPDIR` and working directory.
    pub scratch: PathBuf,
    /// Set on top of the template's variables: local endpoints and nothing else.
    pub extra_environment: BTreeMap<String, String>,
    /// Environments of one function that may live at once. Requests beyond it wait.
    pub max_environments_per_function: usize,
    /// How long a request waits for an environment before it is told `TooManyRequests`.
    pub queue_for: Duration,
    /// An environment unused for this long is ended.
    pub idle_after: Duration,
    /// The waits before the two retries of a failed asynchronous invocation.
    pub event_retry_delays: [Duration; 2],
}

impl Options {
    /// Options with AWS's retry delays (1 and 2 minutes) and no functions, keys or extra variables yet.
    pub fn new(binaries: PathBuf, scratch: PathBuf, logs: Logs, clock: Clock) -> Self {
        Self {
            functions: Vec::new(),
            binaries,
            keys: None,
            region: "us-east-1".to_owned(),
            endpoint_url: String::new(),
            clock,
            logs,
            scratch,
            extra_environment: BTreeMap::new(),
            max_environments_per_function: 10,
            queue_for: Duration::from_secs(30),
            idle_after: Duration::from_mins(5),
            event_retry_delays: [Duration::from_mins(1), Duration::from_mins(2)],
        }
    }
}
