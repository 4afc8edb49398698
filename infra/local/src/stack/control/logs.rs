//! `/functions/{name}/logs`: what functions print, and what comes after a line that was seen.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;

use super::{Control, error};

#[derive(Debug, Deserialize)]
pub(super) struct After {
    /// The number of the last line that was seen.
    #[serde(default)]
    after: u64,
}

pub(super) async fn show(
    State(control): State<Control>,
    Path(name): Path<String>,
    Query(After { after }): Query<After>,
) -> Response {
    match control.lambda.function_name(&name) {
        Ok(name) => Json(control.lambda.logs().after(name, after)).into_response(),
        Err(cause) => error(StatusCode::NOT_FOUND, &cause.to_string()),
    }
}
