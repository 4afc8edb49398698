//! A function that makes the calls its event lists, one after the other, signed with the keys of its environment. The
//! tests of `faults` run it.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use local::endpoint::sign;
use local::iam::Credentials;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}

/// `{"calls": [{"service", "method", "url", "target", "body"}]}` to `{"answers": [{"status", "body"}], "process"}`.
async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let mut answers = Vec::new();
    for call in event.payload["calls"].as_array().into_iter().flatten() {
        answers.push(answer(call).await?);
    }
    Ok(json!({ "answers": answers, "process": std::process::id() }))
}

async fn answer(call: &Value) -> Result<Value, Error> {
    let text = |member: &str| call[member].as_str().unwrap_or_default();
    let url = if text("url").is_empty() { variable("AWS_ENDPOINT_URL")? + "/" } else { text("url").to_owned() };
    let mut request = http::Request::builder().method(text("method")).uri(url);
    if !text("target").is_empty() {
        request = request.header("x-amz-target", text("target")).header("content-type", "application/x-amz-json-1.0");
    }
    let body = if call["body"].is_null() { Vec::new() } else { call["body"].to_string().into_bytes() };
    let keys = Credentials {
        access_key_id: variable("AWS_ACCESS_KEY_ID")?,
        secret_access_key: variable("AWS_SECRET_ACCESS_KEY")?,
    };
    let request = sign(request.body(body)?, &keys, &variable("AWS_REGION")?, text("service"))?;
    let answer = reqwest::Client::builder().no_proxy().build()?.execute(request.try_into()?).await?;
    let status = answer.status().as_u16();
    Ok(json!({ "status": status, "body": serde_json::from_slice::<Value>(&answer.bytes().await?).unwrap_or_default() }))
}

#[expect(clippy::disallowed_methods, reason = "a test function has no configuration but this")]
fn variable(name: &str) -> Result<String, Error> {
    Ok(std::env::var(name)?)
}
