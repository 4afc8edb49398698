//! SQS: the queue a request names.

use serde_json::Value;

use super::{Needed, Scope, needed, text};

pub(super) fn needs(operation: &str, body: &Value, scope: &Scope) -> Vec<Needed> {
    // A batch needs the action of its entries; it has none of its own.
    let action = format!("sqs:{}", operation.strip_suffix("Batch").unwrap_or(operation));
    vec![needed(&action, queue(body, scope))]
}

fn queue(body: &Value, scope: &Scope) -> String {
    if let Some(url) = text(body, "QueueUrl") {
        // …/<account>/<name>
        let mut ends = url.rsplit('/');
        let name = ends.next().unwrap_or_default();
        let account = ends.next().unwrap_or_default();
        return format!("arn:aws:sqs:{}:{account}:{name}", scope.region);
    }
    match (text(body, "QueueName"), text(body, "SourceArn")) {
        (Some(name), _) => scope.arn("sqs", name),
        (None, Some(arn)) => arn.to_owned(),
        (None, None) => "*".to_owned(),
    }
}
