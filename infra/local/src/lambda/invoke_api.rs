//! The Invoke API, unsigned: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::net::TcpListener;

use super::body::{self, TooLarge};
use super::outcome::{EVENT_BYTES_MAX, InvokeError, Outcome, REQUEST_BYTES_MAX};
use super::{Lambda, Request, identifier};

/// Serves until `shutdown` completes.
pub async fn serve(
    lambda: Lambda,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(lambda)).with_graceful_shutdown(shutdown).await
}

/// The operations of the Lambda service that exist here.
pub fn router(lambda: Lambda) -> Router {
    Router::new().route("/2015-03-31/functions/{function}/invocations", post(invoke)).with_state(lambda)
}

async fn invoke(
    State(lambda): State<Lambda>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response<Body> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = header("x-amz-invocation-type").unwrap_or("RequestResponse");
    let limit_bytes = if kind == "Event" { EVENT_BYTES_MAX } else { REQUEST_BYTES_MAX };
    let payload = match body::read(body, limit_bytes).await {
        Ok(Ok(payload)) => payload,
        Ok(Err(TooLarge)) => return refused(&InvokeError::PayloadTooLarge { limit_bytes }),
        Err(cause) => return refused(&InvokeError::NotJson(cause.to_string())),
    };
    match kind {
        "DryRun" => match lambda.function_name(&function) {
            Ok(_) => empty(StatusCode::NO_CONTENT),
            Err(cause) => refused(&cause),
        },
        "Event" => match lambda.invoke_event(&function, payload).await {
            Ok(()) => empty(StatusCode::ACCEPTED),
            Err(cause) => refused(&cause),
        },
        "RequestResponse" => {
            let context = header("x-amz-client-context").and_then(|text| BASE64.decode(text).ok());
            let client_context = context.and_then(|json| String::from_utf8(json).ok());
            let trace_id = header("x-amzn-trace-id").map(str::to_owned);
            let request = Request { payload, trace_id, client_context };
            match lambda.invoke_with(&function, request).await {
                Ok(outcome) => answer(outcome, header("x-amz-log-type") == Some("Tail")),
                Err(cause) => refused(&cause),
            }
        }
        other => {
            let text = format!(
                "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
            );
            error(StatusCode::BAD_REQUEST, "ValidationException", &text)
        }
    }
}

fn answer(outcome: Outcome, with_log: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(outcome.payload));
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    set("content-type", "application/json".to_owned());
    set("x-amzn-requestid", outcome.request_id);
    set("x-amz-executed-version", "$LATEST".to_owned());
    if let Some(kind) = outcome.error {
        set("x-amz-function-error", kind.header().to_owned());
    }
    if with_log {
        set("x-amz-log-result", BASE64.encode(outcome.log_tail));
    }
    response
}

fn refused(cause: &InvokeError) -> Response<Body> {
    let (status, kind) = match cause {
        InvokeError::NoSuchFunction(_) => (StatusCode::NOT_FOUND, "ResourceNotFoundException"),
        InvokeError::PayloadTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException"),
        InvokeError::NotJson(_) => (StatusCode::BAD_REQUEST, "InvalidRequestContentException"),
        InvokeError::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException"),
        InvokeError::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "ServiceException"),
    };
    error(status, kind, &cause.to_string())
}

fn error(status: StatusCode, kind: &str, message: &str) -> Response<Body> {
    let document = serde_json::json!({ "Type": "User", "Message": message });
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("content-type", axum::http::HeaderValue::from_static("application/json"));
    for (name, value) in [("x-amzn-errortype", kind.to_owned()), ("x-amzn-requestid", request_id())] {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if let Ok(value) = request_id().parse() {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
    response
}

fn request_id() -> String {
    identifier::random().to_string()
}
