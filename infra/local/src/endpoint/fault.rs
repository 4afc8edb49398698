//! What a call is told that a fault struck: the service's own words for a bad day.

use http::StatusCode;
use serde_json::Value;

use super::refusal::Refusal;
use super::target::Target;
use crate::faults::When;

const MESSAGE: &str = "A fault that was ordered.";

/// The error of `code`, or when none was asked for what the service says when it is busy (before) or broken (after).
pub(super) fn refusal(target: &Target, body: &[u8], code: Option<&str>, when: When) -> Refusal {
    let code = match code {
        Some("TransactionConflict") => return conflict(target, body),
        Some(code) => code,
        None if when == When::Before && is_transaction(target) => return conflict(target, body),
        None => usual(target, when),
    };
    Refusal::new(status(target, code), code.to_owned(), MESSAGE)
}

fn usual(target: &Target, when: When) -> &'static str {
    match (target, when) {
        (Target::DynamoDb(_), When::Before) => "ThrottlingException",
        (Target::DynamoDb(_), When::After) => "InternalServerError",
        (Target::Sqs(_), When::Before) => "RequestThrottled",
        (Target::S3, When::Before) => "SlowDown",
        (Target::S3 | Target::Sqs(_), When::After) => "InternalError",
        (Target::Cognito(_) | Target::Ses | Target::Lambda, When::Before) => "TooManyRequestsException",
        (Target::Cognito(_), When::After) => "InternalErrorException",
        (Target::Ses, When::After) => "InternalServiceErrorException",
        (Target::Lambda, When::After) => "ServiceException",
        (Target::Keys | Target::Unknown(_), _) => "InternalFailure",
    }
}

fn is_transaction(target: &Target) -> bool {
    matches!(target.operation(), "TransactWriteItems" | "TransactGetItems")
}

fn conflict(target: &Target, body: &[u8]) -> Refusal {
    if !is_transaction(target) {
        let message = "Transaction is ongoing for the item";
        return Refusal::new(StatusCode::BAD_REQUEST, "TransactionConflictException", message);
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    Refusal::transaction_conflict(body["TransactItems"].as_array().map_or(1, Vec::len))
}

/// The status that goes with an error of this name.
fn status(target: &Target, code: &str) -> StatusCode {
    match (target, code) {
        (Target::S3, "SlowDown") | (_, "ServiceUnavailable") => StatusCode::SERVICE_UNAVAILABLE,
        (Target::Ses | Target::Lambda, "TooManyRequestsException") => StatusCode::TOO_MANY_REQUESTS,
        (Target::Sqs(_), "RequestThrottled") => StatusCode::FORBIDDEN,
        (_, code) if code.starts_with("Internal") || code == "ServiceException" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
