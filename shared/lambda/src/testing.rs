//! Calls to a service's routes as the gateway makes them, for tests.

mod hostile;
#[cfg(feature = "testing")]
mod issuer;

use std::convert::Infallible;

use axum::response::Response;
use contracts::PlatformRole;
use domain::UserId;
use http_body_util::BodyExt;
use lambda_http::Request;
use serde_json::{Value, json};
use tower::{Service, ServiceExt};

pub use hostile::{hostile, is_sound};
#[cfg(feature = "testing")]
pub use issuer::Issuer;

/// What a publisher sends for `batch`, an event of its table's stream: which service is told what, in the stream's order.
///
/// # Panics
/// When the batch does not read as one, or a record of the outbox holds no event.
pub fn published(batch: Value) -> Vec<(contracts::Service, contracts::Event)> {
    crate::publisher::published(batch)
}

/// A request in the making: payload format 2.0, as the gateway sends it.
#[derive(Debug, Clone)]
pub struct Call {
    event: Value,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body as JSON; `null` when empty, text when it is something else.
    pub body: Value,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl Call {
    /// A request without a body by nobody; `target` is the path with its query string.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            event: json!({
                "version": "2.0",
                "routeKey": "$default",
                "rawPath": path,
                "rawQueryString": query,
                "headers": {"host": "api.example", "user-agent": "tests"},
                "requestContext": {
                    "accountId": "000000000000",
                    "apiId": "api",
                    "domainName": "api.example",
                    "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "tests"},
                    "requestId": "test-request",
                    "routeKey": "$default",
                    "stage": "$default",
                    "time": "23/Nov/2026:06:00:00 +0000",
                    "timeEpoch": 1_795_413_600_000_i64,
                },
                "isBase64Encoded": false,
            }),
        }
    }

    /// A recorded event, sent as it is.
    pub const fn recorded(event: Value) -> Self {
        Self { event }
    }

    /// The same by a signed-in person, as the JWT authoriser lets them through.
    pub fn user(mut self, id: UserId, role: PlatformRole) -> Self {
        self.event["requestContext"]["authorizer"] = json!({"jwt": {"scopes": ["um/api"], "claims": {
            "token_use": "access", "scope": "um/api", "username": id.to_string(), "um_role": role.name(),
            "origin_jti": format!("origin-of-{id}"),
        }}});
        self
    }

    /// The same with an access token that the route verifies itself ([`crate::http::Access::Guest`]).
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The same by a function of ours, as the IAM authoriser lets it through.
    pub fn function(mut self) -> Self {
        self.event["requestContext"]["authorizer"] =
            json!({"iam": {"userArn": "arn:aws:sts::000000000000:assumed-role/um/um"}});
        self
    }

    /// The same with a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.event["headers"][name.to_lowercase()] = value.into();
        self
    }

    /// The same with a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    /// The same with a body of that type.
    pub fn text(mut self, content_type: &str, body: &str) -> Self {
        self.event["body"] = body.into();
        self.header("content-type", content_type)
    }

    /// The event itself.
    pub fn event(&self) -> &Value {
        &self.event
    }

    /// Sends it to `service` (see [`crate::http::service`]).
    ///
    /// # Panics
    /// When the event does not read as a request or the answer is not JSON.
    pub async fn send<S>(self, service: &S) -> Reply
    where
        S: Service<Request, Response = Response, Error = Infallible> + Clone,
    {
        let request = lambda_http::request::from_str(&self.event.to_string()).expect("the event is a request");
        // As the runtime gives it: three seconds to go.
        let mut context = lambda_http::Context::default();
        context.deadline = u64::MAX / 2;
        let request = lambda_http::RequestExt::with_lambda_context(request, context);
        let response = match service.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("the body arrives").to_bytes();
        let text = |v: &http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: if bytes.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into())
            },
        }
    }
}
