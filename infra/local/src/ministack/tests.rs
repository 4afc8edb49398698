//! What the tests of Cognito and S3 share, and the promises of the child process itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Environment, Error, Ministack, Options};
use crate::clock::Clock;

/// The one virtual environment of all test processes.
pub(crate) async fn environment() -> Environment {
    Environment::prepare(&python(), |line| eprintln!("{line}")).await.unwrap()
}

/// Where it is.
pub(crate) fn python() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python")
}

/// A ministack on `state`, which the caller keeps.
pub(crate) async fn start(state: &Path, invoke_url: &str, clock: &Clock) -> Ministack {
    let options = Options {
        environment: environment().await,
        state: state.to_owned(),
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        invoke_url: invoke_url.to_owned(),
        clock: clock.clone(),
    };
    Ministack::start(options).await.unwrap()
}

/// Kills the child as `kill -9` does and waits until it is gone.
pub(crate) async fn kill_9(ministack: &Ministack) {
    let pid = ministack.pid().unwrap().to_string();
    assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    ministack.stop().await;
}

type Trigger = dyn Fn(Value) -> (StatusCode, HeaderMap, Value) + Send + Sync;

/// Answers like the Invoke API, as the test says, and remembers the events it got.
#[derive(Clone)]
pub(crate) struct FakeInvokeApi {
    pub(crate) url: String,
    pub(crate) events: Arc<Mutex<Vec<Value>>>,
    trigger: Arc<Mutex<Arc<Trigger>>>,
}

impl FakeInvokeApi {
    /// One whose function returns the event with `response` in it.
    pub(crate) async fn answering(response: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let trigger = Arc::new(Mutex::new(echo_with(response)));
        let fake = Self { url, events: Arc::default(), trigger };
        let router =
            Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// From now on the function is gone.
    pub(crate) fn take_away(&self) {
        self.answer_with(|_| {
            let body = json!({ "__type": "ResourceNotFoundException", "Message": "Function not found" });
            (StatusCode::NOT_FOUND, HeaderMap::new(), body)
        });
    }

    /// From now on the function fails with `message`.
    pub(crate) fn fail_with(&self, message: &'static str) {
        self.answer_with(move |_| {
            let headers =
                HeaderMap::from_iter([("x-amz-function-error".parse().unwrap(), "Unhandled".parse().unwrap())]);
            (StatusCode::OK, headers, json!({ "errorType": "Error", "errorMessage": message }))
        });
    }

    /// From now on the function returns `payload`, whatever the event.
    pub(crate) fn return_only(&self, payload: Value) {
        self.answer_with(move |_| (StatusCode::OK, HeaderMap::new(), payload.clone()));
    }

    fn answer_with(&self, trigger: impl Fn(Value) -> (StatusCode, HeaderMap, Value) + Send + Sync + 'static) {
        *self.trigger.lock().unwrap() = Arc::new(trigger);
    }
}

fn echo_with(response: Value) -> Arc<Trigger> {
    Arc::new(move |mut event| {
        event["response"] = response.clone();
        (StatusCode::OK, HeaderMap::new(), event)
    })
}

async fn invoke(State(fake): State<FakeInvokeApi>, body: Bytes) -> (StatusCode, HeaderMap, String) {
    let event: Value = serde_json::from_slice(&body).unwrap();
    fake.events.lock().unwrap().push(event.clone());
    let trigger = Arc::clone(&fake.trigger.lock().unwrap());
    let (status, headers, answer) = trigger(event);
    (status, headers, answer.to_string())
}

#[tokio::test]
async fn only_the_host_may_call() {
    let state = tempfile::tempdir().unwrap();
    let ministack = start(state.path(), "http://127.0.0.1:9", &Clock::default()).await;
    let direct = reqwest::Client::builder().no_proxy().build().unwrap();
    let root = ministack.jwks_url("none");
    let root = root.split("/none").next().unwrap();
    for path in ["/", "/bucket/key", "/_ministack/health", "/x/.well-known/jwks.json/../../../bucket"] {
        let answer = direct.put(format!("{root}{path}")).body("x").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
    ministack.stop().await;
}

#[tokio::test]
async fn a_path_that_would_turn_into_another_is_not_forwarded() {
    let state = tempfile::tempdir().unwrap();
    let ministack = start(state.path(), "http://127.0.0.1:9", &Clock::default()).await;
    for path in ["/mine/../yours/key", "/mine/%2e%2e/yours/key"] {
        let request = Request::get(path).body(Bytes::new()).unwrap();
        assert!(matches!(ministack.forward(request).await, Err(Error::Path(_))), "{path}");
    }
    ministack.stop().await;
}

#[tokio::test]
async fn the_child_ends_when_its_host_is_killed() {
    let environment = environment().await;
    let state = tempfile::tempdir().unwrap();
    let options = json!({ "token": "t", "state": state.path(), "account": "123456789012", "region": "us-east-1", "invoke_url": "" });
    let mut host = Command::new("/bin/sh")
        .args(["-c", "printf '%s\\n' \"$1\"; exec sleep 600", "host", &options.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pipe = host.stdout.take().unwrap();
    let mut child = Command::new(environment.interpreter())
        .arg(environment.launcher())
        .stdin(pipe)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut line).unwrap();
    assert!(line.contains("port"), "{line}");
    host.kill().unwrap();
    host.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "the child outlives its host");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_second_child_waits_for_the_state_of_the_first() {
    let state = tempfile::tempdir().unwrap();
    let first = start(state.path(), "http://127.0.0.1:9", &Clock::default()).await;
    let clock = Clock::default();
    let second = start(state.path(), "http://127.0.0.1:9", &clock);
    tokio::pin!(second);
    let early = tokio::time::timeout(Duration::from_millis(1500), &mut second).await;
    assert!(early.is_err(), "both children have the state");
    first.stop().await;
    second.await.stop().await;
}

#[tokio::test]
async fn a_prepared_environment_is_found_again_at_once() {
    environment().await;
    let again = Instant::now();
    environment().await;
    assert!(again.elapsed() < Duration::from_secs(2), "{:?}", again.elapsed());
}

#[tokio::test]
async fn a_python_that_is_missing_is_told_with_a_remedy() {
    let error = super::EnvironmentError::Python { found: "python3: No such file or directory".to_owned() };
    assert!(error.to_string().contains("apt install python3"), "{error}");
    let unwritable = PathBuf::from("/proc/none");
    assert!(Environment::prepare(&unwritable, |_| {}).await.is_err());
}
