//! `/queues`: what waits, without receiving it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{Control, error, failed};
use crate::sqs::SqsError;

/// Messages shown when the client names no limit.
const MESSAGES_SHOWN: u32 = 50;

#[derive(Debug, Deserialize)]
pub(super) struct Limit {
    limit: Option<u32>,
}

pub(super) async fn list(State(control): State<Control>) -> Response {
    match control.sqs.counts().await {
        Ok(counts) => Json(counts).into_response(),
        Err(cause) => failed(&cause),
    }
}

pub(super) async fn messages(
    State(control): State<Control>,
    Path(name): Path<String>,
    Query(Limit { limit }): Query<Limit>,
) -> Response {
    match control.sqs.waiting(&name, limit.unwrap_or(MESSAGES_SHOWN)).await {
        Ok(messages) => Json(messages).into_response(),
        Err(SqsError::QueueDoesNotExist) => error(StatusCode::NOT_FOUND, &format!("there is no queue {name}")),
        Err(cause) => failed(&cause),
    }
}
