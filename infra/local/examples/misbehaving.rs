//! A function that does as its event says, good or bad. The tests of `lambda` and `apigateway` run it.

use std::io::Write;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match variable("AT_START").as_deref() {
        Some("exit") => std::process::exit(7),
        Some("hang") => std::thread::sleep(Duration::from_hours(1)),
        Some("slow") => std::thread::sleep(Duration::from_millis(1_500)),
        _ => {}
    }
    run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (payload, context) = event.into_parts();
    let act = payload.get("act").and_then(Value::as_str).unwrap_or_default();
    Ok(match act {
        "sleep" => {
            let ms = payload.get("ms").and_then(Value::as_u64).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(ms)).await;
            json!({ "slept": ms, "process": std::process::id() })
        }
        "hang" => {
            println!("about to hang");
            std::thread::sleep(Duration::from_hours(1));
            Value::Null
        }
        "exit" => std::process::exit(101),
        "exit quietly" => std::process::exit(0),
        "abort" => std::process::abort(),
        "panic" => panic!("as told"),
        "error" => return Err("as told".into()),
        "memory" => {
            let mib = payload.get("mib").and_then(Value::as_u64).unwrap_or_default();
            let block = vec![1u8; usize::try_from(mib)? * 1024 * 1024];
            tokio::time::sleep(Duration::from_mins(1)).await;
            json!(block.len())
        }
        "garbage" => {
            let mut out = std::io::stdout();
            out.write_all(b"\xff\xfe not utf-8 \x00\n{\"half\": ")?;
            out.write_all(&vec![b'x'; 100_000])?;
            out.write_all(b"\nlast line without its end")?;
            out.flush()?;
            json!("printed")
        }
        "answer" => {
            let bytes = payload.get("bytes").and_then(Value::as_u64).unwrap_or_default();
            json!("x".repeat(usize::try_from(bytes)?))
        }
        "return" => payload.get("value").cloned().unwrap_or_default(),
        "environment" => Value::Object(std::env::vars().map(|(name, value)| (name, Value::String(value))).collect()),
        "context" => json!({
            "request_id": context.request_id,
            "deadline_ms": context.deadline,
            "function_arn": context.invoked_function_arn,
            "trace_id": context.xray_trace_id,
            "process": std::process::id(),
        }),
        // An HTTP request: the answer is in its body when it holds one, else the event itself.
        _ => {
            match payload.get("body").and_then(Value::as_str).and_then(|body| serde_json::from_str::<Value>(body).ok())
            {
                Some(body) if body.get("hang").is_some() => {
                    std::thread::sleep(Duration::from_hours(1));
                    Value::Null
                }
                Some(body) if body.get("exit").is_some() => std::process::exit(101),
                Some(body) if body.get("answer").is_some() => {
                    let ms = body.get("sleep_ms").and_then(Value::as_u64).unwrap_or_default();
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                    body["answer"].clone()
                }
                _ => payload,
            }
        }
    })
}

#[expect(clippy::disallowed_methods, reason = "a test function has no configuration but this")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
