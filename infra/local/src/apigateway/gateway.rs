//! A request's way through the gateway: limits, CORS, route, throttle, authoriser, function, answer.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::claims;
use super::cors::Cors;
use super::event::Event;
use super::iam::{Caller, IamAuthorizer, SignedRequest};
use super::jwks::JwksSource;
use super::jwt::Refusal;
use super::route::{Authorization, Route, Routes};
use super::{answer, path};
use crate::clock::Clock;
use crate::endpoint::Counters;
use crate::faults::{self, Call, Faults, When};
use crate::lambda::body::{self, TooLarge};
use crate::lambda::{self, InvokeError, Lambda, Sink, complaint, identifier};

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Request line and header values together.
const HEADER_BYTES_MAX: usize = 10_240;

/// What an API is served with.
pub struct Options {
    /// The API's id: `requestContext.apiId` and part of its ARN.
    pub id: String,
    /// Twelve digits.
    pub account: String,
    /// Part of the API's ARN.
    pub region: String,
    /// Runs the functions.
    pub lambda: Lambda,
    /// Judges tokens and stamps events.
    pub clock: Clock,
    /// The keys of token issuers.
    pub jwks: JwksSource,
    /// Decides about `AWS_IAM` routes.
    pub iam: Arc<dyn IamAuthorizer>,
    /// Counts calls of signed routes.
    pub counters: Counters,
    /// Strike calls of signed routes.
    pub faults: Faults,
    /// Takes a line per request.
    pub requests: Sink,
    /// Takes a line when the gateway itself answers with an error, or a function with a status of 500 and above.
    pub console: Sink,
}

pub(super) struct Gateway {
    pub(super) routes: Routes,
    pub(super) cors: Option<Cors>,
    pub(super) options: Options,
}

/// What the gateway answers in a function's place.
struct Own {
    status: StatusCode,
    message: &'static str,
    authenticate: Option<String>,
    /// For the console.
    why: String,
}

impl Own {
    fn new(status: StatusCode, message: &'static str, why: impl Into<String>) -> Self {
        Self { status, message, authenticate: None, why: why.into() }
    }

    fn internal(why: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error", why)
    }

    fn too_large(why: &str) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large", why)
    }
}

