//! Asynchronous invocations: two retries within six hours, unless the function's `EventInvokeConfig` says otherwise.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::{InvokeError, Lambda};
use crate::template::model;

/// A throttled event waits this long before it is tried again; that is no attempt.
const THROTTLED_WAIT: Duration = Duration::from_secs(1);

/// Tries an event until it succeeds, has failed as often as it may, or is too old.
pub(super) async fn deliver(lambda: Lambda, function: String, payload: Bytes) {
    let accepted = Instant::now();
    let (retries, age_max) =
        lambda.inner.event_limits.get(&function).copied().unwrap_or((model::EVENT_RETRIES, model::EVENT_AGE_MAX));
    let mut delays = lambda.inner.event_retry_delays.into_iter().take(retries as usize);
    loop {
        match lambda.invoke(&function, payload.clone()).await {
            Ok(outcome) if outcome.error.is_none() => return,
            Ok(_) => match delays.next() {
                Some(delay) if accepted.elapsed() + delay < age_max => tokio::time::sleep(delay).await,
                Some(_) => return dropped(&lambda, &function, "it is too old to be tried again"),
                None => return dropped(&lambda, &function, "its attempts are used up"),
            },
            Err(InvokeError::TooManyRequests) if accepted.elapsed() < age_max => {
                tokio::time::sleep(THROTTLED_WAIT).await;
            }
            Err(cause) => return dropped(&lambda, &function, &cause.to_string()),
        }
    }
}

fn dropped(lambda: &Lambda, function: &str, why: &str) {
    lambda.logs().failure(&format!("{function}: an asynchronous event was dropped: {why}"));
}
