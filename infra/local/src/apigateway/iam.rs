//! Routes whose security scheme is `awsSigv4`: whoever holds keys and policies decides.

use axum::http::{HeaderMap, Method};
use bytes::Bytes;

use crate::iam::EnvironmentNumber;

/// A request that claims to be signed, as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// The method that was signed.
    pub method: &'a Method,
    /// The path as it was sent, still encoded.
    pub path: &'a str,
    /// The query string as it was sent, without its question mark.
    pub query: &'a str,
    /// The headers as they were sent.
    pub headers: &'a HeaderMap,
    /// The body whose hash was signed.
    pub body: &'a Bytes,
    /// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/<METHOD>/<path>`: what `execute-api:Invoke` has to be allowed on.
    pub resource_arn: &'a str,
}

/// Who signed, for `requestContext.authorizer.iam`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The function's name, or `admin`.
    pub name: String,
    /// Which of the function's environments signed; 0 when none did.
    pub environment: EnvironmentNumber,
    /// The access key id.
    pub access_key: String,
    /// Twelve digits.
    pub account_id: String,
    /// `<role id>:<session name>`.
    pub caller_id: String,
    /// The ARN of the role's session.
    pub user_arn: String,
    /// `<role id>:<session name>`.
    pub user_id: String,
}

/// Decides about signed requests: the signature (service `execute-api`), then `execute-api:Invoke` on the resource.
pub trait IamAuthorizer: Send + Sync {
    /// The caller, or why it may not, for the console. The client is told `Forbidden` and no more.
    fn authorize(&self, request: &SignedRequest<'_>) -> Result<Caller, String>;
}