impl Gateway {
    pub(super) async fn handle(&self, request: Request<Body>, peer: SocketAddr, port: u16) -> Response<Body> {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let request_id = BASE64.encode(&identifier::random().as_bytes()[..11]);
        let mut function = None;
        let mut response = if HEADER_BYTES_MAX < header_bytes(&parts) {
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            self.own(Own::new(status, "Request Header Fields Too Large", "headers over 10,240 bytes"))
        } else if let Some(cors) = self.cors.as_ref().filter(|_| Cors::is_preflight(&parts.method, &parts.headers)) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            *response.headers_mut() = cors.preflight(&parts.headers);
            response
        } else {
            let mut response = match self.route(&parts, body, &request_id, peer, port, &mut function).await {
                Ok(response) => response,
                Err(own) => self.own(own),
            };
            if let Some(cors) = &self.cors {
                cors.apply(&parts.headers, response.headers_mut());
            }
            response
        };
        if let Ok(id) = HeaderValue::try_from(request_id) {
            response.headers_mut().insert(HeaderName::from_static("apigw-requestid"), id);
        }
        (self.options.requests)(&format!(
            "{} {} {} {} ms {}",
            parts.method,
            parts.uri.path(),
            response.status().as_u16(),
            started.elapsed().as_millis(),
            function.as_deref().unwrap_or("-"),
        ));
        response
    }

    async fn route(
        &self,
        parts: &Parts,
        body: Body,
        request_id: &str,
        peer: SocketAddr,
        port: u16,
        function: &mut Option<String>,
    ) -> Result<Response<Body>, Own> {
        let decoded = path::decode(parts.uri.path());
        let Some((route, variables)) = self.routes.find(&parts.method, &decoded) else {
            return Err(Own::new(StatusCode::NOT_FOUND, "Not Found", ""));
        };
        *function = Some(route.function.clone());
        if route.bucket.as_ref().is_some_and(|bucket| !bucket.take(Instant::now())) {
            return Err(Own::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", "throttled"));
        }
        let body = match body::read(body, BODY_BYTES_MAX).await {
            Ok(Ok(body)) => body,
            Ok(Err(TooLarge)) => return Err(Own::too_large("a body over 10 MB")),
            Err(cause) => return Err(Own::new(StatusCode::BAD_REQUEST, "Bad Request", cause.to_string())),
        };
        let (authorizer, caller) = self.authorize(route, parts, &body, &decoded).await?;
        let now = self.options.clock.now();
        let sent = parts.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
        let trace_id = sent.map_or_else(|| identifier::trace_root(now), str::to_owned);
        let event = Event {
            api_id: &self.options.id,
            account: &self.options.account,
            request_id,
            route_key: &route.key,
            variables: &variables,
            method: &parts.method,
            version: parts.version,
            path: &decoded,
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            body: &body,
            source_ip: peer.ip().to_string(),
            port,
            trace_id: &trace_id,
            authorizer,
            now,
        };
        let answer = self.integrate(route, event.payload(), trace_id.clone());
        match caller {
            None => answer.await,
            Some(caller) => self.called(&caller, route, answer).await,
        }
    }

    /// A function's call of another one: counted, with what was ordered for it.
    async fn called(
        &self,
        caller: &Caller,
        route: &Route,
        answer: impl Future<Output = Result<Response<Body>, Own>>,
    ) -> Result<Response<Body>, Own> {
        let Caller { name, environment, .. } = caller;
        let call = Call { function: name, environment: *environment, service: "execute-api", operation: &route.key };
        let failed = |code: Option<&str>, when: When| {
            let usual = match when {
                When::Before => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
                When::After => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            };
            let ordered = code.and_then(faults::status);
            let (status, message) =
                ordered.map_or(usual, |status| (status, status.canonical_reason().unwrap_or("Error")));
            Err(Own::new(status, message, "a fault that was ordered"))
        };
        let answer = self.options.faults.around(&call, answer, failed).await;
        let has_failed = !answer.as_ref().is_ok_and(|answer| answer.status().is_success());
        self.options.counters.invoked(name, &route.key, &route.function, has_failed);
        answer
    }

    /// The authoriser's part of the event, and who signed.
    async fn authorize(
        &self,
        route: &Route,
        parts: &Parts,
        body: &Bytes,
        decoded: &str,
    ) -> Result<(Option<Value>, Option<Caller>), Own> {
        let query = parts.uri.query().unwrap_or_default();
        match &route.authorization {
            Authorization::None => Ok((None, None)),
            Authorization::Jwt { authorizer, scopes } => {
                let now = self.options.clock.now().as_second();
                let keys = &self.options.jwks;
                match authorizer.authorize(&parts.headers, query, scopes, keys, now).await {
                    Ok(claims) => {
                        let scopes = (!scopes.is_empty()).then_some(scopes);
                        let claims = claims::rendered(&claims);
                        Ok((Some(json!({ "jwt": { "claims": claims, "scopes": scopes } })), None))
                    }
                    Err(refusal) => Err(unauthorized(refusal, scopes)),
                }
            }
            Authorization::Iam => {
                let Options { region, account, id, .. } = &self.options;
                let resource_arn =
                    format!("arn:aws:execute-api:{region}:{account}:{id}/$default/{}{decoded}", parts.method);
                let signed = SignedRequest {
                    method: &parts.method,
                    path: parts.uri.path(),
                    query,
                    headers: &parts.headers,
                    body,
                    resource_arn: &resource_arn,
                };
                let caller = self.options.iam.authorize(&signed);
                let caller = caller.map_err(|why| Own::new(StatusCode::FORBIDDEN, "Forbidden", why))?;
                let part = json!({ "iam": {
                    "accessKey": caller.access_key,
                    "accountId": caller.account_id,
                    "callerId": caller.caller_id,
                    "cognitoIdentity": null,
                    "principalOrgId": null,
                    "userArn": caller.user_arn,
                    "userId": caller.user_id,
                } });
                Ok((Some(part), Some(caller)))
            }
        }
    }

    async fn integrate(&self, route: &Route, payload: Bytes, trace_id: String) -> Result<Response<Body>, Own> {
        let request = lambda::Request { payload, trace_id: Some(trace_id), client_context: None };
        let name = &route.function;
        let unavailable = |why: String| Own::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", why);
        let Ok(invoked) = timeout(route.timeout, self.options.lambda.invoke_with(name, request)).await else {
            return Err(unavailable(format!("{name} did not answer within {:?}", route.timeout)));
        };
        let outcome = match invoked {
            Ok(outcome) => outcome,
            Err(InvokeError::PayloadTooLarge { .. }) => return Err(Own::too_large("an event over 6 MB")),
            Err(cause @ (InvokeError::TooManyRequests | InvokeError::Stopped)) => {
                return Err(unavailable(format!("{name}: {cause}")));
            }
            Err(cause) => return Err(Own::internal(format!("{name}: {cause}"))),
        };
        if outcome.error.is_some() {
            // The Lambda service has said what happened.
            return Err(Own::internal(""));
        }
        let answer = answer::response(&outcome.payload).map_err(|cause| Own::internal(format!("{name}: {cause}")))?;
        if answer.status().is_server_error()
            && let Some(why) = complaint::last(&outcome.log_tail)
        {
            (self.options.console)(&format!("{name} answers {}: {why}", answer.status().as_u16()));
        }
        Ok(answer)
    }

    fn own(&self, own: Own) -> Response<Body> {
        if !own.why.is_empty() {
            (self.options.console)(&format!("{} {}: {}", own.status.as_u16(), own.message, own.why));
        }
        let body = json!({ "message": own.message }).to_string();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = own.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(Ok(value)) = own.authenticate.map(HeaderValue::try_from) {
            headers.insert(WWW_AUTHENTICATE, value);
        }
        response
    }
}

fn unauthorized(refusal: Refusal, scopes: &[String]) -> Own {
    let scope = scopes.join(" ");
    let (status, message, authenticate, why) = match refusal {
        Refusal::Missing => (StatusCode::UNAUTHORIZED, "Unauthorized", "Bearer".to_owned(), String::new()),
        Refusal::Invalid(why) => {
            let value = format!("Bearer scope=\"{scope}\" error=\"invalid_token\" error_description=\"{why}\"");
            (StatusCode::UNAUTHORIZED, "Unauthorized", value, why)
        }
        Refusal::Scope => {
            let why = "the token does not contain a required scope".to_owned();
            let value = format!("Bearer scope=\"{scope}\" error=\"insufficient_scope\" error_description=\"{why}\"");
            (StatusCode::FORBIDDEN, "Forbidden", value, why)
        }
    };
    Own { status, message, authenticate: Some(authenticate), why }
}

fn header_bytes(parts: &Parts) -> usize {
    let line = parts.method.as_str().len() + parts.uri.to_string().len();
    line + parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
}
