//! Mappings against real queues, a stream in memory and functions written here.

mod queue;
mod stream;
mod table;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Invoke, Mapping, Positions, Services, StreamError, StreamRecord, StreamSource};
use crate::clock::Clock;
use crate::lambda::{FunctionError, InvokeError, Outcome};
use crate::sqs::Sqs;
use crate::template::model::{self, EventSourceMapping, Source};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);
const ACCOUNT: &str = "000000000000";
const REGION: &str = "us-east-1";

/// What a test's function does with an event.
enum Answer {
    Ok(Value),
    Fails,
    Throttled,
    /// Answers after a while.
    Slow(Duration),
}

type Behaviour = Box<dyn Fn(&Value) -> Answer + Send + Sync>;

/// A function that keeps the events it got.
struct Function {
    behaviour: Behaviour,
    events: Mutex<Vec<Value>>,
    running: watch::Sender<usize>,
    most_running: Mutex<usize>,
}

impl Function {
    fn new(behaviour: impl Fn(&Value) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            behaviour: Box::new(behaviour),
            events: Mutex::default(),
            running: watch::Sender::new(0),
            most_running: Mutex::default(),
        })
    }

    fn events(&self) -> Vec<Value> {
        self.events.lock().expect("not poisoned").clone()
    }

    /// What `name` of each record was, by event.
    fn batches(&self, pointer: &str) -> Vec<Vec<String>> {
        let text = |record: &Value| record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.events().iter().map(|event| records(event).iter().map(text).collect()).collect()
    }
}

fn records(event: &Value) -> &Vec<Value> {
    event["Records"].as_array().expect("records")
}

impl Invoke for Function {
    fn invoke<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<Outcome, InvokeError>> {
        assert_eq!(function, "worker");
        let event: Value = serde_json::from_slice(&payload).expect("JSON");
        let answer = (self.behaviour)(&event);
        if !matches!(answer, Answer::Throttled) {
            self.events.lock().expect("not poisoned").push(event);
        }
        self.running.send_modify(|running| *running += 1);
        let running = *self.running.borrow();
        let mut most = self.most_running.lock().expect("not poisoned");
        *most = running.max(*most);
        drop(most);
        Box::pin(async move {
            let (payload, error) = match answer {
                Answer::Ok(answer) => (answer, None),
                Answer::Fails => (json!({ "errorMessage": "no" }), Some(FunctionError::Unhandled)),
                Answer::Slow(time) => {
                    tokio::time::sleep(time).await;
                    (Value::Null, None)
                }
                Answer::Throttled => {
                    self.running.send_modify(|running| *running -= 1);
                    return Err(InvokeError::TooManyRequests);
                }
            };
            self.running.send_modify(|running| *running -= 1);
            Ok(Outcome {
                payload: payload.to_string().into(),
                error,
                request_id: "request".to_owned(),
                duration: Duration::ZERO,
                init_duration: None,
                log_tail: String::new(),
            })
        })
    }

    fn invoke_event<'a>(&'a self, _: &'a str, _: Bytes) -> BoxFuture<'a, Result<(), InvokeError>> {
        panic!("mappings invoke synchronously")
    }
}

/// A stream in memory, with numbers as long as DynamoDB's.
#[derive(Default)]
struct Stream {
    records: Mutex<Vec<StreamRecord>>,
    writes: watch::Sender<u64>,
}

impl Stream {
    /// Writes records whose key is the text and whose number is their place.
    fn write(&self, keys: &[&str]) {
        self.write_at(keys, now());
    }

    fn write_at(&self, keys: &[&str], created: Timestamp) {
        let mut records = self.records.lock().expect("not poisoned");
        for key in keys {
            let sequence_number = format!("{:021}", records.len() + 1);
            let event = json!({
                "eventID": sequence_number, "eventName": "INSERT", "eventSource": "aws:dynamodb", "awsRegion": REGION,
                "dynamodb": {
                    "Keys": { "PK": { "S": key } }, "NewImage": { "PK": { "S": key } },
                    "SequenceNumber": sequence_number, "ApproximateCreationDateTime": created.as_second(),
                },
            });
            records.push(StreamRecord { sequence_number, event });
        }
        drop(records);
        self.writes.send_modify(|writes| *writes += 1);
    }

    /// Forgets the oldest records, as the end of their retention does.
    fn trim(&self, count: usize) {
        self.records.lock().expect("not poisoned").drain(..count);
    }
}

