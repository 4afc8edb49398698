//! A whole stack in this process, with the example function as every function. It has no user pool, so it needs no Python.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::*;
use crate::lambda::tests::examples;

const TEMPLATE: &str = r"
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: stack-things
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Work: {Type: AWS::SQS::Queue, Properties: {QueueName: work, VisibilityTimeout: 30}}
  Public:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /things/{id}:
            get: {x-amazon-apigateway-integration: INTEGRATION}
  Internal:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        components:
          securitySchemes:
            signed: {type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}
        paths:
          /things:
            get: {security: [{signed: []}], x-amazon-apigateway-integration: INTEGRATION}
  Api:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: misbehaving}}
    Properties:
      FunctionName: api
      Environment:
        Variables:
          INTERNAL_URL: !Sub 'https://${Internal}.execute-api.${AWS::Region}.${AWS::URLSuffix}'
          QUEUE_URL: !Ref Work
  Feed:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: misbehaving}}
    Properties:
      FunctionName: feed
      Events:
        Things: {Type: DynamoDB, Properties: {Stream: !GetAtt Things.StreamArn, StartingPosition: TRIM_HORIZON}}
        Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn}}
";

const INTEGRATION: &str = "{type: AWS_PROXY, payloadFormatVersion: '2.0', uri: {'Fn::Sub': 'arn:aws:apigateway:\
    ${AWS::Region}:lambda:path/2015-03-31/functions/${Api.Arn}/invocations'}}";

fn options(folder: &TempDir) -> Options {
    let template = folder.path().join("template.yaml");
    std::fs::write(&template, TEMPLATE.replace("INTEGRATION", INTEGRATION)).unwrap();
    Options::throw_away(template, examples(), PathBuf::new())
}

async fn put(running: &Running, id: &str) {
    let body = json!({"TableName": "stack-things", "Item": {"PK": {"S": id}}}).to_string();
    assert_eq!(running.dynamodb.handle("PutItem", body.as_bytes()).await.status, 200);
}

