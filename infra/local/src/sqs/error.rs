//! What SQS answers when it refuses, in the words and with the codes of the JSON protocol.

use http::StatusCode;
use thiserror::Error;

/// A refused or failed request.
#[derive(Debug, Error)]
pub enum SqsError {
    /// The URL or the name leads to no queue.
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    /// `CreateQueue` with other attributes than the queue has.
    #[error("A queue already exists with the same name and a different value for attribute {0}")]
    QueueNameExists(String),
    /// A value that the operation does not take.
    #[error("{0}")]
    InvalidParameterValue(String),
    /// A parameter that the operation needs.
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    /// An attribute that queues of this type do not have.
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    /// A queue attribute's value out of its range.
    #[error("Invalid value for the parameter {0}.")]
    InvalidAttributeValue(String),
    /// A body with characters that no XML document may hold.
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    /// Never issued by this queue.
    #[error("The input receipt handle is invalid.")]
    ReceiptHandleIsInvalid,
    /// Too many messages in flight.
    #[error("{0}")]
    OverLimit(String),
    /// A batch without entries.
    #[error("There should be at least one {0} in the request.")]
    EmptyBatchRequest(&'static str),
    /// More than 10 entries.
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntriesInBatchRequest(usize),
    /// An id with other characters than letters, digits, `-` and `_`.
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    /// Two entries of a batch with one id.
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    /// The entries together pass 1 MiB.
    #[error("Batch requests cannot be longer than 1048576 bytes. You have sent {0} bytes.")]
    BatchRequestTooLong(usize),
    /// A second purge within a minute.
    #[error("Only one PurgeQueue operation on {0} is allowed every 60 seconds.")]
    PurgeQueueInProgress(String),
    /// No such move task or source.
    #[error("{0}")]
    ResourceNotFound(String),
    /// Something SQS can and this does not.
    #[error("{0}")]
    UnsupportedOperation(String),
    /// An operation SQS does not have.
    #[error("The action or operation requested is invalid. Verify that the action is typed correctly.")]
    UnknownOperation,
    /// The body is not the JSON of the operation.
    #[error("{0}")]
    MalformedInput(String),
    /// The database failed: the message says how, the client is told only that it did.
    #[error("We encountered an internal error. Please try again.")]
    Internal(String),
}

impl From<rusqlite::Error> for SqsError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for SqsError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl SqsError {
    /// What is behind an internal error, which clients are not told; any other error's message.
    pub(crate) fn into_cause(self) -> String {
        match self {
            Self::Internal(cause) => cause,
            other => other.to_string(),
        }
    }

    /// `Value … for parameter … is invalid. Reason: ….`
    pub(super) fn invalid(parameter: &str, value: impl std::fmt::Display, reason: &str) -> Self {
        Self::InvalidParameterValue(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}."))
    }

    /// The shape's name with its namespace, the code of the older query protocol, and the status.
    fn shape(&self) -> (&'static str, &'static str, StatusCode) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        match self {
            Self::QueueDoesNotExist => {
                ("com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", BAD)
            }
            Self::QueueNameExists(_) => ("com.amazonaws.sqs#QueueNameExists", "QueueAlreadyExists", BAD),
            Self::InvalidParameterValue(_) => {
                ("com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue", BAD)
            }
            Self::MissingParameter(_) => {
                ("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter", BAD)
            }
            Self::InvalidAttributeName(_) => ("com.amazonaws.sqs#InvalidAttributeName", "InvalidAttributeName", BAD),
            Self::InvalidAttributeValue(_) => ("com.amazonaws.sqs#InvalidAttributeValue", "InvalidAttributeValue", BAD),
            Self::InvalidMessageContents => ("com.amazonaws.sqs#InvalidMessageContents", "InvalidMessageContents", BAD),
            Self::ReceiptHandleIsInvalid => {
                ("com.amazonaws.sqs#ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", StatusCode::NOT_FOUND)
            }
            Self::OverLimit(_) => ("com.amazonaws.sqs#OverLimit", "OverLimit", StatusCode::FORBIDDEN),
            Self::EmptyBatchRequest(_) => {
                ("com.amazonaws.sqs#EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", BAD)
            }
            Self::TooManyEntriesInBatchRequest(_) => (
                "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
                BAD,
            ),
            Self::InvalidBatchEntryId => {
                ("com.amazonaws.sqs#InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", BAD)
            }
            Self::BatchEntryIdsNotDistinct(_) => {
                ("com.amazonaws.sqs#BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", BAD)
            }
            Self::BatchRequestTooLong(_) => {
                ("com.amazonaws.sqs#BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", BAD)
            }
            Self::PurgeQueueInProgress(_) => (
                "com.amazonaws.sqs#PurgeQueueInProgress",
                "AWS.SimpleQueueService.PurgeQueueInProgress",
                StatusCode::FORBIDDEN,
            ),
            Self::ResourceNotFound(_) => {
                ("com.amazonaws.sqs#ResourceNotFoundException", "ResourceNotFoundException", StatusCode::NOT_FOUND)
            }
            Self::UnsupportedOperation(_) => {
                ("com.amazonaws.sqs#UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", BAD)
            }
            Self::UnknownOperation => ("com.amazon.coral.service#UnknownOperationException", "InvalidAction", BAD),
            Self::MalformedInput(_) => ("com.amazon.coral.service#SerializationException", "MalformedInput", BAD),
            Self::Internal(_) => {
                ("com.amazon.coral.service#InternalFailure", "InternalFailure", StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }

    /// The `__type` of the error body.
    pub fn shape_name(&self) -> &'static str {
        self.shape().0
    }

    /// The code of header `x-amzn-query-error` and of a failed batch entry.
    pub fn code(&self) -> &'static str {
        self.shape().1
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.shape().2
    }

    /// Whether the caller is at fault.
    pub fn is_senders_fault(&self) -> bool {
        self.status().is_client_error()
    }
}
