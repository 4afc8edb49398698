//! How much CPU time a process has used, from `/proc`. Elsewhere than on Linux nothing is known.

use std::fs;
use std::time::Duration;

/// What the threads of a process that live now have used since they began; `None` once it is gone.
pub(super) fn used(process: u32) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let nanoseconds = threads.filter_map(|thread| {
        // The first number is the time on a CPU, exact to the nanosecond; `stat` counts hundredths of a second.
        let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Some(Duration::from_nanos(nanoseconds.sum()))
}
