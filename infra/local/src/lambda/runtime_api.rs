//! The Runtime API of one environment: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
//!
//! A listener each tells environments apart: `AWS_LAMBDA_RUNTIME_API` is a host and a port, and some runtimes take
//! nothing else. The requests of the runtime become [`Call`]s for the environment, which decides.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::body::{self, TooLarge};
use super::outcome::RESPONSE_BYTES_MAX;

/// An event on its way to the function.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    /// Milliseconds since 1970 by the machine's clock: runtimes compare it with that, whatever `CLOCK_OFFSET_SECONDS` says.
    pub(super) deadline_ms: i64,
    pub(super) function_arn: String,
    pub(super) trace_id: String,
    /// JSON, as the caller sent it in `X-Amz-Client-Context`.
    pub(super) client_context: Option<String>,
}

/// What the runtime asks for.
#[derive(Debug)]
pub(super) enum Call {
    /// It is ready for an event.
    Next(oneshot::Sender<Work>),
    /// It answers an event.
    Response { request_id: String, payload: Result<Bytes, TooLarge>, known: oneshot::Sender<bool> },
    /// It reports that an event failed.
    Error { request_id: String, payload: Bytes, known: oneshot::Sender<bool> },
    /// It could not start.
    InitError(Bytes),
}

/// The listener of one environment. Dropping it closes it.
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) calls: mpsc::Receiver<Call>,
    server: AbortHandle,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RuntimeApi {
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|stream| {
            if let Err(cause) = stream.set_nodelay(true) {
                tracing::debug!(%cause, "set_nodelay");
            }
        });
        let (sender, calls) = mpsc::channel(8);
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(sender);
        let server = tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, calls, server: server.abort_handle() })
    }
}

type Calls = State<mpsc::Sender<Call>>;

async fn next(State(calls): Calls) -> Response<Body> {
    let (sender, work) = oneshot::channel();
    if calls.send(Call::Next(sender)).await.is_err() {
        return refused(StatusCode::GONE, "Sandbox.Ended", "this environment has ended");
    }
    let Ok(work) = work.await else {
        return refused(StatusCode::GONE, "Sandbox.Ended", "this environment has ended");
    };
    let mut answer = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", work.request_id)
        .header("lambda-runtime-deadline-ms", work.deadline_ms)
        .header("lambda-runtime-invoked-function-arn", work.function_arn)
        .header("lambda-runtime-trace-id", work.trace_id);
    if let Some(context) = work.client_context {
        answer = answer.header("lambda-runtime-client-context", context);
    }
    answer
        .body(Body::from(work.payload))
        .unwrap_or_else(|cause| refused(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", &cause.to_string()))
}

async fn response(State(calls): Calls, Path(request_id): Path<String>, body: Body) -> Response<Body> {
    let payload = match body::read(body, RESPONSE_BYTES_MAX).await {
        Ok(payload) => payload,
        Err(cause) => return refused(StatusCode::BAD_REQUEST, "InvalidBody", &cause.to_string()),
    };
    let too_large = payload.is_err();
    let (known, is_known) = oneshot::channel();
    let call = Call::Response { request_id, payload, known };
    let answer = forward(&calls, call, is_known).await;
    if too_large && answer.status().is_success() {
        let text = format!("Exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes).");
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &text);
    }
    answer
}

async fn error(State(calls): Calls, Path(request_id): Path<String>, body: Body) -> Response<Body> {
    match body::read(body, RESPONSE_BYTES_MAX).await {
        Ok(Ok(payload)) => {
            let (known, is_known) = oneshot::channel();
            forward(&calls, Call::Error { request_id, payload, known }, is_known).await
        }
        Ok(Err(TooLarge)) => refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "the error is too large"),
        Err(cause) => refused(StatusCode::BAD_REQUEST, "InvalidBody", &cause.to_string()),
    }
}

async fn init_error(State(calls): Calls, headers: HeaderMap, body: Body) -> Response<Body> {
    let payload = match body::read(body, RESPONSE_BYTES_MAX).await {
        Ok(Ok(payload)) if !payload.is_empty() => payload,
        // The header alone is a valid report.
        _ => {
            let kind = headers.get("lambda-runtime-function-error-type");
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("Runtime.InitError");
            serde_json::json!({ "errorType": kind, "errorMessage": "" }).to_string().into()
        }
    };
    if calls.send(Call::InitError(payload)).await.is_err() {
        return refused(StatusCode::GONE, "Sandbox.Ended", "this environment has ended");
    }
    accepted()
}

async fn forward(calls: &mpsc::Sender<Call>, call: Call, known: oneshot::Receiver<bool>) -> Response<Body> {
    if calls.send(call).await.is_err() {
        return refused(StatusCode::GONE, "Sandbox.Ended", "this environment has ended");
    }
    match known.await {
        Ok(true) => accepted(),
        _ => refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
    }
}

fn accepted() -> Response<Body> {
    let mut answer = Response::new(Body::from(r#"{"status":"OK"}"#));
    *answer.status_mut() = StatusCode::ACCEPTED;
    answer
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Response<Body> {
    let document = serde_json::json!({ "errorMessage": message, "errorType": kind });
    let mut answer = Response::new(Body::from(document.to_string()));
    *answer.status_mut() = status;
    answer
}
