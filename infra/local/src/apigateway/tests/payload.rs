use serde_json::{Value, json};

use super::{Api, echo, header, operation};

#[tokio::test]
async fn an_event_has_the_form_of_payload_2_0() {
    let definition = json!({ "paths": {
        "/v1/cities/{city}/{rest+}": { "post": operation(&json!({})) },
    } });
    let api = Api::start(definition, json!({})).await;
    api.cloud.clock.set_offset_seconds(86_400);
    let before = api.cloud.clock.now_ms();
    let request = api
        .request("POST", "/v1/cities/Toshkent%20shahri/a/b%3Fc?x=1&x=2%2C3&y=a+b%26c&flag")
        .header("X-Twice", "one")
        .header("x-twice", "two")
        .header("Cookie", "a=1; b=2")
        .header("cookie", "c=3")
        .header("User-Agent", "test/1")
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Forwarded-For", "10.1.2.3")
        .header("X-Forwarded-Port", "1")
        .header("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678")
        .body("{\"салом\": 1}");
    let mut event = api.event(request).await;

    let context = event["requestContext"].take();
    let request_id = context["requestId"].as_str().unwrap();
    assert_eq!(request_id.len(), 16);
    let epoch = context["timeEpoch"].as_i64().unwrap();
    assert!((before..before + 20_000).contains(&epoch));
    let stamp = jiff::Timestamp::from_millisecond(epoch).unwrap();
    assert_eq!(context["time"], stamp.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string());
    let mut rest = context.clone();
    for name in ["requestId", "timeEpoch", "time"] {
        rest.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(
        rest,
        json!({
            "accountId": "000000000000",
            "apiId": "api1",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "POST",
                "path": "/v1/cities/Toshkent shahri/a/b?c",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test/1",
            },
            "routeKey": "POST /v1/cities/{city}/{rest+}",
            "stage": "$default",
        })
    );

    let headers = event["headers"].as_object_mut().unwrap();
    let host = api.url.strip_prefix("http://").unwrap();
    let port = host.rsplit_once(':').unwrap().1;
    headers.remove("accept");
    assert_eq!(
        event,
        json!({
            "version": "2.0",
            "routeKey": "POST /v1/cities/{city}/{rest+}",
            "rawPath": "/v1/cities/Toshkent shahri/a/b?c",
            "rawQueryString": "x=1&x=2%2C3&y=a+b%26c&flag",
            "cookies": ["a=1", "b=2", "c=3"],
            "headers": {
                "content-length": "17",
                "content-type": "application/json; charset=utf-8",
                "host": host,
                "user-agent": "test/1",
                "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678",
                "x-forwarded-for": "10.1.2.3, 127.0.0.1",
                "x-forwarded-port": port,
                "x-forwarded-proto": "http",
                "x-twice": "one,two",
            },
            "queryStringParameters": { "x": "1,2,3", "y": "a b&c", "flag": "" },
            "pathParameters": { "city": "Toshkent shahri", "rest": "a/b?c" },
            "requestContext": null,
            "body": "{\"салом\": 1}",
            "isBase64Encoded": false,
        })
    );
}

#[tokio::test]
async fn what_a_request_does_not_have_its_event_does_not_have() {
    let api = Api::start(echo(), json!({})).await;
    let event = api.event(api.request("GET", "/")).await;
    for name in ["body", "cookies", "queryStringParameters", "pathParameters", "stageVariables"] {
        assert_eq!(event.get(name), None, "{name}");
    }
    assert_eq!(event["requestContext"].get("authorizer"), None);
    assert_eq!(event["routeKey"], "$default");
    assert_eq!(event["rawQueryString"], "");
    assert_eq!(event["isBase64Encoded"], false);
    assert!(event["headers"]["x-amzn-trace-id"].as_str().unwrap().starts_with("Root=1-"));
}

#[tokio::test]
async fn bodies_that_are_no_text_arrive_in_base64() {
    let api = Api::start(echo(), json!({})).await;
    for (kind, body, expected, base64) in [
        ("text/plain", b"a".as_slice(), "a", false),
        ("application/problem+json", b"{}", "{}", false),
        ("text/csv; charset=utf-8", b"a,b", "a,b", false),
        ("text/plain; charset=iso-8859-1", b"a", "YQ==", true),
        ("application/gzip", b"\x1f\x8b", "H4s=", true),
        // A text of JSON has no place for them.
        ("application/json", b"\xff", "\u{fffd}", false),
        ("image/png", b"\x89PNG", "iVBORw==", true),
        // As AWS does, though it is text.
        ("application/x-www-form-urlencoded", b"a=1", "YT0x", true),
        ("", b"a", "YQ==", true),
    ] {
        let mut request = api.request("POST", "/").body(body);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let event = api.event(request).await;
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(expected), &json!(base64)), "{kind}");
    }
    let packed = api.request("POST", "/").header("content-type", "text/csv").header("content-encoding", "gzip");
    assert_eq!(
        api.event(packed.body(b"\x1f\x8b".as_slice())).await["body"],
        "\u{1f}\u{fffd}",
        "the type alone decides"
    );
}

/// The response to a request whose function answers with `answer`.
async fn answered(api: &Api, method: &str, answer: Value) -> reqwest::Response {
    let body = json!({ "answer": answer }).to_string();
    let request = api.request(method, "/").header("content-type", "application/json").body(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn an_answer_reaches_the_client_with_its_cookies_and_bytes() {
    let api = Api::start(echo(), json!({})).await;
    let answer = json!({
        "statusCode": 201,
        "headers": { "Content-Type": "image/png", "X-One": "1", "multi": "a,b" },
        "multiValueHeaders": {},
        "cookies": ["a=1; HttpOnly", "b=2"],
        "body": "iVBORw==",
        "isBase64Encoded": true,
    });
    let response = answered(&api, "POST", answer).await;
    assert_eq!(response.status(), 201);
    assert_eq!(header(&response, "content-type"), Some("image/png"));
    assert_eq!(header(&response, "multi"), Some("a,b"));
    assert_eq!(header(&response, "content-length"), Some("4"));
    assert_eq!(header(&response, "apigw-requestid").unwrap().len(), 16);
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; HttpOnly", "b=2"]);
    assert_eq!(response.bytes().await.unwrap().as_ref(), b"\x89PNG");
}

#[tokio::test]
async fn a_plain_value_is_a_200_with_json() {
    let api = Api::start(echo(), json!({})).await;
    let response = answered(&api, "POST", json!({ "a": [1] })).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), Some("application/json"));
    assert_eq!(response.text().await.unwrap(), r#"{"a":[1]}"#);
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let api = Api::start(echo(), json!({})).await;
    let response = answered(&api, "HEAD", json!({ "statusCode": 200, "body": "abc" })).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-length"), Some("3"));
    assert_eq!(response.text().await.unwrap(), "");
}

#[tokio::test]
async fn a_client_that_leaves_does_not_stop_its_function() {
    let api = Api::start(echo(), json!({})).await;
    let request = api.request("POST", "/").header("content-type", "application/json");
    let request = request.body(json!({ "answer": 1, "sleep_ms": 400 }).to_string());
    let left = tokio::time::timeout(std::time::Duration::from_millis(150), request.send()).await;
    assert!(left.is_err());
    let log = api.cloud.lambda.logs();
    crate::lambda::tests::until("the function's end", || {
        log.recent("misbehaving").iter().any(|line| line.starts_with("END "))
    })
    .await;
    assert!(log.recent("misbehaving").iter().all(|line| !line.contains("Status: ")));
}
