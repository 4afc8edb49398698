//! The promises of the Lambda service, against a real process: `examples/misbehaving.rs`.

mod failures;
mod invoke_api;
mod lifecycle;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{InvokeError, Lambda, Logs, Options, Outcome};
use crate::clock::Clock;
use crate::template::model::Function;

/// A Lambda service with one function, and what it said on the console.
pub(crate) struct Fixture {
    pub(crate) lambda: Lambda,
    pub(crate) clock: Clock,
    console: Arc<Mutex<Vec<String>>>,
    _state: TempDir,
}

/// The function every test invokes: 20 seconds, 256 MiB.
pub(crate) fn function() -> Function {
    Function {
        logical_id: "Misbehaving".to_owned(),
        name: "misbehaving".to_owned(),
        arn: "arn:aws:lambda:us-east-1:000000000000:function:misbehaving".to_owned(),
        binary: "misbehaving".to_owned(),
        memory_mib: 256,
        timeout: Duration::from_secs(20),
        environment: [("COLOUR".to_owned(), "green".to_owned())].into(),
        policies: Vec::new(),
        has_own_role: false,
        event_retries: 2,
        event_age_max: Duration::from_hours(6),
    }
}

impl Fixture {
    pub(crate) async fn start(function: Function) -> Self {
        Self::with(function, |_| {}).await
    }

    pub(crate) async fn with(function: Function, change: impl FnOnce(&mut Options)) -> Self {
        let state = tempfile::tempdir().unwrap();
        let console = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&console);
        let sink = Arc::new(move |line: &str| lines.lock().unwrap().push(line.to_owned()));
        let clock = Clock::default();
        let logs = Logs::open(&state.path().join("logs"), clock.clone(), sink, None).unwrap();
        let mut options = Options::new(examples(), state.path().join("scratch"), logs, clock.clone());
        options.functions = vec![function];
        options.endpoint_url = "http://127.0.0.1:1".to_owned();
        change(&mut options);
        let lambda = Lambda::start(options).await.unwrap();
        Self { lambda, clock, console, _state: state }
    }

    async fn invoke(&self, payload: Value) -> Result<Outcome, InvokeError> {
        self.lambda.invoke("misbehaving", payload.to_string().into()).await
    }

    /// The answer of an invocation that has to succeed.
    async fn answer(&self, payload: Value) -> Value {
        let outcome = self.invoke(payload).await.unwrap();
        assert_eq!(outcome.error, None, "{:?}", outcome.payload);
        serde_json::from_slice(&outcome.payload).unwrap()
    }

    fn console(&self) -> Vec<String> {
        self.console.lock().unwrap().clone()
    }

    /// Waits until the function's log has a line with `text`.
    async fn until_logged(&self, text: &str) {
        let logged = || self.lambda.logs().recent("misbehaving").iter().any(|line| line.contains(text));
        until(&format!("a log line with {text:?}"), logged).await;
    }
}

/// Polls until `holds`, for at most 20 seconds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}

/// Where cargo put this crate's examples: beside the directory this test runs from.
pub(crate) fn examples() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let directory = test.parent().and_then(Path::parent).unwrap().join("examples");
    let binary = directory.join("misbehaving");
    assert!(binary.exists(), "run `cargo build -p local --examples` first: no {}", binary.display());
    directory
}

fn alive(process: u64) -> bool {
    Path::new(&format!("/proc/{process}")).exists()
}
