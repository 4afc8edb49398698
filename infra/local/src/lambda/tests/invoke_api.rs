use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Fixture, function, until};
use crate::lambda::invoke_api;

struct Api {
    cloud: Fixture,
    url: String,
    _shutdown: tokio::sync::oneshot::Sender<()>,
}

async fn api() -> Api {
    let cloud = Fixture::start(function()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/2015-03-31/functions", listener.local_addr().unwrap());
    let (shutdown, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = invoke_api::serve(cloud.lambda.clone(), listener, async {
        let _ = stopped.await;
    });
    tokio::spawn(serving);
    Api { cloud, url, _shutdown: shutdown }
}

impl Api {
    async fn post(&self, function: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let mut request = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/{function}/invocations", self.url))
            .body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_function_is_invoked_by_name_or_arn() {
    let api = api().await;
    let names = ["misbehaving", "misbehaving:$LATEST", "arn:aws:lambda:us-east-1:000000000000:function:misbehaving"];
    for name in names {
        let response = api.post(name, &[], r#"{"act":"return","value":{"a":1}}"#).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-amz-executed-version"), Some("$LATEST"));
        assert_eq!(header(&response, "x-amz-function-error"), None);
        assert_eq!(header(&response, "x-amz-log-result"), None);
        assert_eq!(response.json::<Value>().await.unwrap(), json!({ "a": 1 }));
    }
}

#[tokio::test]
async fn a_failed_function_is_a_200_that_names_the_error() {
    let api = api().await;
    let response = api.post("misbehaving", &[("x-amz-log-type", "Tail")], r#"{"act":"exit"}"#).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-amz-function-error"), Some("Unhandled"));
    let log = BASE64.decode(header(&response, "x-amz-log-result").unwrap()).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("Error Type: Runtime.ExitError"), "{log}");
    assert_eq!(response.json::<Value>().await.unwrap()["errorType"], "Runtime.ExitError");
}

#[tokio::test]
async fn events_are_accepted_and_dry_runs_run_nothing() {
    let api = api().await;
    let dry = api.post("misbehaving", &[("x-amz-invocation-type", "DryRun")], "{}").await;
    assert_eq!(dry.status(), 204);
    assert!(api.cloud.lambda.logs().recent("misbehaving").is_empty());
    let event = api.post("misbehaving", &[("x-amz-invocation-type", "Event")], "{}").await;
    assert_eq!(event.status(), 202);
    let served = || api.cloud.lambda.logs().recent("misbehaving").iter().any(|line| line.starts_with("END "));
    until("the event to be served", served).await;
}

#[tokio::test]
async fn refusals_carry_the_status_and_type_of_aws() {
    let api = api().await;
    let large = format!("\"{}\"", "x".repeat(6_291_456));
    for (function, kind, body, status, error_type) in [
        ("nobody", "RequestResponse", "{}", 404, "ResourceNotFoundException"),
        ("nobody", "DryRun", "{}", 404, "ResourceNotFoundException"),
        ("misbehaving", "RequestResponse", "{", 400, "InvalidRequestContentException"),
        ("misbehaving", "Sideways", "{}", 400, "ValidationException"),
        ("misbehaving", "RequestResponse", &large, 413, "RequestEntityTooLargeException"),
    ] {
        let response = api.post(function, &[("x-amz-invocation-type", kind)], body).await;
        assert_eq!(response.status(), status, "{function} {kind}");
        assert_eq!(header(&response, "x-amzn-errortype"), Some(error_type));
        assert!(response.json::<Value>().await.unwrap()["Message"].is_string());
    }
}
