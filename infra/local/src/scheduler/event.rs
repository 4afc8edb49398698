//! What a schedule sends to its function.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

/// Who sends.
pub(super) struct Sender<'a> {
    pub(super) schedule_arn: &'a str,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
}

/// The schedule's input with its keywords replaced, or Scheduler's own event when there is none.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
pub(super) fn payload(sender: &Sender<'_>, input: Option<&str>, due: Timestamp) -> String {
    let execution_id = execution_id();
    let due = format!("{due:.0}");
    let Some(input) = input else {
        return json!({
            "version": "0",
            "id": execution_id,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": sender.account,
            "time": due,
            "region": sender.region,
            "resources": [sender.schedule_arn],
            "detail": "{}",
        })
        .to_string();
    };
    input
        .replace("<aws.scheduler.schedule-arn>", sender.schedule_arn)
        .replace("<aws.scheduler.scheduled-time>", &due)
        .replace("<aws.scheduler.execution-id>", &execution_id)
        .replace("<aws.scheduler.attempt-number>", "1")
}

#[expect(clippy::disallowed_methods, reason = "Scheduler's own id, of which nothing depends on the value")]
fn execution_id() -> String {
    Uuid::new_v4().to_string()
}
