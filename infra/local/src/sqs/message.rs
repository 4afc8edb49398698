//! Messages as callers send and receive them, and what a message may hold.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::attributes::QueueAttributes;
use super::{SqsError, digest};

/// A value that travels beside the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeValue {
    /// `String`, `Number` or `Binary`, with an optional label such as `Number.int`.
    pub data_type: String,
    /// Set unless the type is `Binary`.
    pub string_value: Option<String>,
    /// Set when the type is `Binary`.
    pub binary_value: Option<Vec<u8>>,
}

/// A message to send.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    /// At least one character.
    pub body: String,
    /// At most 10.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// The queue's `DelaySeconds` when absent; not for FIFO queues.
    pub delay_seconds: Option<i64>,
    /// What a FIFO queue keeps in order.
    pub group_id: Option<String>,
    /// What a FIFO queue takes once in five minutes.
    pub deduplication_id: Option<String>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
}

impl NewMessage {
    /// A message with a body alone.
    pub fn of(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// What counts against the size limits, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, value)| {
            let text = value.string_value.as_ref().map_or(0, String::len);
            name.len() + value.data_type.len() + text + value.binary_value.as_ref().map_or(0, Vec::len)
        });
        self.body.len() + attributes.sum::<usize>()
    }

    /// Whether a queue with these attributes takes this message.
    pub(super) fn check(&self, queue: &QueueAttributes) -> Result<(), SqsError> {
        if self.body.is_empty() {
            return Err(SqsError::MissingParameter("MessageBody"));
        }
        let max = usize::try_from(queue.message_bytes_max).unwrap_or_default();
        if self.bytes() > max {
            return Err(SqsError::InvalidParameterValue(format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {max} bytes."
            )));
        }
        if !self.body.chars().all(is_allowed) {
            return Err(SqsError::InvalidMessageContents);
        }
        self.check_attributes()?;
        for (parameter, value) in
            [("MessageGroupId", &self.group_id), ("MessageDeduplicationId", &self.deduplication_id)]
        {
            if value.as_ref().is_some_and(|id| !is_id(id)) {
                let reason = "Can only include alphanumeric and punctuation characters. 1 to 128 in length";
                return Err(SqsError::invalid(parameter, value.as_deref().unwrap_or_default(), reason));
            }
        }
        if queue.fifo { self.check_fifo(queue) } else { self.check_standard() }
    }

    fn check_standard(&self) -> Result<(), SqsError> {
        if let Some(id) = &self.deduplication_id {
            return Err(SqsError::invalid("MessageDeduplicationId", id, NOT_FOR_THIS_TYPE));
        }
        match self.delay_seconds {
            Some(seconds) if !(0..=super::attributes::DELAY_SECONDS_MAX).contains(&seconds) => {
                Err(SqsError::invalid("DelaySeconds", seconds, "DelaySeconds must be >= 0 and <= 900"))
            }
            _ => Ok(()),
        }
    }

    fn check_fifo(&self, queue: &QueueAttributes) -> Result<(), SqsError> {
        if self.group_id.is_none() {
            return Err(SqsError::MissingParameter("MessageGroupId"));
        }
        if self.deduplication_id.is_none() && !queue.content_based_deduplication {
            return Err(SqsError::InvalidParameterValue(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                 explicitly"
                    .to_owned(),
            ));
        }
        match self.delay_seconds {
            Some(seconds) if seconds != 0 => Err(SqsError::invalid("DelaySeconds", seconds, NOT_FOR_THIS_TYPE)),
            _ => Ok(()),
        }
    }

    fn check_attributes(&self) -> Result<(), SqsError> {
        if self.attributes.len() > 10 {
            return Err(SqsError::InvalidParameterValue(format!(
                "Number of message attributes [{}] exceeds the allowed maximum [10].",
                self.attributes.len()
            )));
        }
        for (name, value) in &self.attributes {
            let base = value.data_type.split('.').next().unwrap_or_default();
            let filled = match base {
                "String" | "Number" => value.string_value.as_ref().is_some_and(|text| !text.is_empty()),
                "Binary" => value.binary_value.as_ref().is_some_and(|bytes| !bytes.is_empty()),
                _ => {
                    return Err(SqsError::InvalidParameterValue(format!(
                        "The message attribute '{name}' has an invalid message attribute type, the set of supported \
                         type prefixes is Binary, Number, and String."
                    )));
                }
            };
            if !filled {
                return Err(SqsError::InvalidParameterValue(format!(
                    "Message (user) attribute '{name}' must contain a non-empty value of type '{base}'."
                )));
            }
            if base == "Number" && value.string_value.as_ref().is_none_or(|text| text.parse::<f64>().is_err()) {
                return Err(SqsError::InvalidParameterValue(format!(
                    "Can't cast the value of message (user) attribute '{name}' to a number."
                )));
            }
            if value.string_value.as_ref().is_some_and(|text| !text.chars().all(is_allowed)) {
                return Err(SqsError::InvalidMessageContents);
            }
        }
        Ok(())
    }
}