async fn environment_of(running: &Running, function: &str) -> Value {
    let outcome = running.lambda.invoke(function, Bytes::from_static(br#"{"act":"environment"}"#)).await.unwrap();
    serde_json::from_slice(&outcome.payload).unwrap()
}

async fn logged(running: &Running, function: &str, starts: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    let started = || running.lambda.logs().recent(function).iter().filter(|line| line.starts_with("START")).count();
    while started() < starts {
        assert!(Instant::now() < deadline, "{function} was invoked {} times", started());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_serves_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(options(&folder)).await.unwrap();
    let endpoints = running.endpoints.clone();

    assert_eq!(endpoints.public_url.as_ref(), Some(&endpoints.apis["Public"]));
    let answer = reqwest::get(format!("{}/things/7", endpoints.apis["Public"])).await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["pathParameters"]["id"], "7");
    let unsigned = reqwest::get(format!("{}/things", endpoints.apis["Internal"])).await.unwrap();
    assert_eq!(unsigned.status(), 403);

    let environment = environment_of(&running, "api").await;
    assert_eq!(environment["INTERNAL_URL"], endpoints.apis["Internal"].as_str());
    assert_eq!(environment["QUEUE_URL"], format!("{}/000000000000/work", endpoints.endpoint_url));
    assert_eq!(environment["AWS_ENDPOINT_URL"], endpoints.endpoint_url.as_str());
    assert!(environment.get("CLOCK_OFFSET_SECONDS").is_none());

    let addresses = [&endpoints.endpoint_url, &endpoints.invoke_url, &endpoints.control_url, &endpoints.apis["Public"]];
    running.stop().await;
    for address in addresses {
        let address = address.trim_start_matches("http://");
        assert!(std::net::TcpStream::connect(address).is_err(), "{address} still listens");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_and_queues_reach_their_function() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(options(&folder)).await.unwrap();
    put(&running, "a").await;
    logged(&running, "feed", 1).await;
    let url = format!("{}/000000000000/work", running.endpoints.endpoint_url);
    let (status, ..) =
        running.sqs.handle("SendMessage", json!({"QueueUrl": url, "MessageBody": "x"}).to_string().as_bytes()).await;
    assert_eq!(status, 200);
    logged(&running, "feed", 2).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_finds_the_rows_and_the_keys_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { state: State::Directory(folder.path().join("state")), ..options(&folder) };
    let running = start(options.clone()).await.unwrap();
    put(&running, "a").await;
    let keys = running.admin.clone();
    assert!(matches!(start(options.clone()).await.err(), Some(Error::StateInUse { .. })));
    assert!(matches!(reset(&folder.path().join("state")), Err(Error::StateInUse { .. })));
    running.stop().await;

    let running = start(options).await.unwrap();
    let body = br#"{"TableName":"stack-things","Key":{"PK":{"S":"a"}}}"#;
    let found: Value = serde_json::from_slice(&running.dynamodb.handle("GetItem", body).await.body).unwrap();
    assert_eq!(found["Item"]["PK"]["S"], "a");
    assert_eq!(running.admin, keys);
    running.stop().await;
    reset(&folder.path().join("state")).unwrap();
    assert!(!folder.path().join("state/data").exists());
    assert!(!folder.path().join("state").join(ENDPOINTS_FILE).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_listener_moves_the_clock_of_functions() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(options(&folder)).await.unwrap();
    let control = running.endpoints.control_url.clone();
    environment_of(&running, "api").await;
    let http = reqwest::Client::new();
    let moved = http.post(format!("{control}/clock")).json(&json!({"offset_seconds": 1800})).send().await.unwrap();
    assert_eq!(moved.status(), 200);
    assert_eq!(environment_of(&running, "api").await["CLOCK_OFFSET_SECONDS"], "1800");

    let get = async |path: &str| reqwest::get(format!("{control}{path}")).await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(get("/clock").await["offset_seconds"], 1800);
    assert_eq!(get("/queues").await[0]["queue"], "work");
    assert_eq!(get("/mailbox").await, json!([]));
    assert_eq!(get("/outputs").await["resources"]["Things"], "stack-things");
    assert!(get("/functions/api/logs").await.to_string().contains("START RequestId"));
    assert!(get("/functions/nobody/logs").await["message"].as_str().unwrap().contains("nobody"));
    let elsewhere = http.get(format!("{control}/outputs")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(elsewhere.status(), 403);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_can_call_as_a_function_and_is_refused_what_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let running = start(Options { state: State::Directory(state.clone()), ..options(&folder) }).await.unwrap();
    let file = state.join(ENDPOINTS_FILE);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let read: Endpoints = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(read, running.endpoints);

    let send = async |keys: &Credentials| {
        let body = json!({"QueueUrl": read.resources["Work"], "MaxNumberOfMessages": 1}).to_string().into_bytes();
        let request = http::Request::post(format!("{}/", read.endpoint_url))
            .header("x-amz-target", "AmazonSQS.ReceiveMessage")
            .header("content-type", "application/x-amz-json-1.0");
        let request = crate::endpoint::sign(request.body(body).unwrap(), keys, &read.region, "sqs").unwrap();
        let answer = reqwest::Client::new().execute(request.try_into().unwrap()).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(send(&read.function_keys["feed"]).await.0, 200);
    let (status, refused) = send(&read.function_keys["api"]).await;
    assert!(status == 403 && refused.contains("AccessDenied"), "{status} {refused}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_prevents_a_start_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ports = Ports { control: taken.local_addr().unwrap().port(), ..Ports::default() };
    let error = start(Options { ports, ..options(&folder) }).await.err().unwrap().to_string();
    assert!(error.contains("control listener") && error.contains("--port"), "{error}");
    let binaries = Path::new("/nowhere").to_owned();
    let error = start(Options { binaries, ..options(&folder) }).await.err().unwrap().to_string();
    assert!(error.contains("misbehaving"), "{error}");
}
