//! Waiting for what follows by itself, without sleeping for luck.

use std::time::{Duration, Instant};

/// Polls `what` until it has a value, for half a minute at most.
///
/// # Panics
/// When it never does; `promise` says what did not come true.
pub async fn until<T, F: Future<Output = Option<T>>>(promise: &str, what: impl FnMut() -> F) -> T {
    poll(promise, Duration::from_secs(30), what).await
}

/// Polls `what` for the two minutes that the product takes to tidy up after a crash.
pub async fn within_two_minutes<T, F: Future<Output = Option<T>>>(promise: &str, what: impl FnMut() -> F) -> T {
    poll(promise, Duration::from_mins(2), what).await
}

async fn poll<T, F: Future<Output = Option<T>>>(promise: &str, patience: Duration, mut what: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(value) = what().await {
            return value;
        }
        assert!(begun.elapsed() < patience, "within {patience:?}: {promise}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
