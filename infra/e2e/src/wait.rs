//! Waiting for what follows by itself, without sleeping for luck.

use std::time::{Duration, Instant};

/// `from` and `to` of a question about the last days, whatever the year and the offset of a cloud's clock.
///
/// # Panics
/// When the machine's clock stands before 1970.
#[expect(clippy::disallowed_methods, reason = "the cloud's days are those of this machine")]
pub fn days_around_today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("the clock is right");
    let day = |days: i64| civil(i64::try_from(now.as_secs() / 86_400).unwrap_or(0) + days);
    format!("from={}&to={}", day(-30), day(30))
}

/// The time by this machine's clock, as requests carry it.
///
/// # Panics
/// When no calendar has it.
#[expect(clippy::disallowed_methods, reason = "front ends have no clock of the cloud's")]
pub fn now() -> String {
    jiff::Timestamp::try_from(std::time::SystemTime::now()).expect("a time of the calendar").to_string()
}

/// The date so many days after 1970-01-01.
fn civil(days: i64) -> String {
    let start = jiff::civil::date(1970, 1, 1);
    start.saturating_add(jiff::Span::new().days(days)).to_string()
}

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