const NOT_FOR_THIS_TYPE: &str = "The request include parameter that is not valid for this queue type";

/// What XML 1.0 takes, and so SQS.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What a sender is told.
#[derive(Debug, Clone)]
pub struct Sent {
    /// A UUID.
    pub message_id: String,
    /// Of the body as it was stored.
    pub md5_of_body: String,
    /// Of the attributes, when there are any.
    pub md5_of_attributes: Option<String>,
    /// 20 digits, rising (FIFO).
    pub sequence_number: Option<String>,
}

/// How to receive.
#[derive(Debug, Clone, Copy)]
pub struct ReceiveOptions {
    /// From 1; more than 10 is for callers in this process.
    pub max_messages: usize,
    /// The queue's `VisibilityTimeout` when absent.
    pub visibility_seconds: Option<i64>,
    /// How long to wait for a first message; zero looks once.
    pub wait: Duration,
}

/// A received message.
#[derive(Debug, Clone)]
pub struct Message {
    /// A UUID, the same in every receive.
    pub message_id: String,
    /// Good for this receive.
    pub receipt_handle: String,
    /// As it was sent.
    pub body: String,
    /// As they were sent.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// What SQS knows of it.
    pub system: SystemAttributes,
}

impl Message {
    /// MD5 of the body, in hexadecimal.
    pub fn md5_of_body(&self) -> String {
        digest::of_body(&self.body)
    }

    /// MD5 of the attributes, when there are any.
    pub fn md5_of_attributes(&self) -> Option<String> {
        digest::of_attributes(&self.attributes)
    }
}

/// What SQS knows of a message.
#[derive(Debug, Clone)]
pub struct SystemAttributes {
    /// This receive included.
    pub receive_count: i64,
    /// Milliseconds since 1970.
    pub sent_ms: i64,
    /// Milliseconds since 1970.
    pub first_received_ms: i64,
    /// The account.
    pub sender_id: String,
    /// 20 digits (FIFO).
    pub sequence_number: Option<String>,
    /// `MessageGroupId`.
    pub group_id: Option<String>,
    /// As given, or the SHA-256 of the body (FIFO).
    pub deduplication_id: Option<String>,
    /// `AWSTraceHeader`.
    pub trace_header: Option<String>,
    /// The queue whose dead letter this is.
    pub dead_letter_source_arn: Option<String>,
}

impl SystemAttributes {
    /// Under the names of AWS, in the form of AWS.
    pub fn named(&self) -> BTreeMap<&'static str, String> {
        let mut named = BTreeMap::from([
            ("ApproximateReceiveCount", self.receive_count.to_string()),
            ("SentTimestamp", self.sent_ms.to_string()),
            ("ApproximateFirstReceiveTimestamp", self.first_received_ms.to_string()),
            ("SenderId", self.sender_id.clone()),
        ]);
        let optional = [
            ("SequenceNumber", &self.sequence_number),
            ("MessageGroupId", &self.group_id),
            ("MessageDeduplicationId", &self.deduplication_id),
            ("AWSTraceHeader", &self.trace_header),
            ("DeadLetterQueueSourceArn", &self.dead_letter_source_arn),
        ];
        named.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        named
    }
}
