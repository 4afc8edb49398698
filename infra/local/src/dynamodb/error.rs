//! Refusals in DynamoDB's JSON.

use bytes::Bytes;
use dynoxide::DynoxideError;
use http::StatusCode;
use serde_json::json;

use super::Answer;

/// A call that was refused, or failed.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    body: String,
}

impl Refusal {
    /// DynamoDB's answer to an operation it does not have.
    pub(super) fn unknown_operation() -> Self {
        let body = json!({"__type": "com.amazon.coral.service#UnknownOperationException"});
        Self { status: StatusCode::BAD_REQUEST, body: body.to_string() }
    }

    /// A fault of the emulator.
    pub(super) fn internal(message: &str) -> Self {
        tracing::error!(message, "DynamoDB failed");
        DynoxideError::InternalServerError(message.to_owned()).into()
    }

    /// A body that does not decode. dynoxide marks its own validation errors with a prefix.
    pub(super) fn undecodable(operation: &str, cause: &serde_json::Error) -> Self {
        let message = cause.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let validation = |message: &str| DynoxideError::ValidationException(message.to_owned());
        if let Some(message) = message.strip_prefix("VALIDATION_REQUEST:") {
            let single = ["PutItem", "UpdateItem", "DeleteItem"].contains(&operation);
            let envelope = if single { "1 validation error detected: " } else { "" };
            validation(&format!("{envelope}{message}"))
        } else if let Some(message) =
            message.strip_prefix("VALIDATION:").or_else(|| message.strip_prefix("VALIDATION_AS_READ:"))
        {
            validation(message)
        } else if message.contains("missing field") || message.contains("Supplied AttributeValue") {
            validation(message)
        } else {
            let message = message.trim_start_matches("SERIALIZATION:").trim_start_matches("SERIALIZATION_AS_READ:");
            DynoxideError::SerializationException(message.to_owned())
        }
        .into()
    }

    pub(super) fn answer(self) -> Answer {
        Answer { status: self.status, body: Bytes::from(self.body), used: Vec::new() }
    }
}

impl From<DynoxideError> for Refusal {
    fn from(error: DynoxideError) -> Self {
        let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, body: error.to_json() }
    }
}
