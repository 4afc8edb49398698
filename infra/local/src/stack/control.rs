//! The control listener: what a developer, a test and the other commands see and move. It is no part of AWS.

mod faults;
mod logs;
mod queues;
mod status;

use std::io;
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;

use super::{Endpoints, Running, set_clock_offset};
use crate::clock::Clock;
use crate::dynamodb::DynamoDb;
use crate::endpoint::{Count, Counters};
use crate::event_source_mapping::Positions;
use crate::faults::Faults;
use crate::lambda::{FunctionUsage, Lambda};
use crate::ses::Ses;
use crate::sqs::Sqs;
use crate::template::model::Stack;

pub(crate) use status::{Status, Unread};

/// Mails shown when the client names no limit.
const MAILS_SHOWN: u32 = 50;

/// What the listener shows.
#[derive(Clone)]
pub(super) struct Control {
    clock: Clock,
    counters: Counters,
    dynamodb: DynamoDb,
    faults: Faults,
    lambda: Lambda,
    positions: Positions,
    ses: Ses,
    sqs: Sqs,
    endpoints: Endpoints,
    stack: Arc<Stack>,
    started: Timestamp,
}

/// The body of `POST /clock`, and its answer.
#[derive(Debug, Serialize, Deserialize)]
struct ClockOffset {
    offset_seconds: i64,
}

/// The answer of `GET /usage`: what everything has used since the start or the last reset.
#[derive(Debug, Serialize)]
struct Usage {
    functions: Vec<FunctionUsage>,
    calls: Vec<Count>,
}

#[derive(Debug, Deserialize)]
struct MailQuery {
    to: Option<String>,
    limit: Option<u32>,
}

impl Control {
    pub(super) fn of(running: &Running, positions: Positions) -> Self {
        Self {
            clock: running.clock.clone(),
            counters: running.counters.clone(),
            dynamodb: running.dynamodb.clone(),
            faults: running.faults.clone(),
            lambda: running.lambda.clone(),
            positions,
            ses: running.ses.clone(),
            sqs: running.sqs.clone(),
            endpoints: running.endpoints.clone(),
            stack: Arc::new(running.stack.clone()),
            started: running.clock.machine_now(),
        }
    }

    pub(super) async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let router = Router::new()
            .route("/mailbox", get(mailbox))
            .route("/clock", get(clock).post(set_clock))
            .route("/counters", get(counters))
            .route("/counters/reset", post(reset_usage))
            .route("/usage", get(usage))
            .route("/usage/reset", post(reset_usage))
            .route("/faults", get(faults::list).post(faults::order).delete(faults::clear))
            .route("/faults/{id}", delete(faults::cancel))
            .route("/status", get(status::show))
            .route("/queues", get(queues::list))
            .route("/queues/{name}/messages", get(queues::messages))
            .route("/outputs", get(outputs))
            .route("/functions/{name}/logs", get(logs::show))
            .layer(middleware::from_fn(only_local))
            .with_state(self);
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await
    }
}

/// A page in a browser can make this machine's name point here; it cannot choose the `Host` it sends.
async fn only_local(request: Request, next: Next) -> Response {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if name == "127.0.0.1" || name == "localhost" {
        next.run(request).await
    } else {
        error(StatusCode::FORBIDDEN, "Only for this machine: call it as 127.0.0.1.")
    }
}

async fn mailbox(State(control): State<Control>, Query(query): Query<MailQuery>) -> Response {
    let ses = control.ses.clone();
    let mails = move || ses.mails(query.to.as_deref(), query.limit.unwrap_or(MAILS_SHOWN));
    match tokio::task::spawn_blocking(mails).await {
        Ok(Ok(mails)) => Json(mails).into_response(),
        Ok(Err(cause)) => failed(&cause),
        Err(cause) => failed(&cause),
    }
}

async fn clock(State(control): State<Control>) -> Response {
    let offset_seconds = control.clock.offset_seconds();
    Json(ClockOffset { offset_seconds }).into_response()
}

async fn set_clock(State(control): State<Control>, Json(offset): Json<ClockOffset>) -> Response {
    set_clock_offset(&control.clock, &control.lambda, offset.offset_seconds);
    Json(offset).into_response()
}

async fn counters(State(control): State<Control>) -> Json<Vec<Count>> {
    Json(control.counters.list())
}

async fn usage(State(control): State<Control>) -> Json<Usage> {
    Json(Usage { functions: control.lambda.usage(), calls: control.counters.list() })
}

async fn reset_usage(State(control): State<Control>) -> StatusCode {
    control.counters.reset();
    control.lambda.reset_usage();
    StatusCode::NO_CONTENT
}

async fn outputs(State(control): State<Control>) -> Response {
    Json(control.endpoints).into_response()
}

fn failed(cause: &dyn std::error::Error) -> Response {
    tracing::error!(%cause, "the control listener failed");
    error(StatusCode::INTERNAL_SERVER_ERROR, &cause.to_string())
}

fn error(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
