//! Moving dead letters back. A task is done when its request is answered, so none can be cancelled.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::sqs::{Sqs, SqsError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Task {
    source_arn: Option<String>,
    destination_arn: Option<String>,
    max_results: Option<i64>,
}

pub(super) async fn start(sqs: &Sqs, request: Task) -> Result<Value, SqsError> {
    let source = request.source_arn.ok_or(SqsError::MissingParameter("SourceArn"))?;
    let task = sqs.mailbox.run(move |store| store.move_messages(&source, request.destination_arn.as_deref())).await?;
    Ok(json!({ "TaskHandle": task.handle }))
}

pub(super) async fn list(sqs: &Sqs, request: Task) -> Result<Value, SqsError> {
    let source = request.source_arn.ok_or(SqsError::MissingParameter("SourceArn"))?;
    let max = request.max_results.unwrap_or(1).clamp(1, 10);
    let tasks = sqs.mailbox.run(move |store| store.move_tasks(&source, max)).await?;
    let results = tasks.into_iter().map(|task| {
        let mut result = json!({
            "Status": "COMPLETED", "SourceArn": task.source_arn, "StartedTimestamp": task.started_ms,
            "ApproximateNumberOfMessagesMoved": task.moved, "ApproximateNumberOfMessagesToMove": task.moved,
        });
        if let Some(arn) = task.destination_arn {
            result["DestinationArn"] = arn.into();
        }
        result
    });
    Ok(json!({ "Results": results.collect::<Vec<_>>() }))
}

pub(super) fn cancel() -> Result<Value, SqsError> {
    Err(SqsError::ResourceNotFound("Only an active message movement task can be cancelled.".to_owned()))
}
