//! What a function returned, as a response: payload format 2.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response>

use axum::body::Body;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE, TRANSFER_ENCODING, UPGRADE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

/// The function's answer is none the gateway can send. The client is told 500; this is for the console.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed answer: {0}")]
pub(super) struct Malformed(String);

/// The response to send.
pub(super) fn response(payload: &[u8]) -> Result<Response<Body>, Malformed> {
    let answer: Value = serde_json::from_slice(payload).map_err(|cause| Malformed(cause.to_string()))?;
    match &answer {
        Value::Object(fields) if fields.contains_key("statusCode") => structured(fields),
        _ => Ok(inferred(answer)),
    }
}

/// Without a status code the answer itself is the body.
fn inferred(answer: Value) -> Response<Body> {
    let body = match answer {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn structured(fields: &Map<String, Value>) -> Result<Response<Body>, Malformed> {
    let body = body(fields)?;
    let has_body = !body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status(&fields["statusCode"])?;
    let headers = response.headers_mut();
    for (name, value) in map(fields, "headers")? {
        let Some(value) = scalar(value) else {
            if value.is_null() {
                continue;
            }
            return Err(Malformed(format!("the header {name} is {value}")));
        };
        let name = HeaderName::try_from(name).map_err(|_| Malformed(format!("the header name {name:?}")))?;
        // What the gateway itself decides.
        if [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE].contains(&name) {
            continue;
        }
        let value = HeaderValue::try_from(value).map_err(|_| Malformed(format!("the value of {name}")))?;
        headers.insert(name, value);
    }
    if let Some(cookies) = fields.get("cookies").filter(|cookies| !cookies.is_null()) {
        let cookies = cookies.as_array().ok_or_else(|| Malformed("cookies is no list".to_owned()))?;
        for cookie in cookies {
            let cookie = cookie.as_str().and_then(|cookie| HeaderValue::try_from(cookie).ok());
            headers.append(SET_COOKIE, cookie.ok_or_else(|| Malformed("a cookie".to_owned()))?);
        }
    }
    if has_body && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    Ok(response)
}

fn status(value: &Value) -> Result<StatusCode, Malformed> {
    let code = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    code.and_then(|code| u16::try_from(code).ok())
        .filter(|code| (200..600).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| Malformed(format!("the status code {value}")))
}

fn body(fields: &Map<String, Value>) -> Result<Vec<u8>, Malformed> {
    let text = match fields.get("body") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => text,
        Some(_) => return Err(Malformed("the body is no string".to_owned())),
    };
    match fields.get("isBase64Encoded") {
        Some(Value::Bool(true)) => {
            BASE64.decode(text).map_err(|cause| Malformed(format!("the body is not Base64: {cause}")))
        }
        None | Some(Value::Null | Value::Bool(false)) => Ok(text.clone().into_bytes()),
        Some(other) => Err(Malformed(format!("isBase64Encoded is {other}"))),
    }
}

fn map<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Result<impl Iterator<Item = (&'a String, &'a Value)>, Malformed> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Malformed(format!("{name} is no object"))),
    }
    .map(|map| map.into_iter().flatten())
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use serde_json::json;

    use super::*;

    async fn sent(answer: Value) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let response = response(answer.to_string().as_bytes()).unwrap();
        let (parts, body) = response.into_parts();
        let headers = parts.headers.iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        (parts.status.as_u16(), headers.collect(), body.collect().await.unwrap().to_bytes().to_vec())
    }

    #[tokio::test]
    async fn without_a_status_code_the_answer_is_a_json_body() {
        let json = vec![("content-type".to_owned(), "application/json".to_owned())];
        let (status, headers, body) = sent(json!({ "a": 1 })).await;
        assert_eq!((status, headers, body.as_slice()), (200, json.clone(), br#"{"a":1}"#.as_slice()));
        assert_eq!(sent(json!("hello")).await, (200, json.clone(), b"hello".to_vec()));
        assert_eq!(sent(json!(null)).await, (200, json, b"null".to_vec()));
    }

    #[tokio::test]
    async fn headers_cookies_and_binary_bodies_are_sent_as_they_are() {
        let (status, headers, body) = sent(json!({
            "statusCode": "201",
            "headers": { "Content-Type": "image/png", "X-Count": 3, "X-None": null, "Content-Length": "999" },
            "cookies": ["a=1; Path=/", "b=2"],
            "body": "/wA=",
            "isBase64Encoded": true,
        }))
        .await;
        let expected =
            [("content-type", "image/png"), ("x-count", "3"), ("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2")];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!((status, headers, body), (201, expected, vec![0xff, 0]));
    }

    #[test]
    fn malformed_answers_are_told_apart() {
        for (answer, expected) in [
            (json!({ "statusCode": 99 }), "status code 99"),
            (json!({ "statusCode": "ok" }), "status code"),
            (json!({ "statusCode": 200, "body": {} }), "body is no string"),
            (json!({ "statusCode": 200, "body": "*", "isBase64Encoded": true }), "not Base64"),
            (json!({ "statusCode": 200, "body": "", "isBase64Encoded": "yes" }), "isBase64Encoded"),
            (json!({ "statusCode": 200, "headers": [] }), "headers is no object"),
            (json!({ "statusCode": 200, "headers": { "a": ["b"] } }), "the header a"),
            (json!({ "statusCode": 200, "headers": { "a b": "c" } }), "header name"),
            (json!({ "statusCode": 200, "headers": { "a": "b\nc" } }), "value of a"),
            (json!({ "statusCode": 200, "cookies": "a=1" }), "cookies is no list"),
        ] {
            let problem = response(answer.to_string().as_bytes()).unwrap_err().to_string();
            assert!(problem.contains(expected), "{expected:?} in {problem:?}");
        }
        assert!(response(b"not json").is_err());
    }
}
