//! Operations on queues.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{queue_name, queue_url};
use crate::sqs::attributes::{FIFO_SUFFIX, QueueAttributes, is_fifo_name};
use crate::sqs::store::Store;
use crate::sqs::{Sqs, SqsError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    queue_name: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Addressed {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

pub(super) async fn create(sqs: &Sqs, request: Named) -> Result<Value, SqsError> {
    let name = request.queue_name.ok_or(SqsError::MissingParameter("QueueName"))?;
    let stem = name.strip_suffix(FIFO_SUFFIX).unwrap_or(&name);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if stem.is_empty() || name.len() > 80 || !stem.bytes().all(allowed) {
        return Err(SqsError::InvalidParameterValue(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length".to_owned(),
        ));
    }
    let fifo = request.attributes.get("FifoQueue").is_some_and(|fifo| fifo == "true");
    if fifo != is_fifo_name(&name) {
        return Err(SqsError::InvalidParameterValue(
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with \
             .fifo suffix and be 1 to 80 in length."
                .to_owned(),
        ));
    }
    let mut attributes = QueueAttributes::new(fifo);
    for (attribute, value) in &request.attributes {
        attributes.set(attribute, &Value::from(value.as_str()))?;
    }
    let url = sqs
        .mailbox
        .run(move |store| {
            match store.queue(&name) {
                Ok(queue) => {
                    let before = queue.attributes.named()?;
                    let differing = request.attributes.iter().find(|(name, value)| before.get(*name) != Some(value));
                    if let Some((attribute, _)) = differing {
                        return Err(SqsError::QueueNameExists(attribute.clone()));
                    }
                }
                Err(SqsError::QueueDoesNotExist) => store.put_queue(&name, &arn_of(store, &name)?, &attributes)?,
                Err(other) => return Err(other),
            }
            queue_url(store, &name)
        })
        .await?;
    Ok(json!({ "QueueUrl": url }))
}

/// Of the region and account that the other queues are in.
fn arn_of(store: &Store, name: &str) -> Result<String, SqsError> {
    let prefix = match store.queue_names()?.first() {
        Some(other) => {
            let queue = store.queue(other)?;
            queue.arn.rsplit_once(':').map_or_else(String::new, |(prefix, _)| prefix.to_owned())
        }
        None => "arn:aws:sqs:us-east-1:000000000000".to_owned(),
    };
    Ok(format!("{prefix}:{name}"))
}

pub(super) async fn delete(sqs: &Sqs, request: Addressed) -> Result<Value, SqsError> {
    sqs.mailbox.run(move |store| store.delete_queue(&queue_name(store, request.queue_url.as_deref())?)).await?;
    Ok(json!({}))
}

pub(super) async fn purge(sqs: &Sqs, request: Addressed) -> Result<Value, SqsError> {
    sqs.mailbox.run(move |store| store.purge(&queue_name(store, request.queue_url.as_deref())?)).await?;
    Ok(json!({}))
}

pub(super) async fn url(sqs: &Sqs, request: Named) -> Result<Value, SqsError> {
    let name = request.queue_name.ok_or(SqsError::MissingParameter("QueueName"))?;
    let url = sqs.mailbox.run(move |store| queue_url(store, &name)).await?;
    Ok(json!({ "QueueUrl": url }))
}

pub(super) async fn attributes(sqs: &Sqs, request: Addressed) -> Result<Value, SqsError> {
    let url = request.queue_url;
    let (queue, counts) = sqs
        .mailbox
        .run(move |store| {
            let name = queue_name(store, url.as_deref())?;
            Ok((store.queue(&name)?.as_ref().clone(), store.counts(&name)?))
        })
        .await?;
    let mut named = queue.attributes.named()?;
    named.extend([
        ("QueueArn".to_owned(), queue.arn),
        ("CreatedTimestamp".to_owned(), (queue.created_ms / 1000).to_string()),
        ("LastModifiedTimestamp".to_owned(), (queue.modified_ms / 1000).to_string()),
        ("ApproximateNumberOfMessages".to_owned(), counts.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible".to_owned(), counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed".to_owned(), counts.delayed.to_string()),
    ]);
    let wanted = request.attribute_names;
    named.retain(|name, _| wanted.iter().any(|wanted| wanted == "All" || wanted == name));
    Ok(if named.is_empty() { json!({}) } else { json!({ "Attributes": named }) })
}

pub(super) async fn set_attributes(sqs: &Sqs, request: Addressed) -> Result<Value, SqsError> {
    sqs.mailbox
        .run(move |store| {
            let name = queue_name(store, request.queue_url.as_deref())?;
            let queue = store.queue(&name)?;
            let mut attributes = queue.attributes.clone();
            for (attribute, value) in &request.attributes {
                attributes.set(attribute, &Value::from(value.as_str()))?;
            }
            store.put_queue(&name, &queue.arn, &attributes)
        })
        .await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    queue_url: Option<String>,
    queue_name_prefix: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

pub(super) async fn list(sqs: &Sqs, request: List) -> Result<Value, SqsError> {
    sqs.mailbox
        .run(move |store| {
            let prefix = request.queue_name_prefix.as_deref().unwrap_or_default();
            let names = store.queue_names()?.into_iter().filter(|name| name.starts_with(prefix)).collect();
            page(store, names, request.max_results, request.next_token.as_deref(), "QueueUrls")
        })
        .await
}

pub(super) async fn dead_letter_sources(sqs: &Sqs, request: List) -> Result<Value, SqsError> {
    sqs.mailbox
        .run(move |store| {
            let queue = store.queue(&queue_name(store, request.queue_url.as_deref())?)?;
            let names = store.dead_letter_sources(&queue.arn)?;
            page(store, names, request.max_results, request.next_token.as_deref(), "queueUrls")
        })
        .await
}

/// At most `max` URLs after the one whose name is the token; a token only when the caller set `max`.
fn page(
    store: &Store,
    mut names: Vec<String>,
    max: Option<usize>,
    after: Option<&str>,
    list: &str,
) -> Result<Value, SqsError> {
    if let Some(after) = after {
        names.retain(|name| name.as_str() > after);
    }
    let mut answer = Map::new();
    let limit = max.unwrap_or(1000);
    if names.len() > limit {
        names.truncate(limit);
        if let (Some(_), Some(last)) = (max, names.last()) {
            answer.insert("NextToken".to_owned(), last.clone().into());
        }
    }
    if !names.is_empty() {
        let urls = names.iter().map(|name| queue_url(store, name).map(Value::from));
        answer.insert(list.to_owned(), urls.collect::<Result<Vec<_>, _>>()?.into());
    }
    Ok(answer.into())
}
