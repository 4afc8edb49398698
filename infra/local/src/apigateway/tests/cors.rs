use serde_json::{Value, json};

use super::{Api, header, operation};

/// An API with one route and these CORS settings.
async fn api(cors: Value) -> Api {
    let definition = json!({
        "x-amazon-apigateway-cors": cors,
        "paths": { "/a": { "get": operation(&json!({})), "post": operation(&json!({})) } },
    });
    Api::start(definition, json!({})).await
}

fn settings() -> Value {
    json!({
        "allowOrigins": ["https://shop.uz", "http://localhost:*"],
        "allowMethods": ["GET", "POST"],
        "allowHeaders": ["authorization", "content-type"],
        "exposeHeaders": ["etag"],
        "maxAge": 600,
        "allowCredentials": true,
    })
}

#[tokio::test]
async fn the_gateway_answers_preflights_without_a_function() {
    let api = api(settings()).await;
    for path in ["/a", "/no/such/route"] {
        let preflight = api.request("OPTIONS", path).header("access-control-request-method", "POST");
        let response = preflight.header("origin", "https://shop.uz").send().await.unwrap();
        assert_eq!(response.status(), 204);
        for (name, value) in [
            ("access-control-allow-origin", "https://shop.uz"),
            ("access-control-allow-methods", "GET,POST"),
            ("access-control-allow-headers", "authorization,content-type"),
            ("access-control-allow-credentials", "true"),
            ("access-control-max-age", "600"),
        ] {
            assert_eq!(header(&response, name), Some(value), "{name}");
        }
    }
    assert!(api.cloud.lambda.logs().recent("misbehaving").is_empty());
}

#[tokio::test]
async fn an_origin_that_is_not_listed_gets_no_headers() {
    let api = api(settings()).await;
    let preflight = api.request("OPTIONS", "/a").header("access-control-request-method", "POST");
    let response = preflight.header("origin", "https://evil.uz").send().await.unwrap();
    assert_eq!(response.status(), 204);
    let theirs = response.headers().keys().filter(|name| name.as_str().starts_with("access-control"));
    assert_eq!(theirs.count(), 0);
}

#[tokio::test]
async fn the_gateway_replaces_what_a_function_says_about_cors() {
    let api = api(settings()).await;
    let answer = json!({ "answer": { "statusCode": 200, "headers": {
        "Access-Control-Allow-Origin": "*", "access-control-allow-methods": "DELETE", "etag": "1",
    } } });
    let request = api.request("POST", "/a").header("content-type", "application/json").body(answer.to_string());
    let response = request.header("origin", "http://localhost:5173").send().await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), Some("http://localhost:5173"));
    assert_eq!(header(&response, "access-control-expose-headers"), Some("etag"));
    assert_eq!(header(&response, "access-control-allow-methods"), None);
    assert_eq!(header(&response, "etag"), Some("1"));
}

#[tokio::test]
async fn a_star_allows_every_origin() {
    let api = api(json!({ "allowOrigins": ["*"] })).await;
    let response = api.request("GET", "/a").header("origin", "https://x.uz").send().await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
}
