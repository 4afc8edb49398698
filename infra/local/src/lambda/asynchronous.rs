//! Asynchronous invocations: two retries, as AWS does by default.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::{InvokeError, Lambda};

/// A throttled event waits this long before it is tried again; that is no attempt.
const THROTTLED_WAIT: Duration = Duration::from_secs(1);
/// An event that was throttled for so long is dropped.
const AGE_MAX: Duration = Duration::from_hours(6);

/// Tries an event until it succeeds or has failed three times.
pub(super) async fn deliver(lambda: Lambda, function: String, payload: Bytes) {
    let accepted = Instant::now();
    let delays = lambda.inner.event_retry_delays;
    let mut failures = 0;
    loop {
        match lambda.invoke(&function, payload.clone()).await {
            Ok(outcome) if outcome.error.is_none() => return,
            Ok(_) => match delays.get(failures) {
                Some(delay) => {
                    failures += 1;
                    tokio::time::sleep(*delay).await;
                }
                None => return dropped(&lambda, &function, "it failed three times"),
            },
            Err(InvokeError::TooManyRequests) if accepted.elapsed() < AGE_MAX => {
                tokio::time::sleep(THROTTLED_WAIT).await;
            }
            Err(cause) => return dropped(&lambda, &function, &cause.to_string()),
        }
    }
}

fn dropped(lambda: &Lambda, function: &str, why: &str) {
    lambda.logs().failure(&format!("{function}: an asynchronous event was dropped: {why}"));
}
