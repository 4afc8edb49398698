//! The command line as people meet it: what it says when it works and when it cannot.

#![expect(clippy::unwrap_used, reason = "what a test cannot read fails it")]

mod extend;
mod look;
mod refusals;
mod running;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A table, a queue with dead letters, and an API in front of `examples/misbehaving.rs`; nothing that needs Python.
const TEMPLATE: &str = r"
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: shop-things
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: PK, KeyType: HASH}, {AttributeName: SK, KeyType: RANGE}]
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}, {AttributeName: SK, AttributeType: S}]
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: shop-work-dead}}
  Work:
    Type: AWS::SQS::Queue
    Properties: {QueueName: shop-work, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 1}}
  Public:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /things:
            post:
              x-amazon-apigateway-integration:
                type: AWS_PROXY
                payloadFormatVersion: '2.0'
                uri: {'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Api.Arn}/invocations'}
  Api:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: misbehaving}}
    Properties: {FunctionName: shop-things-api}
";

/// How long a start or a stop may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A project of that template.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
        Self { folder }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join(".local")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        // A throw-away run keeps its files where a test can look for what is left.
        command.env("TMPDIR", self.folder.path().join("tmp"));
        std::fs::create_dir_all(self.folder.path().join("tmp")).unwrap();
        command
    }

    /// Runs a command to its end.
    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command prints that succeeds.
    fn says(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.run(arguments);
        let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(status.success(), "{arguments:?}: {stdout}{stderr}");
        stdout
    }

    /// What a command complains of that fails; never a panic.
    fn refuses(&self, arguments: &[&str]) -> String {
        let Output { status, stderr, .. } = self.run(arguments);
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(!status.success(), "{arguments:?} succeeded: {stderr}");
        assert!(!stderr.contains("panicked") && !stderr.contains("backtrace"), "{stderr}");
        stderr
    }

    /// Starts a stack with more `arguments` and waits until it is ready.
    fn up(&self, arguments: &[&str]) -> Up<'_> {
        let file = self.folder.path().join(format!("stderr-{}", arguments.concat()));
        let mut command = self.command(&["up", "--port", "0", "--bin-dir"]);
        command.arg(functions()).args(arguments).stdout(Stdio::piped());
        let mut child = command.stderr(std::fs::File::create(&file).unwrap()).spawn().unwrap();
        let mut line = [0; 6];
        let ready = child.stdout.as_mut().unwrap().read_exact(&mut line);
        assert!(ready.is_ok() && &line == b"ready ", "not ready: {}", std::fs::read_to_string(&file).unwrap());
        Up { project: self, child, file }
    }
}

/// Where cargo puts the examples: in the directory beside the one this test runs from.
fn functions() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples")
}

/// A stack that runs. Dropping it kills it.
struct Up<'a> {
    project: &'a Project,
    child: Child,
    file: PathBuf,
}

impl Up<'_> {
    /// What it has printed so far.
    fn said(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    /// Waits until it has printed a line that `holds`.
    fn line(&self, holds: impl Fn(&str) -> bool) -> String {
        until("a line is printed", || self.said().lines().find(|line| holds(line)).map(str::to_owned))
    }

    /// Sends a signal and waits for the end.
    fn end_by(&mut self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let status = until("it ends", || self.child.try_wait().unwrap());
        assert!(signal == "-KILL" || status.success(), "{signal}: {status}: {}", self.said());
    }

    /// `endpoints.json` of the durable state.
    fn endpoints(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.project.state().join("endpoints.json")).unwrap()).unwrap()
    }

    /// Calls a service as the operator; the answer is a success.
    async fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let endpoints = self.endpoints();
        let text = |member: &str| endpoints[member].as_str().unwrap().to_owned();
        let keys = local::iam::Credentials {
            access_key_id: text("access_key_id"),
            secret_access_key: text("secret_access_key"),
        };
        let request = http::Request::post(text("endpoint_url") + "/")
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .body(body.to_string().into_bytes())
            .unwrap();
        let request = local::endpoint::sign(request, &keys, &text("region"), service).unwrap();
        let answer = http_client().execute(request.try_into().unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{target}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    /// Posts to the API.
    async fn post(&self, body: Value) -> u16 {
        let url = self.endpoints()["public_url"].as_str().unwrap().to_owned() + "/things";
        http_client().post(url).json(&body).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn http_client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Whether a process runs still.
fn alive(process: u32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap().stdout;
    !state.is_empty() && !state.starts_with(b"Z")
}

/// Polls until there is a value.
fn until<T>(promise: &str, mut what: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(value) = what() {
            return value;
        }
        assert!(begun.elapsed() < PATIENCE, "within {PATIENCE:?}: {promise}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
