//! The operations on up to 10 messages at once. Each entry succeeds or fails alone.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::messages::{MessageInput, sent};
use super::queue_name;
use crate::sqs::attributes::MESSAGE_BYTES_MAX;
use crate::sqs::handle::entry;
use crate::sqs::store::{Queue, Store};
use crate::sqs::{Sqs, SqsError};

const ENTRIES_MAX: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch<E> {
    queue_url: Option<String>,
    #[serde(default = "Vec::new")]
    entries: Vec<Entry<E>>,
}

#[derive(Deserialize)]
struct Entry<E> {
    #[serde(rename = "Id", default)]
    id: String,
    #[serde(flatten)]
    rest: E,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteEntry {
    #[serde(default)]
    receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VisibilityEntry {
    #[serde(default)]
    receipt_handle: String,
    visibility_timeout: Option<i64>,
}

pub(super) async fn send(sqs: &Sqs, batch: Batch<MessageInput>) -> Result<Value, SqsError> {
    batch.check("SendMessageBatchRequestEntry")?;
    let mut messages = Vec::new();
    for one in batch.entries {
        messages.push((one.id, one.rest.into_message()));
    }
    let bytes = messages.iter().filter_map(|(_, message)| Some(message.as_ref().ok()?.bytes())).sum();
    if bytes > MESSAGE_BYTES_MAX {
        return Err(SqsError::BatchRequestTooLong(bytes));
    }
    run(sqs, batch.queue_url, messages, |store, queue, message| Ok(sent(store.send(queue, &message?)?))).await
}

pub(super) async fn delete(sqs: &Sqs, batch: Batch<DeleteEntry>) -> Result<Value, SqsError> {
    batch.check("DeleteMessageBatchRequestEntry")?;
    run(sqs, batch.queue_url, batch.entries.into_iter().map(|one| (one.id, one.rest)).collect(), |store, queue, one| {
        store.delete(queue, &one.receipt_handle).map(|()| Map::new())
    })
    .await
}

pub(super) async fn change_visibility(sqs: &Sqs, batch: Batch<VisibilityEntry>) -> Result<Value, SqsError> {
    batch.check("ChangeMessageVisibilityBatchRequestEntry")?;
    run(sqs, batch.queue_url, batch.entries.into_iter().map(|one| (one.id, one.rest)).collect(), |store, queue, one| {
        let seconds = one.visibility_timeout.ok_or(SqsError::MissingParameter("VisibilityTimeout"))?;
        store.change_visibility(queue, &one.receipt_handle, seconds).map(|()| Map::new())
    })
    .await
}

impl<E> Batch<E> {
    /// What makes the whole request fail.
    fn check(&self, entry_name: &'static str) -> Result<(), SqsError> {
        if self.entries.is_empty() {
            return Err(SqsError::EmptyBatchRequest(entry_name));
        }
        if self.entries.len() > ENTRIES_MAX {
            return Err(SqsError::TooManyEntriesInBatchRequest(self.entries.len()));
        }
        let mut ids = HashSet::new();
        for Entry { id, .. } in &self.entries {
            let allowed = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            if !allowed || !(1..=80).contains(&id.len()) {
                return Err(SqsError::InvalidBatchEntryId);
            }
            if !ids.insert(id) {
                return Err(SqsError::BatchEntryIdsNotDistinct(id.clone()));
            }
        }
        Ok(())
    }
}

async fn run<E: Send + 'static>(
    sqs: &Sqs,
    url: Option<String>,
    entries: Vec<(String, E)>,
    act: impl Fn(&Store, &Queue, E) -> Result<Map<String, Value>, SqsError> + Send + 'static,
) -> Result<Value, SqsError> {
    let results = sqs
        .mailbox
        .run(move |store| {
            let queue = store.queue(&queue_name(store, url.as_deref())?)?;
            let results = entries.into_iter().map(|(id, one)| Ok((id, entry(act(store, &queue, one))?)));
            results.collect::<Result<Vec<_>, SqsError>>()
        })
        .await?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, result) in results {
        match result {
            Ok(mut answer) => {
                answer.insert("Id".to_owned(), id.into());
                successful.push(Value::Object(answer));
            }
            Err(error) => failed.push(json!({
                "Id": id, "SenderFault": error.is_senders_fault(), "Code": error.code(), "Message": error.to_string(),
            })),
        }
    }
    let mut answer = Map::new();
    for (name, list) in [("Successful", successful), ("Failed", failed)] {
        if !list.is_empty() {
            answer.insert(name.to_owned(), list.into());
        }
    }
    Ok(answer.into())
}
