//! The JSON protocol: `application/x-amz-json-1.0`, the operation in header `X-Amz-Target`.

mod batch;
mod messages;
mod move_tasks;
mod queues;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tracing::error;

use super::store::Store;
use super::{Sqs, SqsError};

/// Answers one request: status, body and headers.
pub(super) async fn handle(sqs: &Sqs, action: &str, body: &[u8]) -> (StatusCode, Vec<u8>, HeaderMap) {
    let (status, value, error) = match dispatch(sqs, action, body).await {
        Ok(value) => (StatusCode::OK, value, None),
        Err(error) => {
            if let SqsError::Internal(cause) = &error {
                error!(%action, %cause, "an SQS request failed");
            }
            (error.status(), json!({ "__type": error.shape_name(), "message": error.to_string() }), Some(error))
        }
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Some(error) = error {
        let fault = if error.is_senders_fault() { "Sender" } else { "Receiver" };
        if let Ok(code) = HeaderValue::from_str(&format!("{};{fault}", error.code())) {
            headers.insert("x-amzn-query-error", code);
        }
    }
    (status, value.to_string().into_bytes(), headers)
}

async fn dispatch(sqs: &Sqs, action: &str, body: &[u8]) -> Result<Value, SqsError> {
    match action {
        "SendMessage" => messages::send(sqs, parse(body)?).await,
        "SendMessageBatch" => batch::send(sqs, parse(body)?).await,
        "ReceiveMessage" => messages::receive(sqs, parse(body)?).await,
        "DeleteMessage" => messages::delete(sqs, parse(body)?).await,
        "DeleteMessageBatch" => batch::delete(sqs, parse(body)?).await,
        "ChangeMessageVisibility" => messages::change_visibility(sqs, parse(body)?).await,
        "ChangeMessageVisibilityBatch" => batch::change_visibility(sqs, parse(body)?).await,
        "CreateQueue" => queues::create(sqs, parse(body)?).await,
        "DeleteQueue" => queues::delete(sqs, parse(body)?).await,
        "GetQueueUrl" => queues::url(sqs, parse(body)?).await,
        "GetQueueAttributes" => queues::attributes(sqs, parse(body)?).await,
        "SetQueueAttributes" => queues::set_attributes(sqs, parse(body)?).await,
        "ListQueues" => queues::list(sqs, parse(body)?).await,
        "ListDeadLetterSourceQueues" => queues::dead_letter_sources(sqs, parse(body)?).await,
        "PurgeQueue" => queues::purge(sqs, parse(body)?).await,
        "StartMessageMoveTask" => move_tasks::start(sqs, parse(body)?).await,
        "ListMessageMoveTasks" => move_tasks::list(sqs, parse(body)?).await,
        "CancelMessageMoveTask" => move_tasks::cancel(),
        "AddPermission" | "RemovePermission" | "TagQueue" | "UntagQueue" | "ListQueueTags" => {
            Err(SqsError::UnsupportedOperation(format!("{action} is not part of the laptop cloud")))
        }
        _ => Err(SqsError::UnknownOperation),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| SqsError::MalformedInput(error.to_string()))
}

/// The queue's name in a `QueueUrl`. The host does not matter, the account does.
fn queue_name(store: &Store, url: Option<&str>) -> Result<String, SqsError> {
    let url = url.filter(|url| !url.is_empty()).ok_or(SqsError::MissingParameter("QueueUrl"))?;
    let mut parts = url.rsplit('/');
    let (name, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let queue = store.queue(name)?;
    if queue.account() == account { Ok(queue.name.clone()) } else { Err(SqsError::QueueDoesNotExist) }
}

fn queue_url(store: &Store, name: &str) -> Result<String, SqsError> {
    let queue = store.queue(name)?;
    Ok(format!("{}/{}/{}", store.base_url, queue.account(), queue.name))
}
