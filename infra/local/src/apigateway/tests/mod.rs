//! The promises of HTTP APIs, through a real gateway and a real function.

mod cors;
mod jwt;
mod own_answers;
mod payload;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{Caller, HttpApi, IamAuthorizer, JwksSource, Options, SignedRequest};
use crate::endpoint::Counters;
use crate::faults::Faults;
use crate::lambda::tests::{Fixture, function};
use crate::template::model;

/// A served API whose function returns its event, or what the event's body tells it.
struct Api {
    cloud: Fixture,
    url: String,
    client: Client,
    console: Arc<Mutex<Vec<String>>>,
    _shutdown: oneshot::Sender<()>,
}

/// Keys by issuer.
type Issuers = BTreeMap<String, String>;

impl Api {
    async fn start(definition: Value, properties: Value) -> Self {
        Self::with(definition, properties, Issuers::new(), Duration::from_secs(20)).await
    }

    async fn with(definition: Value, properties: Value, issuers: Issuers, timeout: Duration) -> Self {
        let mut function = function();
        function.timeout = timeout;
        let cloud = Fixture::start(function).await;
        let console = Arc::new(Mutex::new(Vec::new()));
        let [lines, requests] = [Arc::clone(&console), Arc::clone(&console)];
        let options = Options {
            id: "api1".to_owned(),
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            lambda: cloud.lambda.clone(),
            clock: cloud.clock.clone(),
            jwks: JwksSource::fetching_every(issuers, Duration::from_millis(300)).unwrap(),
            iam: Arc::new(OneSigner),
            counters: Counters::default(),
            faults: Faults::new(cloud.lambda.clone()),
            requests: Arc::new(move |line: &str| requests.lock().unwrap().push(line.to_owned())),
            console: Arc::new(move |line: &str| lines.lock().unwrap().push(line.to_owned())),
        };
        let api = model::HttpApi { logical_id: "Api".to_owned(), definition, properties };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (shutdown, stopped) = oneshot::channel::<()>();
        let serving = HttpApi::new(&api, options).unwrap().serve(listener, async {
            let _ = stopped.await;
        });
        tokio::spawn(serving);
        let client = Client::builder().no_proxy().build().unwrap();
        Self { cloud, url, client, console, _shutdown: shutdown }
    }

    fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.url))
    }

    /// The event that the function got.
    async fn event(&self, request: RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    fn console(&self) -> Vec<String> {
        self.console.lock().unwrap().clone()
    }
}

/// Lets a request pass whose `authorization` header is `signed`, on one resource.
struct OneSigner;

impl IamAuthorizer for OneSigner {
    fn authorize(&self, request: &SignedRequest<'_>) -> Result<Caller, String> {
        assert_eq!(request.path, "/internal/a%20b");
        assert_eq!(request.query, "q=%20");
        if request.headers.get("authorization").is_none_or(|value| value != "signed") {
            return Err("the signature does not match".to_owned());
        }
        let allowed = "arn:aws:execute-api:us-east-1:000000000000:api1/$default/POST/internal/a b";
        if request.resource_arn != allowed {
            return Err(format!("execute-api:Invoke is not allowed on {}", request.resource_arn));
        }
        Ok(Caller {
            name: "f".to_owned(),
            environment: 1,
            access_key: "AKIA1".to_owned(),
            account_id: "000000000000".to_owned(),
            caller_id: "AROA1:f".to_owned(),
            user_arn: "arn:aws:sts::000000000000:assumed-role/f/f".to_owned(),
            user_id: "AROA1:f".to_owned(),
        })
    }
}

/// An operation that runs the function, with more fields.
fn operation(more: &Value) -> Value {
    let mut operation = json!({ "x-amazon-apigateway-integration": {
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "payloadFormatVersion": "2.0",
        "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:misbehaving/invocations",
    } });
    operation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    operation
}

/// One route for everything.
fn echo() -> Value {
    json!({ "openapi": "3.0.1", "paths": {
        "/$default": { "x-amazon-apigateway-any-method": operation(&json!({ "isDefaultRoute": true })) },
    } })
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}
