use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{Api, echo, header, operation};

/// The gateway's own answer, byte for byte.
async fn check(request: RequestBuilder, status: u16, message: &str) {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), status, "{message}");
    assert_eq!(header(&response, "content-type"), Some("application/json"));
    assert_eq!(header(&response, "apigw-requestid").unwrap().len(), 16);
    assert_eq!(response.text().await.unwrap(), format!(r#"{{"message":"{message}"}}"#));
}

fn told(api: &Api, body: &Value) -> RequestBuilder {
    api.request("POST", "/").header("content-type", "application/json").body(body.to_string())
}

#[tokio::test]
async fn a_request_without_a_route_is_not_found() {
    let definition = json!({ "paths": { "/v1/x/{id}": { "get": operation(&json!({})) } } });
    let api = Api::start(definition, json!({})).await;
    for (method, path) in [("GET", "/"), ("POST", "/v1/x/1"), ("GET", "/v1/x/1/"), ("OPTIONS", "/v1/x/1")] {
        check(api.request(method, path), 404, "Not Found").await;
    }
    assert_eq!(api.event(api.request("GET", "/v1/x/1")).await["routeKey"], "GET /v1/x/{id}");
    assert!(api.cloud.lambda.logs().recent("misbehaving").iter().filter(|line| line.starts_with("START")).count() == 1);
}

#[tokio::test]
async fn a_function_that_fails_or_answers_nonsense_is_an_internal_error() {
    let api = Api::with(echo(), json!({}), BTreeMap::new(), Duration::from_secs(1)).await;
    for body in [
        json!({ "exit": true }),
        json!({ "hang": true }),
        json!({ "answer": { "statusCode": "x" } }),
        json!({ "answer": { "statusCode": 200, "body": { "a": 1 } } }),
        json!({ "answer": { "statusCode": 200, "body": "%", "isBase64Encoded": true } }),
        json!({ "answer": { "statusCode": 200, "headers": { "a": "b\nc" } } }),
    ] {
        check(told(&api, &body), 500, "Internal Server Error").await;
    }
}

#[tokio::test]
async fn a_function_slower_than_its_integration_is_unavailable() {
    let mut definition = echo();
    definition["paths"]["/$default"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]["timeoutInMillis"] =
        json!(300);
    let api = Api::start(definition, json!({})).await;
    check(told(&api, &json!({ "hang": true })), 503, "Service Unavailable").await;
}

#[tokio::test]
async fn too_much_is_refused() {
    let api = Api::start(echo(), json!({})).await;
    let post = |bytes: usize| api.request("POST", "/").header("content-type", "text/plain").body("x".repeat(bytes));
    check(post(10 * 1024 * 1024 + 1), 413, "Request Entity Too Large").await;
    // Within the gateway's limit, over Lambda's.
    check(post(7 * 1024 * 1024), 413, "Request Entity Too Large").await;
    let headers = api.request("GET", "/").header("x-large", "x".repeat(10_300));
    check(headers, 431, "Request Header Fields Too Large").await;
    assert!(api.cloud.lambda.logs().recent("misbehaving").is_empty(), "no function ran");
}

#[tokio::test]
async fn a_route_over_its_burst_is_throttled_and_no_other() {
    let definition = json!({ "paths": {
        "/a": { "get": operation(&json!({})) },
        "/b": { "get": operation(&json!({})) },
    } });
    let properties = json!({
        "DefaultRouteSettings": { "ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 100 },
        "RouteSettings": { "GET /a": { "ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 0.001 } },
    });
    let api = Api::start(definition, properties).await;
    for _ in 0..2 {
        api.event(api.request("GET", "/a")).await;
    }
    check(api.request("GET", "/a"), 429, "Too Many Requests").await;
    api.event(api.request("GET", "/b")).await;
}

#[tokio::test]
async fn a_signed_route_asks_its_authorizer_and_passes_the_caller_on() {
    let auth = json!({ "security": [{ "signatures": [] }] });
    let scheme = json!({ "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4" });
    let definition = json!({
        "components": { "securitySchemes": { "signatures": scheme } },
        "paths": { "/internal/{x}": { "post": operation(&auth), "get": operation(&auth) } },
    });
    let api = Api::start(definition, json!({})).await;
    let path = "/internal/a%20b?q=%20";
    check(api.request("POST", path), 403, "Forbidden").await;
    check(api.request("POST", path).header("authorization", "forged"), 403, "Forbidden").await;
    check(api.request("GET", path).header("authorization", "signed"), 403, "Forbidden").await;
    let event = api.event(api.request("POST", path).header("authorization", "signed")).await;
    assert_eq!(
        event["requestContext"]["authorizer"],
        json!({ "iam": {
        "accessKey": "AKIA1",
        "accountId": "000000000000",
        "callerId": "AROA1:f",
        "cognitoIdentity": null,
        "principalOrgId": null,
        "userArn": "arn:aws:sts::000000000000:assumed-role/f/f",
        "userId": "AROA1:f",
    } })
    );
}

#[tokio::test]
async fn the_console_gets_a_line_a_request() {
    let api = Api::start(echo(), json!({})).await;
    api.event(api.request("GET", "/v1/x?secret=1")).await;
    let lines = api.console();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("GET /v1/x 200 "), "{lines:?}");
    assert!(lines[0].ends_with(" ms misbehaving"), "{lines:?}");
}
