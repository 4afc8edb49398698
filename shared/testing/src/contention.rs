//! A door before the embedded DynamoDB that says what DynamoDB says to requests in flight that touch the same item:
//! `TransactionConflict`. The embedded one carries them out one after another and never says so.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const BODY_MAX: usize = 16 * 1024 * 1024;

#[derive(Clone)]
struct Door {
    behind: String,
    client: Client<HttpConnector, Body>,
    in_flight: Arc<Mutex<HashSet<String>>>,
}

/// Serves the door at `listener` until `stopped`; `behind` is the address of the DynamoDB.
pub(crate) async fn serve(listener: TcpListener, behind: String, stopped: oneshot::Receiver<()>) {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let door = Door { behind, client, in_flight: Arc::default() };
    let router = Router::new().fallback(pass).with_state(door);
    let stopped = async {
        // Resolves as well when the sender is dropped.
        let _ = stopped.await;
    };
    // A test that is over needs no answer.
    let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
}

async fn pass(State(door): State<Door>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_MAX).await.unwrap_or_default();
    let target = parts.headers.get("x-amz-target").and_then(|t| t.to_str().ok()).unwrap_or_default().to_owned();
    let keys = if target.ends_with(".TransactWriteItems") { keys(&body) } else { Vec::new() };
    let Some(_taken) = Taken::of(&door, &keys) else { return conflict(&door, &keys) };
    let mut forwarded = Request::from_parts(parts, Body::from(body));
    *forwarded.uri_mut() = door.behind.parse().unwrap_or_default();
    match door.client.request(forwarded).await {
        Ok(response) => response.map(Body::new),
        Err(_) => http::StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// The items of one transaction; free again once it is answered.
struct Taken<'a>(&'a Door, &'a [String]);

impl<'a> Taken<'a> {
    fn of(door: &'a Door, keys: &'a [String]) -> Option<Self> {
        let mut in_flight = door.in_flight.lock().ok()?;
        if keys.iter().any(|key| in_flight.contains(key)) {
            return None;
        }
        in_flight.extend(keys.iter().cloned());
        Some(Self(door, keys))
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Ok(mut in_flight) = self.0.in_flight.lock() {
            in_flight.retain(|key| !self.1.contains(key));
        }
    }
}

/// The primary keys of a transaction's operations, in its order.
fn keys(body: &Bytes) -> Vec<String> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let operations = request["TransactItems"].as_array().cloned().unwrap_or_default();
    let key = |operation: &Value| {
        let inner = operation.as_object().and_then(|o| o.values().next()).cloned().unwrap_or_default();
        let at = if inner["Key"].is_object() { &inner["Key"] } else { &inner["Item"] };
        format!("{} {}", at["PK"], at["SK"])
    };
    operations.iter().map(key).collect()
}

fn conflict(door: &Door, keys: &[String]) -> Response {
    let in_flight = door.in_flight.lock().map(|keys| keys.clone()).unwrap_or_default();
    let reason = |key: &String| {
        if in_flight.contains(key) {
            json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"})
        } else {
            json!({"Code": "None"})
        }
    };
    // What was in flight may be through by now; the answer is the same.
    let mut reasons: Vec<Value> = keys.iter().map(reason).collect();
    if !reasons.iter().any(|r| r["Code"] == "TransactionConflict") {
        reasons[0] = json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
    }
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
        "CancellationReasons": reasons,
    });
    let kind = [(http::header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    (http::StatusCode::BAD_REQUEST, kind, body.to_string()).into_response()
}
