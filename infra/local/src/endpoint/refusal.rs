//! What a client that is not let in is told, in the words and the form of the service it asked.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::sigv4::SignatureError;
use super::target::Target;
use crate::iam::AccessDenied;

/// An error before any service was reached.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: Cow<'static, str>,
    message: String,
    /// Of each item of a transaction that was cancelled.
    cancellation_reasons: Vec<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), cancellation_reasons: Vec::new() }
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// A signature that is missing, wrong or old.
    pub(super) fn signature(cause: &SignatureError, target: &Target) -> Self {
        let s3 = *target == Target::S3;
        let code = match cause {
            SignatureError::Missing | SignatureError::Over if s3 => "AccessDenied",
            SignatureError::Missing => "MissingAuthenticationTokenException",
            SignatureError::Incomplete(_) if s3 => "AuthorizationHeaderMalformed",
            SignatureError::Incomplete(_) => "IncompleteSignatureException",
            SignatureError::UnknownKey(_) if s3 => "InvalidAccessKeyId",
            SignatureError::UnknownKey(_) => "UnrecognizedClientException",
            SignatureError::Mismatch if s3 => "SignatureDoesNotMatch",
            SignatureError::Expired(_) if s3 => "RequestTimeTooSkewed",
            SignatureError::Mismatch | SignatureError::Expired(_) | SignatureError::Over => "InvalidSignatureException",
        };
        let message = match cause {
            SignatureError::Missing if s3 => "Access Denied".to_owned(),
            SignatureError::UnknownKey(_) if s3 => {
                "The AWS Access Key Id you provided does not exist in our records.".to_owned()
            }
            _ => cause.to_string(),
        };
        Self::new(status_of_denial(target), code, message)
    }

    /// A policy that does not allow it.
    pub(super) fn denied(denied: &AccessDenied, target: &Target) -> Self {
        Self::new(status_of_denial(target), denied.code(), denied.to_string())
    }

    /// A service that the laptop cloud does not have.
    pub(super) fn unknown_service(target: &Target) -> Self {
        let message = format!("The laptop cloud has no body for {target}.");
        Self::new(StatusCode::NOT_IMPLEMENTED, "UnknownOperationException", message)
    }

    /// A transaction of so many items that another one was in the way of.
    pub(super) fn transaction_conflict(items: usize) -> Self {
        // Which item it was is as good as any: the first.
        let reasons: Vec<&str> =
            (0..items).map(|item| if item == 0 { "TransactionConflict" } else { "None" }).collect();
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            reasons.join(", ")
        );
        let refusal = Self::new(StatusCode::BAD_REQUEST, "TransactionCanceledException", message);
        Self { cancellation_reasons: reasons, ..refusal }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn answer(&self, target: &Target) -> Response {
        let (content_type, body) = match target {
            Target::S3 => ("application/xml", self.xml()),
            Target::Ses | Target::Lambda => ("application/json", json!({"message": self.message}).to_string()),
            Target::Cognito(_) => ("application/x-amz-json-1.1", self.json("")),
            Target::Sqs(_) => ("application/x-amz-json-1.0", self.json("com.amazonaws.sqs#")),
            _ => ("application/x-amz-json-1.0", self.json("com.amazon.coral.service#")),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if *target != Target::S3
            && let Ok(code) = HeaderValue::from_str(&self.code)
        {
            headers.insert("x-amzn-errortype", code);
        }
        response
    }

    fn json(&self, namespace: &str) -> String {
        let mut body = json!({"__type": format!("{namespace}{}", self.code), "message": self.message});
        if !self.cancellation_reasons.is_empty() {
            let reasons = self.cancellation_reasons.iter().map(|code| json!({ "Code": code }));
            body["CancellationReasons"] = reasons.collect();
        }
        body.to_string()
    }

    fn xml(&self) -> String {
        let message = self.message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{message}</Message></Error>",
            self.code
        )
    }
}

/// The services with the JSON protocol say 400 where the others say 403.
fn status_of_denial(target: &Target) -> StatusCode {
    match target {
        Target::DynamoDb(_) | Target::Cognito(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::FORBIDDEN,
    }
}
