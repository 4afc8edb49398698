//! The `REPORT` line that ends an invocation's log.

use std::time::Duration;

use super::environment::{Answer, Failure, milliseconds};
use super::outcome::FunctionError;

/// What `CloudWatch` shows, in its words: tabs between fields, durations in milliseconds, memory in MB.
pub(super) fn line(
    request_id: &str,
    answer: &Answer,
    memory_mib: u32,
    peak_kib: u64,
    init: Option<Duration>,
) -> String {
    let duration = milliseconds(answer.duration);
    let init = init.map(|init| format!("\tInit Duration: {:.2} ms", milliseconds(init)));
    let status = match &answer.error {
        Some(Failure { kind: FunctionError::TimedOut, .. }) => "\tStatus: timeout".to_owned(),
        Some(Failure { kind: FunctionError::Unhandled, error_type, .. }) => {
            format!("\tStatus: error\tError Type: {error_type}")
        }
        _ => String::new(),
    };
    format!(
        "REPORT RequestId: {request_id}\tDuration: {duration:.2} ms\tBilled Duration: {:.0} ms\tMemory Size: {memory_mib} MB\tMax Memory Used: {} MB{}{status}",
        duration.ceil(),
        peak_kib.div_ceil(1024),
        init.unwrap_or_default(),
    )
}
