//! What Lambda needs of a function's role to feed it from an event source.

use super::actions::Scope;
use crate::template::STREAM_LABEL;
use crate::template::model::{EventSourceMapping, Source};

/// The role of a function does not let Lambda feed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{mapping}: the function's role does not allow {action} on {resource}, which this event source needs")]
pub struct RoleLacks {
    /// The mapping's id.
    pub mapping: String,
    /// Such as `dynamodb:GetRecords`.
    pub action: &'static str,
    /// The ARN of the stream or queue.
    pub resource: String,
}

/// The actions, each with its resource: those of `AWSLambdaSQSQueueExecutionRole` and `AWSLambdaDynamoDBExecutionRole`,
/// on the one source.
pub(super) fn event_source_needs(mapping: &EventSourceMapping, scope: &Scope) -> Vec<(&'static str, String)> {
    let (actions, source): (&[&str], _) = match &mapping.source {
        Source::Queue(name) => {
            (&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], scope.arn("sqs", name))
        }
        Source::Stream(table) => (
            &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
            scope.arn("dynamodb", &format!("table/{table}/stream/{STREAM_LABEL}")),
        ),
    };
    let mut needs: Vec<_> = actions.iter().map(|action| (*action, source.clone())).collect();
    needs.extend(mapping.on_failure_queue_arn.iter().map(|arn| ("sqs:SendMessage", arn.clone())));
    needs
}
