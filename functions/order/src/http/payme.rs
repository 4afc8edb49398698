//! Payme's calls. Always HTTP 200; who calls and what went wrong stands in the body.

use axum::Json;
use axum::extract::{Request, State};
use http::header::AUTHORIZATION;
use lambda::http::reference::{Operation, Schemas, Takes};
use serde_json::{Value, json};

use crate::Ctx;
use crate::payme;

/// Payme's calls are small.
const BYTES_MAX: usize = 64 * 1024;

/// A JSON-RPC request as it came.
pub(super) struct Rpc {
    authorization: Option<String>,
    body: Vec<u8>,
}

impl<S: Send + Sync> axum::extract::FromRequest<S> for Rpc {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let authorization = header.map(str::to_owned);
        // What cannot be read is not JSON: it is answered as that.
        let body = axum::body::to_bytes(request.into_body(), BYTES_MAX).await.unwrap_or_default();
        Ok(Self { authorization, body: body.to_vec() })
    }
}

impl Takes for Rpc {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let schema = json!({"type": "object", "description": "JSON-RPC 2.0", "required": ["method", "params"]});
        operation.body = Some(json!({"required": true, "content": {"application/json": {"schema": schema}}}));
    }
}

pub(super) async fn call(State(ctx): State<Ctx>, rpc: Rpc) -> Json<Value> {
    // Boxed: its transactions await deeply.
    Json(Box::pin(payme::answer(&ctx, rpc.authorization.as_deref(), &rpc.body)).await)
}

pub(super) async fn not_post() -> Json<Value> {
    Json(payme::not_post())
}
