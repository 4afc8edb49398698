//! What a request is addressed to, as its headers tell.

use std::fmt;

use http::Method;
use http::request::Parts;

use super::sigv4;
use crate::iam;

/// A service and, where the protocol names it, the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    DynamoDb(String),
    Sqs(String),
    Cognito(String),
    /// The public keys of a user pool.
    Keys,
    S3,
    Ses,
    Lambda,
    /// A service that has no body here.
    Unknown(String),
}

impl Target {
    pub(super) fn of(parts: &Parts) -> Self {
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        if let Some((service, operation)) = target.and_then(|target| target.split_once('.')) {
            let operation = operation.to_owned();
            return match service {
                "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Self::DynamoDb(operation),
                "AmazonSQS" => Self::Sqs(operation),
                "AWSCognitoIdentityProviderService" => Self::Cognito(operation),
                other => Self::Unknown(other.to_owned()),
            };
        }
        if parts.method == Method::GET && parts.uri.path().ends_with("/.well-known/jwks.json") {
            return Self::Keys;
        }
        match sigv4::claimed_service(&parts.headers, parts.uri.query().unwrap_or_default()).as_deref() {
            Some("ses") => Self::Ses,
            Some("lambda") => Self::Lambda,
            Some(other) if other != "s3" => Self::Unknown(other.to_owned()),
            // Only buckets are asked for without saying what for.
            _ => Self::S3,
        }
    }

    /// The service's name in a credential scope.
    pub(super) fn service(&self) -> &str {
        match self {
            Self::DynamoDb(_) => "dynamodb",
            Self::Sqs(_) => "sqs",
            Self::Cognito(_) | Self::Keys => "cognito-idp",
            Self::S3 => "s3",
            Self::Ses => "ses",
            Self::Lambda => "lambda",
            Self::Unknown(service) => service,
        }
    }

    pub(super) fn operation(&self) -> &str {
        match self {
            Self::DynamoDb(operation) | Self::Sqs(operation) | Self::Cognito(operation) => operation,
            Self::Keys => "GetSigningKeys",
            Self::Ses => "SendEmail",
            Self::Lambda => "Invoke",
            Self::S3 | Self::Unknown(_) => "",
        }
    }

    /// Whether a browser asks what a bucket's CORS rules allow; browsers sign nothing of their own.
    pub(super) fn is_preflight(&self, parts: &Parts) -> bool {
        *self == Self::S3
            && parts.method == Method::OPTIONS
            && parts.headers.contains_key("access-control-request-method")
    }

    /// Whether AWS takes such requests from anyone: a token or a password inside proves who asks.
    pub(super) fn needs_no_signature(&self) -> bool {
        match self {
            Self::Keys => true,
            Self::Cognito(operation) => iam::is_unsigned(operation),
            _ => false,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service(), self.operation())
    }
}
