//! `/faults`: what a test orders, and what became of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{Control, error};
use crate::faults::{Fault, Ordered};

pub(super) async fn list(State(control): State<Control>) -> Json<Vec<Ordered>> {
    Json(control.faults.list())
}

pub(super) async fn order(State(control): State<Control>, Json(fault): Json<Fault>) -> Response {
    match control.faults.order(fault) {
        Ok(ordered) => (StatusCode::CREATED, Json(ordered)).into_response(),
        Err(cause) => error(StatusCode::BAD_REQUEST, &cause.to_string()),
    }
}

pub(super) async fn clear(State(control): State<Control>) -> StatusCode {
    control.faults.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn cancel(State(control): State<Control>, Path(id): Path<u64>) -> Response {
    if control.faults.cancel(id) {
        StatusCode::NO_CONTENT.into_response()
    } else {
        error(StatusCode::NOT_FOUND, &format!("there is no fault {id}"))
    }
}
