//! Waiting until everything that follows from something is done.

use std::time::{Duration, Instant};

use e2e::Cloud;

/// How often it looks: seldom, not to be measured itself.
const LOOK: Duration = Duration::from_millis(250);
/// Looks in a row that must find no message: what a table's stream has not yet handed over is in no queue.
const LOOKS: u32 = 6;
/// How long it waits at most.
const PATIENCE: Duration = Duration::from_mins(1);

/// Returns once no queue holds a message and none comes.
///
/// # Panics
/// When there is no end of messages.
pub(crate) async fn quiet(cloud: &Cloud) {
    let begun = Instant::now();
    let mut empty = 0;
    while empty < LOOKS {
        assert!(begun.elapsed() < PATIENCE, "the queues are empty after {PATIENCE:?}");
        let queues = cloud.control().get("/queues").await.expect_status(200).body;
        let dead = |name: &serde_json::Value| name.as_str().is_some_and(|name| name.contains("dead"));
        let held = |queue: &serde_json::Value| {
            !dead(&queue["name"]) && ["visible", "in_flight", "delayed"].iter().any(|m| queue[*m].as_u64() != Some(0))
        };
        let busy = queues.as_array().is_none_or(|queues| queues.iter().any(held));
        empty = if busy { 0 } else { empty + 1 };
        tokio::time::sleep(LOOK).await;
    }
}
