//! The one address behind which all AWS APIs answer: `AWS_ENDPOINT_URL` of every function and operator.
//!
//! A request is verified (SigV4, by the machine's clock), its principal found by the access key, IAM asked, and only
//! then handed to the service in its credential scope. What it used is counted by principal, operation and resource.

mod counters;
mod fault;
mod gatekeeper;
mod refusal;
pub mod sigv4;
mod target;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::serve::ListenerExt;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::dynamodb::DynamoDb;
use crate::faults::{Call, Faults, When};
use crate::iam::{self, EnvironmentNumber, Owner, Principal};
use crate::lambda::{Lambda, invoke_api};
use crate::ministack::Ministack;
use crate::ses::{SEND_EMAIL_PATH, Ses};
use crate::sqs::Sqs;

pub use counters::{Count, Counters};
pub use gatekeeper::Gatekeeper;
pub use sigv4::sign;

use refusal::Refusal;
use target::Target;

/// Largest body taken, in bytes: what S3 takes in one `PUT` here.
const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What answers behind the address.
#[derive(Clone)]
pub struct Services {
    /// Tables and streams.
    pub dynamodb: DynamoDb,
    /// Queues.
    pub sqs: Sqs,
    /// Mail.
    pub ses: Ses,
    /// Functions.
    pub lambda: Lambda,
    /// User pools and buckets; `None` when the template has neither.
    pub ministack: Option<Ministack>,
}

/// The AWS endpoint. Clones are the same one.
#[derive(Clone)]
pub struct Endpoint {
    services: Services,
    gatekeeper: Arc<Gatekeeper>,
    counters: Counters,
    faults: Faults,
}

/// Who sends a request.
struct Caller {
    name: String,
    environment: EnvironmentNumber,
}

impl Endpoint {
    /// An endpoint that lets in whom `gatekeeper` lets in, counts what they do, and lets
    /// `faults` strike them.
    pub fn new(services: Services, gatekeeper: Arc<Gatekeeper>, counters: Counters, faults: Faults) -> Self {
        Self { services, gatekeeper, counters, faults }
    }

    /// Serves until `shutdown` completes and the requests in flight are answered.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let listener = listener.tap_io(|stream| {
            if let Err(cause) = stream.set_nodelay(true) {
                tracing::debug!(%cause, "set_nodelay");
            }
        });
        let router = Router::new().fallback(move |request: Request| {
            let endpoint = self.clone();
            async move { endpoint.handle(request).await }
        });
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await
    }

    async fn handle(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let target = Target::of(&parts);
        let body = match Limited::new(body, BODY_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(cause) if cause.is::<LengthLimitError>() => {
                let refusal =
                    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "The body is too large.");
                return refusal.answer(&target);
            }
            Err(cause) => {
                let refusal = Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", cause.to_string());
                return refusal.answer(&target);
            }
        };
        match self.admit(&target, &parts, &body) {
            Ok(caller) => self.serve_call(&target, parts, body, &caller).await,
            Err((principal, refusal)) => {
                self.counters.refused(&principal, &target, &body);
                tracing::debug!(principal, %target, refusal = refusal.message(), "refused");
                refusal.answer(&target)
            }
        }
    }

    /// A call that is let in, with what was ordered for it.
    async fn serve_call(&self, target: &Target, parts: Parts, body: Bytes, caller: &Caller) -> Response {
        let Caller { name, environment } = caller;
        let (service, operation) = (target.service(), target.operation());
        let call = Call { function: name, environment: *environment, service, operation };
        let failed = |code: Option<&str>, when: When| {
            let refusal = fault::refusal(target, &body, code, when);
            if when == When::Before {
                self.counters.answered(name, target, &body, refusal.status(), &[]);
            }
            refusal.answer(target)
        };
        self.faults.around(&call, self.dispatch(target, parts, body.clone(), name), failed).await
    }

    /// Who sends an allowed request; otherwise who tried, and what to tell him.
    fn admit(&self, target: &Target, parts: &Parts, body: &Bytes) -> Result<Caller, (String, Refusal)> {
        if target.needs_no_signature() || target.is_preflight(parts) {
            return Ok(Caller { name: "anyone".to_owned(), environment: 0 });
        }
        let path = parts.uri.path();
        let query = parts.uri.query().unwrap_or_default();
        let signed = sigv4::Request { method: &parts.method, path, query, headers: &parts.headers, body };
        let (Owner { principal, environment }, _) = self
            .gatekeeper
            .identify(&signed)
            .map_err(|cause| ("anyone".to_owned(), Refusal::signature(&cause, target)))?;
        let name = match &principal {
            Principal::Admin => "admin".to_owned(),
            Principal::Function(name) => name.clone(),
        };
        let request = iam::Request {
            service: target.service(),
            method: &parts.method,
            path,
            query,
            headers: &parts.headers,
            body,
        };
        match self.gatekeeper.policies().authorize(&principal, &request) {
            Ok(()) => Ok(Caller { name, environment }),
            Err(denied) => Err((name, Refusal::denied(&denied, target))),
        }
    }

    async fn dispatch(&self, target: &Target, parts: Parts, body: Bytes, principal: &str) -> Response {
        let services = &self.services;
        match target {
            Target::DynamoDb(operation) => {
                let answer = services.dynamodb.handle(operation, &body).await;
                self.counters.answered(principal, target, &body, answer.status, &answer.used);
                json_answer(answer.status, answer.body, "application/x-amz-json-1.0")
            }
            Target::Sqs(action) => {
                let (status, answer, headers) = services.sqs.handle(action, &body).await;
                self.counters.answered(principal, target, &body, status, &[]);
                let mut response = json_answer(status, answer.into(), "application/x-amz-json-1.0");
                response.headers_mut().extend(headers);
                response
            }
            Target::Ses if parts.method == Method::POST && parts.uri.path() == SEND_EMAIL_PATH => {
                let (ses, mail) = (services.ses.clone(), body.clone());
                let answer = tokio::task::spawn_blocking(move || ses.send_email(&mail)).await;
                let answer = answer.map_or_else(|cause| failed(&cause, target), |answer| answer.map(Body::from));
                self.counters.answered(principal, target, &body, answer.status(), &[]);
                answer
            }
            Target::Lambda => {
                let request = Request::from_parts(parts, Body::from(body.clone()));
                let answer = match invoke_api::router(services.lambda.clone()).oneshot(request).await {
                    Ok(answer) => answer,
                    Err(impossible) => match impossible {},
                };
                self.counters.answered(principal, target, &body, answer.status(), &[]);
                answer
            }
            Target::Cognito(_) | Target::Keys | Target::S3 => {
                let Some(ministack) = &services.ministack else {
                    return Refusal::unknown_service(target).answer(target);
                };
                let answer = match ministack.forward(http::Request::from_parts(parts, body.clone())).await {
                    Ok(answer) => answer,
                    Err(cause) => failed(&cause, target),
                };
                self.counters.answered(principal, target, &body, answer.status(), &[]);
                answer
            }
            Target::Ses | Target::Unknown(_) => Refusal::unknown_service(target).answer(target),
        }
    }
}

fn failed(cause: &dyn std::error::Error, target: &Target) -> Response {
    tracing::error!(%cause, %target, "the service behind the endpoint failed");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", cause.to_string()).answer(target)
}

fn json_answer(status: StatusCode, body: Bytes, content_type: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
