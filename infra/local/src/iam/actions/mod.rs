//! From a request to the actions it needs and the resources it needs them on.

mod cognito;
mod dynamodb;
mod lambda;
mod s3;
mod ses;
mod sqs;
#[cfg(test)]
mod tests;

use http::{HeaderMap, Method};
use serde_json::Value;

pub use cognito::is_unsigned;

/// A request whose signature is verified, as far as policies are about it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The service in the credential scope: `dynamodb`, `sqs`, `cognito-idp`, `s3`, `ses` or `lambda`.
    pub service: &'a str,
    /// The HTTP method.
    pub method: &'a Method,
    /// The path as sent, percent-encoded.
    pub path: &'a str,
    /// The query as sent, without the question mark.
    pub query: &'a str,
    /// Of these, `X-Amz-Target` names the operation and `x-amz-copy-source` a second object.
    pub headers: &'a HeaderMap,
    /// The body as sent.
    pub body: &'a [u8],
}

/// One action, and the resources of which one must allow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needed {
    pub(super) action: String,
    pub(super) any_of: Vec<String>,
    /// The address that a mail comes from, for conditions on it.
    pub(super) from: Option<String>,
}

/// Where the stack lives.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) region: String,
    pub(super) account: String,
}

impl Scope {
    /// `arn:aws:<service>:<region>:<account>:<resource>`.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }
}

impl Request<'_> {
    /// Everything that must be allowed. What is not known here needs an action of that name on `*`, which no policy of
    /// this project's template gives: it is refused rather than let through.
    pub(super) fn needs(&self, scope: &Scope) -> Vec<Needed> {
        match self.service {
            "dynamodb" => dynamodb::needs(self.operation(), &self.json(), scope),
            "sqs" => sqs::needs(self.operation(), &self.json(), scope),
            "cognito-idp" => cognito::needs(self.operation(), &self.json(), scope),
            "s3" => s3::needs(self),
            "ses" => ses::needs(self, scope),
            "lambda" => lambda::needs(self, scope),
            other => vec![needed(&format!("{other}:{}", self.operation()), "*")],
        }
    }

    /// The operation of a JSON protocol request.
    fn operation(&self) -> &str {
        let target = self.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        target.rsplit('.').next().unwrap_or_default()
    }

    /// The body, or null: the service itself answers a body that is no JSON.
    fn json(&self) -> Value {
        serde_json::from_slice(self.body).unwrap_or_default()
    }
}

/// The ARN that `execute-api:Invoke` is asked on. `path` starts with a slash.
pub fn execute_api_arn(region: &str, account: &str, api_id: &str, stage: &str, method: &str, path: &str) -> String {
    format!("arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/{method}{path}")
}

fn needed(action: &str, resource: impl Into<String>) -> Needed {
    Needed { action: action.to_owned(), any_of: vec![resource.into()], from: None }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
