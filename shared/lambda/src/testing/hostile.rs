use serde_json::{Value, json};

use super::{Call, Reply};

/// Requests like the recorded `sample` in which one thing at a time is what breaks careless code: a member of the body, a
/// part of the path, the query, a header, the body as a whole.
pub fn hostile(sample: &Value) -> Vec<Call> {
    let mut events = Vec::new();
    if let Some(body) = sample["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok()) {
        for path in leaves(&body) {
            for value in values() {
                let mut changed = body.clone();
                if let Some(leaf) = changed.pointer_mut(&path) {
                    *leaf = value;
                }
                events.push(with_body(sample, &changed.to_string()));
            }
        }
        events.extend(bodies().iter().map(|body| with_body(sample, body)));
    }
    let path = sample["rawPath"].as_str().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    for at in 2..parts.len() {
        for part in
            ["nonsense", "%00", "%F0%9F%A6%80", "00000000-0000-0000-0000-000000000000", "-1", &"a".repeat(3_000)]
        {
            let mut parts = parts.clone();
            parts[at] = part;
            let mut event = sample.clone();
            event["rawPath"] = parts.join("/").into();
            event["requestContext"]["http"]["path"] = event["rawPath"].clone();
            events.push(event);
        }
    }
    for query in
        ["limit=0", "limit=-1", "limit=99999999999999999999", "limit=1&limit=2", "cursor=", "cursor=AAAA", "cursor=%00"]
    {
        let mut event = sample.clone();
        event["rawQueryString"] = query.into();
        events.push(event);
    }
    for (name, value) in [
        ("idempotency-key", ""),
        ("accept-language", "q=;;;,,-"),
        ("user-agent", ""),
        ("content-type", "text/plain"),
        ("cart-session", "."),
        ("if-none-match", "\"\",,"),
    ] {
        let mut event = sample.clone();
        event["headers"][name] = value.into();
        events.push(event);
    }
    events.into_iter().map(Call::recorded).collect()
}

/// Whether a request was answered or refused as a client can read it, and without blaming ourselves.
pub fn is_sound(reply: &Reply) -> bool {
    let is_problem = reply.header("content-type") == Some("application/problem+json") && reply.body["code"].is_string();
    reply.status < 400 || (reply.status < 500 && is_problem)
}

fn with_body(sample: &Value, body: &str) -> Value {
    let mut event = sample.clone();
    event["body"] = body.into();
    event["isBase64Encoded"] = false.into();
    event
}

/// JSON pointers to every value that is neither an object nor an array, and to those that are.
fn leaves(body: &Value) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match body {
        Value::Object(members) => members.iter().map(|(name, value)| (name.replace('~', "~0"), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let below = |(name, value): (String, &Value)| {
        leaves(value).into_iter().map(move |path| format!("/{}{path}", name.replace('/', "~1"))).collect::<Vec<_>>()
    };
    std::iter::once(String::new()).chain(inner.into_iter().flat_map(below)).collect()
}

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!(" \t\n"),
        json!("\u{0}"),
        json!("\u{202e}\u{200b}"),
        json!("🦀".repeat(2_000)),
        json!("9999-12-31T23:59:59Z"),
        json!(-1),
        json!(0),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1.5),
        json!(1e308),
        json!(true),
        json!([]),
        json!({}),
        json!([[[]]]),
        json!(vec![json!({"amount": i64::MAX, "currency": "UZS"}); 300]),
        json!({"amount": -1, "currency": "XXX"}),
    ]
}

fn bodies() -> Vec<String> {
    let deep = 10_000;
    let mut all: Vec<String> = ["", "null", "{", "[]", "\u{feff}{}", "{\"a\":1,\"a\":2}", "{}{}", "NaN", "\"\\ud800\""]
        .map(str::to_owned)
        .into();
    all.push(format!("{}{}", "[".repeat(deep), "]".repeat(deep)));
    all.push(format!("{{\"name\":\"{}\"}}", "a".repeat(300 * 1024)));
    all
}
