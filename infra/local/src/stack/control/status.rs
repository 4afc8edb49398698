//! `/status`: how everything is, at a glance.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Control, failed};
use crate::lambda::FunctionUsage;
use crate::sqs::QueueCounts;
use crate::template::model::Source;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How everything is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    /// When the stack was started, by this machine's clock.
    pub(crate) started: Timestamp,
    pub(crate) clock_offset_seconds: i64,
    /// All of them, those that were never invoked too.
    pub(crate) functions: Vec<FunctionUsage>,
    pub(crate) queues: Vec<QueueCounts>,
    /// Where the dead letters in a queue come from: a queue, or the stream of a table.
    pub(crate) dead_letters_of: BTreeMap<String, String>,
    /// Items by table.
    pub(crate) tables: BTreeMap<String, u64>,
    pub(crate) streams: Vec<Unread>,
}

/// What a function has not read yet of a table's stream.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Unread {
    pub(crate) table: String,
    pub(crate) function: String,
    pub(crate) records: u64,
    /// When the oldest of them was written, by the stack's clock.
    pub(crate) since: Option<Timestamp>,
}

pub(super) async fn show(State(control): State<Control>) -> Response {
    match status(control).await {
        Ok(status) => Json(status).into_response(),
        Err(cause) => failed(&*cause),
    }
}

async fn status(control: Control) -> Result<Status, Failure> {
    let queues = control.sqs.counts().await?;
    tokio::task::spawn_blocking(move || {
        Ok(Status {
            started: control.started,
            clock_offset_seconds: control.clock.offset_seconds(),
            functions: functions(&control),
            dead_letters_of: dead_letters_of(&control, &queues),
            queues,
            tables: tables(&control)?,
            streams: streams(&control)?,
        })
    })
    .await?
}

fn functions(control: &Control) -> Vec<FunctionUsage> {
    let used = control.lambda.usage();
    let of = |name: &str| {
        let unused = || FunctionUsage { function: name.to_owned(), ..FunctionUsage::default() };
        used.iter().find(|usage| usage.function == name).cloned().unwrap_or_else(unused)
    };
    control.stack.functions.iter().map(|function| of(&function.name)).collect()
}

fn dead_letters_of(control: &Control, queues: &[QueueCounts]) -> BTreeMap<String, String> {
    let of_queues = queues.iter().filter_map(|queue| Some((queue.dead_letter_queue.clone()?, queue.queue.clone())));
    let of_streams = control.stack.mappings.iter().filter_map(|mapping| {
        let Source::Stream(table) = &mapping.source else { return None };
        let queue = mapping.on_failure_queue_arn.as_deref()?.rsplit(':').next()?;
        Some((queue.to_owned(), format!("the stream of {table}")))
    });
    of_queues.chain(of_streams).collect()
}

fn tables(control: &Control) -> Result<BTreeMap<String, u64>, Failure> {
    let count = |name: &str| {
        let answer =
            control.dynamodb.handle_blocking("DescribeTable", json!({"TableName": name}).to_string().as_bytes());
        let answer: Value = serde_json::from_slice(&answer.body)?;
        let count = answer["Table"]["ItemCount"].as_u64().ok_or_else(|| format!("table {name}: {answer}"))?;
        Ok::<_, Failure>((name.to_owned(), count))
    };
    control.stack.tables.iter().map(|table| count(&table.name)).collect()
}

fn streams(control: &Control) -> Result<Vec<Unread>, Failure> {
    let streams = control.stack.mappings.iter().filter_map(|mapping| match &mapping.source {
        Source::Stream(table) => Some((mapping, table)),
        Source::Queue(_) => None,
    });
    let unread = streams.map(|(mapping, table)| {
        let read_to = control.positions.read_to(std::slice::from_ref(mapping))?.remove(table).flatten();
        let (records, since) = control.dynamodb.unread(table, read_to.as_deref())?;
        Ok(Unread { table: table.clone(), function: mapping.function.clone(), records, since })
    });
    unread.collect()
}
