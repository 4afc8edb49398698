//! What an invocation comes to.

use std::time::Duration;

use bytes::Bytes;

/// Largest payload of a synchronous invocation, in bytes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const REQUEST_BYTES_MAX: usize = 6_291_456;
/// Largest payload of an asynchronous (`Event`) invocation, in bytes.
pub const EVENT_BYTES_MAX: usize = 1_048_576;
/// Largest answer of a function, in bytes: 6 MB and the 100 bytes AWS adds for the envelope.
pub const RESPONSE_BYTES_MAX: usize = 6_291_556;

/// A finished invocation, successful or not.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The function's answer, or the error document `{"errorType": …, "errorMessage": …}`.
    pub payload: Bytes,
    /// Set when `payload` is an error document.
    pub error: Option<FunctionError>,
    /// The id in the function's log lines.
    pub request_id: String,
    /// From handing the event over to the answer; without the start of the environment.
    pub duration: Duration,
    /// How long the environment took to start, when this invocation started one.
    pub init_duration: Option<Duration>,
    /// The last 4 KiB of what the function logged meanwhile.
    pub log_tail: String,
}

/// Why a function gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionError {
    /// The function reported an error and lives on.
    Handled,
    /// Its process ended, never started, was killed for its memory, or answered too much.
    Unhandled,
    /// It was killed at its timeout.
    TimedOut,
}

impl FunctionError {
    /// The value of `X-Amz-Function-Error`: AWS says `Unhandled` for every error of a custom runtime.
    pub fn header(self) -> &'static str {
        "Unhandled"
    }
}

/// Why a function was not invoked at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvokeError {
    /// The template has no function of this name.
    #[error("Function not found: {0}")]
    NoSuchFunction(String),
    /// The payload exceeds the limit of its invocation type.
    #[error("Request must be smaller than {limit_bytes} bytes for the InvokeFunction operation")]
    PayloadTooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// The payload is not JSON.
    #[error("Could not parse request body into json: {0}")]
    NotJson(String),
    /// Every environment the function may have was busy for as long as a request may wait.
    #[error("Rate Exceeded.")]
    TooManyRequests,
    /// The laptop cloud is going down.
    #[error("the Lambda service is stopping")]
    Stopped,
}
