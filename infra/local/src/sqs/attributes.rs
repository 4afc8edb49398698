//! The attributes of a queue: what they may be, and what they are when nobody says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SqsError;

/// The largest message and the largest batch, in bytes.
pub(super) const MESSAGE_BYTES_MAX: usize = 1_048_576;
/// Seconds that a message can stay hidden: 12 hours.
pub(super) const VISIBILITY_SECONDS_MAX: i64 = 43_200;
/// Seconds that a message can be delayed: 15 minutes.
pub(super) const DELAY_SECONDS_MAX: i64 = 900;
/// Messages of one queue that can be in flight.
pub(super) const IN_FLIGHT_MAX: i64 = 120_000;
/// For how long a FIFO queue recognises a duplicate.
pub(super) const DEDUPLICATION_MS: i64 = 5 * 60 * 1000;

/// Where messages go that nobody could process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrive {
    /// The dead-letter queue's ARN.
    pub target_arn: String,
    /// Receives after which a message is moved instead of received again.
    pub max_receive_count: i64,
}

/// Whether a name is that of a FIFO queue.
pub(super) fn is_fifo_name(name: &str) -> bool {
    name.strip_suffix(FIFO_SUFFIX).is_some()
}

/// What the name of a FIFO queue ends in.
pub(super) const FIFO_SUFFIX: &str = ".fifo";

/// Everything that can be set on a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueAttributes {
    /// The name ends in `.fifo`.
    pub fifo: bool,
    /// `VisibilityTimeout`.
    pub visibility_seconds: i64,
    /// `DelaySeconds`.
    pub delay_seconds: i64,
    /// `MessageRetentionPeriod`.
    pub retention_seconds: i64,
    /// `MaximumMessageSize`.
    pub message_bytes_max: i64,
    /// `ReceiveMessageWaitTimeSeconds`.
    pub wait_seconds: i64,
    /// `RedrivePolicy`.
    pub redrive: Option<Redrive>,
    /// `ContentBasedDeduplication` (FIFO).
    pub content_based_deduplication: bool,
    /// `DeduplicationScope: messageGroup` (FIFO).
    pub deduplicates_by_group: bool,
    /// What is kept and returned, and has no effect here: encryption, policies, throughput limits.
    pub inert: BTreeMap<String, String>,
}

/// Attributes that are stored for whoever reads them back.
const INERT: [&str; 6] = [
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
];

impl QueueAttributes {
    /// A new queue's attributes.
    pub fn new(fifo: bool) -> Self {
        Self {
            fifo,
            visibility_seconds: 30,
            delay_seconds: 0,
            retention_seconds: 345_600,
            message_bytes_max: 1_048_576,
            wait_seconds: 0,
            redrive: None,
            content_based_deduplication: false,
            deduplicates_by_group: false,
            inert: BTreeMap::new(),
        }
    }

    /// Sets one attribute under its AWS name. `value` is text in a request, and text, number, boolean or object in a
    /// template.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<(), SqsError> {
        let fifo_only = matches!(name, "ContentBasedDeduplication" | "DeduplicationScope" | "FifoThroughputLimit");
        if fifo_only && !self.fifo {
            return Err(SqsError::InvalidAttributeName(name.to_owned()));
        }
        match name {
            "VisibilityTimeout" => self.visibility_seconds = number(name, value, 0, VISIBILITY_SECONDS_MAX)?,
            "DelaySeconds" => self.delay_seconds = number(name, value, 0, DELAY_SECONDS_MAX)?,
            "MessageRetentionPeriod" => self.retention_seconds = number(name, value, 60, 1_209_600)?,
            "MaximumMessageSize" => self.message_bytes_max = number(name, value, 1024, 1_048_576)?,
            "ReceiveMessageWaitTimeSeconds" => self.wait_seconds = number(name, value, 0, 20)?,
            "RedrivePolicy" => self.redrive = redrive(value)?,
            "ContentBasedDeduplication" => self.content_based_deduplication = boolean(name, value)?,
            "DeduplicationScope" => {
                self.deduplicates_by_group = match value.as_str() {
                    Some("queue") => false,
                    Some("messageGroup") => true,
                    _ => return Err(SqsError::InvalidAttributeValue(name.to_owned())),
                }
            }
            "FifoQueue" if boolean(name, value)? == self.fifo => {}
            "FifoQueue" => return Err(SqsError::InvalidAttributeValue(name.to_owned())),
            _ if INERT.contains(&name) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.inert.insert(name.to_owned(), text);
            }
            _ => return Err(SqsError::InvalidAttributeName(name.to_owned())),
        }
        Ok(())
    }

    /// Every set or defaulted attribute under its AWS name, as `GetQueueAttributes` returns it.
    pub(super) fn named(&self) -> Result<BTreeMap<String, String>, SqsError> {
        let mut named = self.inert.clone();
        let mut put = |name: &str, value: String| named.insert(name.to_owned(), value);
        put("VisibilityTimeout", self.visibility_seconds.to_string());
        put("DelaySeconds", self.delay_seconds.to_string());
        put("MessageRetentionPeriod", self.retention_seconds.to_string());
        put("MaximumMessageSize", self.message_bytes_max.to_string());
        put("ReceiveMessageWaitTimeSeconds", self.wait_seconds.to_string());
        if let Some(redrive) = &self.redrive {
            let policy = serde_json::json!({
                "deadLetterTargetArn": redrive.target_arn, "maxReceiveCount": redrive.max_receive_count,
            });
            put("RedrivePolicy", serde_json::to_string(&policy)?);
        }
        if self.fifo {
            put("FifoQueue", "true".to_owned());
            put("ContentBasedDeduplication", self.content_based_deduplication.to_string());
            put("DeduplicationScope", if self.deduplicates_by_group { "messageGroup" } else { "queue" }.to_owned());
            named.entry("FifoThroughputLimit".to_owned()).or_insert_with(|| "perQueue".to_owned());
        }
        named.entry("SqsManagedSseEnabled".to_owned()).or_insert_with(|| "true".to_owned());
        Ok(named)
    }
}

fn number(name: &str, value: &Value, min: i64, max: i64) -> Result<i64, SqsError> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number.filter(|n| (min..=max).contains(n)).ok_or_else(|| SqsError::InvalidAttributeValue(name.to_owned()))
}

fn boolean(name: &str, value: &Value) -> Result<bool, SqsError> {
    let text = value.as_str().map(str::to_ascii_lowercase);
    value.as_bool().or_else(|| text?.parse().ok()).ok_or_else(|| SqsError::InvalidAttributeValue(name.to_owned()))
}

/// An empty text takes the policy away.
fn redrive(value: &Value) -> Result<Option<Redrive>, SqsError> {
    let invalid = || SqsError::InvalidAttributeValue("RedrivePolicy".to_owned());
    let parsed;
    let policy = match value.as_str() {
        Some("") => return Ok(None),
        Some(text) => {
            parsed = serde_json::from_str(text).map_err(|_| invalid())?;
            &parsed
        }
        None => value,
    };
    let target_arn = policy.get("deadLetterTargetArn").and_then(Value::as_str).ok_or_else(invalid)?.to_owned();
    let count = policy.get("maxReceiveCount").ok_or_else(invalid)?;
    let max_receive_count = number("maxReceiveCount", count, 1, 1000).map_err(|_| {
        let reason = "Invalid value for maxReceiveCount: must be between 1 and 1000";
        SqsError::invalid("RedrivePolicy", policy, reason)
    })?;
    Ok(Some(Redrive { target_arn, max_receive_count }))
}
