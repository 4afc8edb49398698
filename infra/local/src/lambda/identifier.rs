//! Ids as the Lambda service makes them.

use jiff::Timestamp;
use uuid::Uuid;

#[expect(clippy::disallowed_methods, reason = "ids of the laptop cloud are random, as AWS's are")]
pub(crate) fn random() -> Uuid {
    Uuid::new_v4()
}

/// An X-Ray root such as `Root=1-67891233-abcdef012345678912345678`.
pub(crate) fn trace_root(now: Timestamp) -> String {
    let random = random().simple().to_string();
    format!("Root=1-{:08x}-{}", now.as_second(), &random[..24])
}
