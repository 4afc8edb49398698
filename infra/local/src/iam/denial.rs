//! A refusal, in AWS's words.

use super::policies::Decision;

/// The request is not allowed. Its `Display` is the message AWS sends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AccessDenied {
    message: String,
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// The ARN it was asked on.
    pub resource: String,
}

impl AccessDenied {
    pub(super) fn new(user: &str, action: &str, resource: &str, decision: Decision) -> Self {
        let why = match decision {
            Decision::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
            _ => format!("because no identity-based policy allows the {action} action"),
        };
        let message = format!("User: {user} is not authorized to perform: {action} on resource: {resource} {why}");
        Self { message, action: action.to_owned(), resource: resource.to_owned() }
    }

    /// The error's code in the service's answer: S3 has its own, every other service says `AccessDeniedException`.
    pub fn code(&self) -> &'static str {
        if self.action.starts_with("s3:") { "AccessDenied" } else { "AccessDeniedException" }
    }
}
