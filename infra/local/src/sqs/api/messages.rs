//! Operations on one message, and receiving.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::queue_name;
use crate::sqs::attributes::VISIBILITY_SECONDS_MAX;
use crate::sqs::{AttributeValue, Message, NewMessage, ReceiveOptions, Sent, Sqs, SqsError, digest};

/// A message as a request holds it, alone or in a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MessageInput {
    message_body: Option<String>,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: BTreeMap<String, AttributeInput>,
    #[serde(default)]
    message_system_attributes: BTreeMap<String, AttributeInput>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeInput {
    data_type: Option<String>,
    string_value: Option<String>,
    binary_value: Option<String>,
}

impl MessageInput {
    pub(super) fn into_message(self) -> Result<NewMessage, SqsError> {
        let attributes = self.message_attributes.into_iter().map(|(name, value)| {
            let value = value.into_value(&name)?;
            Ok((name, value))
        });
        let mut system = self.message_system_attributes;
        let trace_header = system.remove("AWSTraceHeader").and_then(|value| value.string_value);
        if let Some(name) = system.keys().next() {
            return Err(SqsError::InvalidParameterValue(format!("Message system attribute name '{name}' is invalid.")));
        }
        Ok(NewMessage {
            attributes: attributes.collect::<Result<_, SqsError>>()?,
            body: self.message_body.unwrap_or_default(),
            delay_seconds: self.delay_seconds,
            group_id: self.message_group_id,
            deduplication_id: self.message_deduplication_id,
            trace_header,
        })
    }
}

impl AttributeInput {
    fn into_value(self, name: &str) -> Result<AttributeValue, SqsError> {
        let not_base64 = |_| SqsError::MalformedInput(format!("message attribute '{name}' is not base64"));
        Ok(AttributeValue {
            data_type: self.data_type.unwrap_or_default(),
            string_value: self.string_value,
            binary_value: self.binary_value.map(|text| STANDARD.decode(text)).transpose().map_err(not_base64)?,
        })
    }
}

/// What `SendMessage` and an entry of its batch answer.
pub(super) fn sent(sent: Sent) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("MessageId".to_owned(), sent.message_id.into());
    answer.insert("MD5OfMessageBody".to_owned(), sent.md5_of_body.into());
    if let Some(md5) = sent.md5_of_attributes {
        answer.insert("MD5OfMessageAttributes".to_owned(), md5.into());
    }
    if let Some(number) = sent.sequence_number {
        answer.insert("SequenceNumber".to_owned(), number.into());
    }
    answer
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    queue_url: Option<String>,
    #[serde(flatten)]
    message: MessageInput,
}

pub(super) async fn send(sqs: &Sqs, request: Send) -> Result<Value, SqsError> {
    let message = request.message.into_message()?;
    let answer = sqs
        .mailbox
        .run(move |store| {
            let queue = store.queue(&queue_name(store, request.queue_url.as_deref())?)?;
            store.send(&queue, &message)
        })
        .await?;
    Ok(Value::Object(sent(answer)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
    queue_url: Option<String>,
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<u64>,
    #[serde(rename = "ReceiveRequestAttemptId")]
    attempt_id: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

pub(super) async fn receive(sqs: &Sqs, request: Receive) -> Result<Value, SqsError> {
    let max_messages = request.max_number_of_messages.unwrap_or(1);
    if !(1..=10).contains(&max_messages) {
        let reason = "Must be between 1 and 10, if provided";
        return Err(SqsError::invalid("MaxNumberOfMessages", max_messages, reason));
    }
    if let Some(seconds) = request.wait_time_seconds.filter(|seconds| *seconds > 20) {
        return Err(SqsError::invalid("WaitTimeSeconds", seconds, "Must be >= 0 and <= 20, if provided"));
    }
    if let Some(seconds) = request.visibility_timeout.filter(|s| !(0..=VISIBILITY_SECONDS_MAX).contains(s)) {
        return Err(SqsError::invalid("VisibilityTimeout", seconds, "Must be between 0 and 43200, if provided"));
    }
    if request.attempt_id.is_some() {
        return Err(SqsError::UnsupportedOperation(
            "ReceiveRequestAttemptId is not part of the laptop cloud".to_owned(),
        ));
    }
    let url = request.queue_url;
    let (name, queue_wait) = sqs
        .mailbox
        .run(move |store| {
            let name = queue_name(store, url.as_deref())?;
            let wait = store.queue(&name)?.attributes.wait_seconds;
            Ok((name, wait.unsigned_abs()))
        })
        .await?;
    let wait = Duration::from_secs(request.wait_time_seconds.unwrap_or(queue_wait));
    let options = ReceiveOptions { max_messages, visibility_seconds: request.visibility_timeout, wait };
    let messages = sqs.receive(&name, options).await?;
    if messages.is_empty() {
        return Ok(json!({}));
    }
    let system_names = [request.attribute_names, request.message_system_attribute_names].concat();
    let messages =
        messages.into_iter().map(|message| received(message, &system_names, &request.message_attribute_names));
    Ok(json!({ "Messages": messages.collect::<Vec<_>>() }))
}

/// A received message with the attributes that were asked for.
fn received(mut message: Message, system_names: &[String], attribute_names: &[String]) -> Value {
    message.attributes.retain(|name, _| attribute_names.iter().any(|wanted| selects(wanted, name)));
    let mut answer = json!({
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.md5_of_body(),
    });
    let system: Map<String, Value> = message
        .system
        .named()
        .into_iter()
        .filter(|(name, _)| system_names.iter().any(|wanted| wanted == "All" || wanted == name))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    if !system.is_empty() {
        answer["Attributes"] = Value::Object(system);
    }
    if let Some(md5) = digest::of_attributes(&message.attributes) {
        answer["MD5OfMessageAttributes"] = md5.into();
        answer["MessageAttributes"] =
            message.attributes.into_iter().map(|(name, value)| (name, attribute(value))).collect::<Map<_, _>>().into();
    }
    answer["Body"] = message.body.into();
    answer
}

/// `All` and `.*` select every attribute, `prefix.*` those that begin so.
fn selects(wanted: &str, name: &str) -> bool {
    wanted == "All" || wanted == name || wanted.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
}

fn attribute(value: AttributeValue) -> Value {
    let mut answer = json!({ "DataType": value.data_type });
    if let Some(text) = value.string_value {
        answer["StringValue"] = text.into();
    }
    if let Some(bytes) = value.binary_value {
        answer["BinaryValue"] = STANDARD.encode(bytes).into();
    }
    answer
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
}

pub(super) async fn delete(sqs: &Sqs, request: Delete) -> Result<Value, SqsError> {
    let handle = request.receipt_handle.ok_or(SqsError::MissingParameter("ReceiptHandle"))?;
    sqs.mailbox
        .run(move |store| {
            let queue = store.queue(&queue_name(store, request.queue_url.as_deref())?)?;
            store.delete(&queue, &handle)
        })
        .await?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeVisibility {
    queue_url: Option<String>,
    receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

pub(super) async fn change_visibility(sqs: &Sqs, request: ChangeVisibility) -> Result<Value, SqsError> {
    let handle = request.receipt_handle.ok_or(SqsError::MissingParameter("ReceiptHandle"))?;
    let seconds = request.visibility_timeout.ok_or(SqsError::MissingParameter("VisibilityTimeout"))?;
    sqs.mailbox
        .run(move |store| {
            let queue = store.queue(&queue_name(store, request.queue_url.as_deref())?)?;
            store.change_visibility(&queue, &handle, seconds)
        })
        .await?;
    Ok(json!({}))
}
