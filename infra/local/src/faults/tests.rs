//! Faults in a whole stack, struck at the calls of a real function (`examples/caller.rs`).

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use super::{Effect, Fault, FaultError};
use crate::lambda::tests::examples;
use crate::lambda::{FunctionUsage, Outcome};
use crate::stack::{self, Options, Running};

const TEMPLATE: &str = r"
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: fault-things
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Work: {Type: AWS::SQS::Queue, Properties: {QueueName: work, VisibilityTimeout: 30}}
  Internal:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        components:
          securitySchemes:
            signed: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
        paths:
          /internal/things/{id}:
            get:
              security: [{signed: []}]
              x-amazon-apigateway-integration:
                type: AWS_PROXY
                payloadFormatVersion: '2.0'
                uri: {'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Feed.Arn}/invocations'}
  Caller:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: caller}}
    Properties:
      FunctionName: caller
      Policies:
        - Statement:
            - Effect: Allow
              Action: ['dynamodb:PutItem', 'execute-api:Invoke']
              Resource: '*'
  Feed:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: misbehaving}}
    Properties:
      FunctionName: feed
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn}}
";

struct Cloud {
    running: Running,
    _folder: TempDir,
}

impl Cloud {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let template = folder.path().join("template.yaml");
        std::fs::write(&template, TEMPLATE).unwrap();
        let running = stack::start(Options::throw_away(template, examples(), PathBuf::new())).await.unwrap();
        Self { running, _folder: folder }
    }

    /// Orders a fault of the caller through the control listener, and answers its id.
    async fn order(&self, fault: Value) -> u64 {
        let url = format!("{}/faults", self.running.endpoints.control_url);
        let answer = reqwest::Client::new().post(url).json(&fault).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{fault}");
        answer.json::<Value>().await.unwrap()["id"].as_u64().unwrap()
    }

    /// Calls that a fault was about, and how often it struck.
    async fn struck(&self, id: u64) -> (u64, u64) {
        let url = format!("{}/faults", self.running.endpoints.control_url);
        let list = reqwest::get(url).await.unwrap().json::<Value>().await.unwrap();
        let found = list.as_array().unwrap().iter().find(|fault| fault["id"] == id).unwrap();
        assert_eq!(found["fired"], found["strikes"] != 0);
        (found["calls"].as_u64().unwrap(), found["strikes"].as_u64().unwrap())
    }

    async fn call(&self, calls: Value) -> Outcome {
        let event = json!({ "calls": calls }).to_string();
        self.running.lambda.invoke("caller", Bytes::from(event)).await.unwrap()
    }

    async fn answers(&self, calls: Value) -> Value {
        let outcome = self.call(calls).await;
        assert_eq!(outcome.error, None, "{:?}", outcome.payload);
        serde_json::from_slice::<Value>(&outcome.payload).unwrap()["answers"].take()
    }

    /// The rows there are, by key.
    async fn rows(&self) -> Vec<String> {
        let body = br#"{"TableName":"fault-things"}"#;
        let found: Value = serde_json::from_slice(&self.running.dynamodb.handle("Scan", body).await.body).unwrap();
        let keys = found["Items"].as_array().unwrap().iter().map(|item| item["PK"]["S"].as_str().unwrap().to_owned());
        let mut keys: Vec<String> = keys.collect();
        keys.sort_unstable();
        keys
    }

    async fn send(&self, text: &str) {
        let url = &self.running.endpoints.resources["Work"];
        let body = json!({ "QueueUrl": url, "MessageBody": text }).to_string();
        assert_eq!(self.running.sqs.handle("SendMessage", body.as_bytes()).await.0, 200);
    }

    fn usage(&self, function: &str) -> FunctionUsage {
        let all = self.running.lambda.usage();
        all.into_iter().find(|one| one.function == function).unwrap_or_default()
    }

    async fn until_invoked(&self, function: &str, times: u64) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.usage(function).invocations < times {
            assert!(Instant::now() < deadline, "{:?}", self.usage(function));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn put(key: &str) -> Value {
    json!({ "service": "dynamodb", "method": "POST", "target": "DynamoDB_20120810.PutItem",
        "body": { "TableName": "fault-things", "Item": { "PK": { "S": key } } } })
}

fn transaction(keys: &[&str]) -> Value {
    let put = |key: &&str| json!({ "Put": { "TableName": "fault-things", "Item": { "PK": { "S": key } } } });
    json!({ "service": "dynamodb", "method": "POST", "target": "DynamoDB_20120810.TransactWriteItems",
        "body": { "TransactItems": keys.iter().map(put).collect::<Vec<_>>() } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_killed_at_each_of_its_calls_until_there_is_none_left() {
    let cloud = Cloud::start().await;
    for when in ["after", "before"] {
        let mut steps = 0;
        loop {
            let key = |call: usize| format!("{when}-{steps}-{call}");
            let id = cloud.order(json!({ "function": "caller", "nth": steps + 1, "when": when })).await;
            let outcome = cloud.call(json!([put(&key(1)), put(&key(2)), put(&key(3))])).await;
            let (_, fired) = cloud.struck(id).await;
            let rows = cloud.rows().await;
            let took_effect = (1..=3).filter(|call| rows.contains(&key(*call))).count();
            if fired == 0 {
                assert_eq!((outcome.error, took_effect), (None, 3));
                break;
            }
            let document = String::from_utf8_lossy(&outcome.payload).into_owned();
            assert!(document.contains("signal: killed"), "{document}");
            assert_eq!(took_effect, if when == "after" { steps + 1 } else { steps });
            steps += 1;
        }
        assert_eq!(steps, 3, "every call is a step");
        reqwest::Client::new().delete(format!("{}/faults", cloud.running.endpoints.control_url)).send().await.unwrap();
    }
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_process_that_made_the_call_is_killed() {
    let cloud = Cloud::start().await;
    // The first call takes long, so that there are two environments.
    cloud.order(json!({ "function": "caller", "effect": { "delay_ms": 300 } })).await;
    let calls = [json!([put("a1"), put("a2")]), json!([put("b1"), put("b2")])];
    let [one, other] = calls.clone();
    let (one, other) = tokio::join!(cloud.call(one), cloud.call(other));
    assert_eq!((one.error, other.error), (None, None));
    assert_eq!(cloud.usage("caller").starts, 2);

    cloud.order(json!({ "function": "caller", "nth": 2, "when": "after", "effect": "kill" })).await;
    let [one, other] = calls;
    let (one, other) = tokio::join!(cloud.call(one), cloud.call(other));
    assert_eq!([one, other].iter().filter(|outcome| outcome.error.is_some()).count(), 1);
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_fails_in_the_words_of_its_service_before_or_after_it_took_effect() {
    let cloud = Cloud::start().await;
    let fault = |when: &str, effect: Value| json!({ "function": "caller", "when": when, "effect": effect });
    for (fault, call, status, code, rows) in [
        (fault("before", json!("error")), put("a"), 400, "ThrottlingException", 0),
        (
            fault("before", json!({ "error_code": "TransactionConflict" })),
            put("a"),
            400,
            "TransactionConflictException",
            0,
        ),
        (fault("before", json!("error")), transaction(&["a", "b"]), 400, "TransactionCanceledException", 0),
        (fault("after", json!("error")), put("a"), 500, "InternalServerError", 1),
        (fault("after", json!("error")), transaction(&["b", "c"]), 500, "InternalServerError", 3),
    ] {
        let id = cloud.order(fault).await;
        let answers = cloud.answers(json!([call])).await;
        assert_eq!(answers[0]["status"], status, "{answers}");
        assert!(answers[0]["body"]["__type"].as_str().unwrap().ends_with(code), "{answers}");
        if code == "TransactionCanceledException" {
            let reasons = &answers[0]["body"]["CancellationReasons"];
            assert_eq!(reasons, &json!([{ "Code": "TransactionConflict" }, { "Code": "None" }]));
        }
        assert_eq!(cloud.rows().await.len(), rows, "{code}");
        assert_eq!(cloud.struck(id).await.1, 1);
    }
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_strikes_the_calls_that_were_chosen_and_no_others() {
    let cloud = Cloud::start().await;
    let fault = json!({ "function": "caller", "call": { "service": "dynamodb", "operation": "PutItem" },
        "nth": 2, "times": 2, "effect": "error" });
    let id = cloud.order(fault).await;
    cloud.order(json!({ "function": "feed", "effect": "error" })).await;
    let answers = cloud.answers(json!([put("1"), transaction(&["x"]), put("2"), put("3"), put("4")])).await;
    let statuses: Vec<u64> = answers.as_array().unwrap().iter().map(|one| one["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 200, 400, 400, 200]);
    assert_eq!(cloud.struck(id).await, (4, 2));
    let slow = cloud.order(json!({ "function": "caller", "when": "after", "effect": { "delay_ms": 250 } })).await;
    let begun = Instant::now();
    cloud.answers(json!([put("5")])).await;
    assert!(begun.elapsed() >= Duration::from_millis(250));
    assert_eq!(cloud.struck(slow).await, (1, 1));
    // A test that acts as the function is not the function.
    let keys = cloud.running.endpoints.function_keys["caller"].clone();
    let outside = cloud.order(json!({ "function": "caller", "effect": "error" })).await;
    let request = http::Request::post(format!("{}/", cloud.running.endpoints.endpoint_url))
        .header("x-amz-target", "DynamoDB_20120810.PutItem")
        .header("content-type", "application/x-amz-json-1.0")
        .body(put("6")["body"].to_string().into_bytes())
        .unwrap();
    let request = crate::endpoint::sign(request, &keys, &cloud.running.endpoints.region, "dynamodb").unwrap();
    let answer = reqwest::Client::new().execute(request.try_into().unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(cloud.struck(outside).await, (0, 0));
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_another_function_is_struck_on_either_side_of_it_and_counted() {
    let cloud = Cloud::start().await;
    let url = format!("{}/internal/things/7", cloud.running.endpoints.apis["Internal"]);
    let get = || json!([{ "service": "execute-api", "method": "GET", "url": url }]);
    assert_eq!(cloud.answers(get()).await[0]["status"], 200);
    for (when, effect, invoked) in [
        ("before", json!("kill"), 1),
        ("after", json!("kill"), 2),
        ("before", json!("error"), 2),
        ("after", json!("error"), 3),
    ] {
        let id = cloud
            .order(json!({ "call": { "operation": "GET /internal/things/{id}" }, "when": when, "effect": effect }))
            .await;
        let outcome = cloud.call(get()).await;
        assert_eq!(outcome.error.is_some(), effect == "kill", "{when} {effect}");
        assert_eq!(cloud.struck(id).await, (1, 1), "{when} {effect}");
        assert_eq!(cloud.usage("feed").invocations, invoked, "{when} {effect}");
    }
    let usage = reqwest::get(format!("{}/usage", cloud.running.endpoints.control_url)).await.unwrap();
    let usage: Value = usage.json().await.unwrap();
    let call = usage["calls"].as_array().unwrap().iter().find(|call| call["service"] == "execute-api").unwrap();
    assert_eq!((&call["principal"], &call["resource"]), (&json!("caller"), &json!("feed")));
    assert_eq!(call["operation"], "GET /internal/things/{id}");
    assert!(call["calls"].as_u64().unwrap() >= 3, "{call}");
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_comes_twice_or_again_when_its_success_was_lost() {
    let cloud = Cloud::start().await;
    let delivery = json!({ "service": "event-source-mapping", "operation": "work" });
    let twice = cloud.order(json!({ "function": "feed", "call": delivery, "effect": "duplicate" })).await;
    cloud.send("once").await;
    cloud.until_invoked("feed", 2).await;
    assert_eq!(cloud.struck(twice).await, (1, 1));

    let lost = cloud.order(json!({ "function": "feed", "call": delivery, "when": "after", "effect": "error" })).await;
    cloud.send("again").await;
    cloud.until_invoked("feed", 3).await;
    assert_eq!(cloud.struck(lost).await, (1, 1));
    // What failed shows again after its visibility timeout.
    cloud.running.set_clock_offset(31);
    cloud.until_invoked("feed", 4).await;
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_functions_used_is_summed_and_reset() {
    let cloud = Cloud::start().await;
    cloud.answers(json!([put("1"), put("2")])).await;
    cloud.answers(json!([put("3")])).await;
    let used = cloud.usage("caller");
    assert_eq!((used.invocations, used.errors, used.starts), (2, 0, 1));
    assert!(used.start_cpu_ms > 0.0 && used.cpu_ms > 0.0 && used.peak_memory_kib > 0, "{used:?}");
    assert!(used.cpu_ms < used.duration_ms + 100.0, "{used:?}");
    let control = &cloud.running.endpoints.control_url;
    let usage: Value = reqwest::get(format!("{control}/usage")).await.unwrap().json().await.unwrap();
    let puts = usage["calls"].as_array().unwrap().iter().find(|call| call["operation"] == "PutItem").unwrap();
    assert_eq!((&puts["calls"], &puts["write_units"], &puts["read_units"]), (&json!(3), &json!(3.0), &json!(0.0)));
    let reset = reqwest::Client::new().post(format!("{control}/usage/reset")).send().await.unwrap();
    assert_eq!(reset.status(), 204);
    let usage: Value = reqwest::get(format!("{control}/usage")).await.unwrap().json().await.unwrap();
    assert_eq!(usage, json!({ "functions": [], "calls": [] }));
    cloud.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_never_strike_is_refused() {
    let cloud = Cloud::start().await;
    let fault = |json: Value| serde_json::from_value::<Fault>(json).unwrap();
    for (ordered, refusal) in [
        (json!({ "function": "nobody", "effect": "kill" }), FaultError::NoSuchFunction("nobody".to_owned())),
        (json!({ "call": { "service": "dynamo" }, "effect": "kill" }), FaultError::NoSuchService("dynamo".to_owned())),
        (json!({ "nth": 0, "effect": "kill" }), FaultError::Never),
        (json!({ "times": 0, "effect": "error" }), FaultError::Never),
        (json!({ "effect": "duplicate" }), FaultError::NotADelivery),
        (json!({ "call": { "service": "event-source-mapping" }, "effect": "kill" }), FaultError::NoProcess),
        (json!({ "call": { "service": "execute-api" }, "effect": { "error_code": "Busy" } }), FaultError::NoStatus),
        (json!({ "effect": { "delay_ms": 900_001 } }), FaultError::TooLong),
    ] {
        assert_eq!(cloud.running.faults.order(fault(ordered)).unwrap_err(), refusal);
    }
    assert!(serde_json::from_value::<Fault>(json!({ "efect": "kill", "effect": "kill" })).is_err());
    let ordered = cloud.running.faults.order(fault(json!({ "effect": "kill" }))).unwrap();
    assert_eq!(ordered.fault.effect, Effect::Kill);
    assert!(cloud.running.faults.cancel(ordered.id) && !cloud.running.faults.cancel(ordered.id));
    assert!(cloud.running.faults.list().is_empty());
    cloud.running.stop().await;
}