impl StreamSource for Stream {
    fn stream_arn(&self, table: &str) -> Result<String, StreamError> {
        Ok(format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/label"))
    }

    fn shard_id(&self, _: &str) -> String {
        "shard".to_owned()
    }

    fn records(&self, _: &str, after: Option<&str>, limit: usize) -> Result<Vec<StreamRecord>, StreamError> {
        let records = self.records.lock().expect("not poisoned");
        let later = records.iter().filter(|record| after.is_none_or(|after| record.sequence_number.as_str() > after));
        Ok(later.take(limit).cloned().collect())
    }

    fn latest(&self, _: &str) -> Result<Option<String>, StreamError> {
        Ok(self.records.lock().expect("not poisoned").last().map(|record| record.sequence_number.clone()))
    }

    fn writes(&self, _: &str) -> watch::Receiver<u64> {
        self.writes.subscribe()
    }
}

/// Queues, a stream and positions that mappings run on.
struct Cloud {
    sqs: Sqs,
    stream: Arc<Stream>,
    positions: Positions,
    clock: Clock,
}

impl Cloud {
    fn start() -> Self {
        Self::with_positions(None)
    }

    fn with_positions(file: Option<&Path>) -> Self {
        let clock = Clock::default();
        Self {
            sqs: Sqs::open(None, clock.clone(), "http://127.0.0.1".to_owned()).expect("a database"),
            stream: Arc::default(),
            positions: Positions::open(file).expect("a database"),
            clock,
        }
    }

    async fn queue(&self, name: &str, properties: Value) {
        let (logical_id, arn) = (name.to_owned(), arn(name));
        let queue = model::Queue { name: name.to_owned(), logical_id, arn, properties };
        self.sqs.ensure_queue(&queue).await.expect("valid");
    }

    async fn run(&self, mapping: EventSourceMapping, function: &Arc<Function>) -> Run {
        let mapping = Mapping::new(mapping, self.services(function)).await.expect("valid");
        let (shutdown, stop) = watch::channel(false);
        Run { shutdown, task: tokio::spawn(mapping.run(stop)) }
    }

    fn services(&self, function: &Arc<Function>) -> Services {
        Services {
            lambda: Arc::clone(function) as Arc<dyn Invoke>,
            sqs: self.sqs.clone(),
            streams: Arc::clone(&self.stream) as Arc<dyn StreamSource>,
            positions: self.positions.clone(),
            clock: self.clock.clone(),
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
        }
    }

    /// Visible and in flight.
    async fn counts(&self, name: &str) -> (i64, i64) {
        let counts = self.sqs.counts().await.expect("counted");
        let counts = counts.into_iter().find(|counts| counts.queue == name).expect("a queue");
        (counts.visible, counts.in_flight)
    }

    /// Waits until the queue holds so many messages, visible and in flight.
    async fn settles(&self, name: &str, counts: (i64, i64)) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.counts(name).await;
            if found == counts {
                return;
            }
            assert!(Instant::now() < deadline, "{name}: {found:?} instead of {counts:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A running mapping. It stops with the test.
struct Run {
    shutdown: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Run {
    async fn stop(self) {
        self.shutdown.send_replace(true);
        tokio::time::timeout(PATIENCE, self.task).await.expect("in time").expect("no panic");
    }
}

fn now() -> Timestamp {
    Clock::default().now()
}

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

pub(super) fn mapping(source: Source) -> EventSourceMapping {
    EventSourceMapping {
        id: "Worker/Source".to_owned(),
        function: "worker".to_owned(),
        source,
        batch_size: 10,
        window: Duration::ZERO,
        filters: Vec::new(),
        report_batch_item_failures: true,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        bisect_on_error: false,
        on_failure_queue_arn: None,
        maximum_concurrency: None,
        from_trim_horizon: true,
    }
}

/// Waits for what a test expects, and says what there was instead.
async fn eventually<T: std::fmt::Debug>(look: impl Fn() -> T, expected: impl Fn(&T) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = look();
        if expected(&found) {
            return;
        }
        assert!(Instant::now() < deadline, "{found:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Answers with the identifiers of the records whose text at `pointer` is one of `poison`.
fn fails_at(event: &Value, pointer: &str, identifier: &str, poison: &[&str]) -> Answer {
    let failed = records(event)
        .iter()
        .filter(|record| record.pointer(pointer).and_then(Value::as_str).is_some_and(|text| poison.contains(&text)));
    let failures = failed.map(|record| json!({ "itemIdentifier": record.pointer(identifier) }));
    Answer::Ok(json!({ "batchItemFailures": failures.collect::<Vec<_>>() }))
}

/// Counts how often each text was seen.
fn seen(batches: &[Vec<String>]) -> HashMap<&str, usize> {
    let mut seen = HashMap::new();
    for text in batches.iter().flatten() {
        *seen.entry(text.as_str()).or_default() += 1;
    }
    seen
}
