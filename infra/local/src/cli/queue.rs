//! `local queue`: what waits, and dead letters sent back.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::client::Client;
use super::columns::columns;
use super::{Error, names};
use crate::clock::Clock;
use crate::sqs::{QueueCounts, Waiting};

/// How many messages each queue holds.
pub(super) async fn queues(client: &Client) -> Result<String, Error> {
    let queues: Vec<QueueCounts> = client.get("/queues", &[]).await?;
    let rows: Vec<[String; 5]> = queues
        .into_iter()
        .map(|queue| {
            let counts = [queue.visible, queue.in_flight, queue.delayed].map(|count| count.to_string());
            let [visible, in_flight, delayed] = counts;
            [queue.queue, visible, in_flight, delayed, queue.dead_letter_queue.unwrap_or("-".to_owned())]
        })
        .collect();
    Ok(columns(["queue", "waiting", "in flight", "delayed", "dead letters go to"], &rows))
}

/// The messages of a queue, left where they are.
pub(super) async fn messages(client: &Client, name: &str, limit: u32) -> Result<String, Error> {
    let name = queue(client, name)?;
    let messages: Vec<Waiting> =
        client.get(&format!("/queues/{name}/messages"), &[("limit", &limit.to_string())]).await?;
    if messages.is_empty() {
        return Ok(format!("{name} is empty"));
    }
    let clock: Value = client.get("/clock", &[]).await?;
    let now = Clock::default().machine_now().as_millisecond() + clock["offset_seconds"].as_i64().unwrap_or(0) * 1000;
    let each = messages.iter().map(|message| {
        let hidden =
            if message.visible_ms > now { format!(", hidden until {}", at(message.visible_ms)) } else { String::new() };
        let received = match message.receive_count {
            0 => "not received yet".to_owned(),
            count => format!("received {count} times"),
        };
        format!("{}  sent {}, {received}{hidden}\n{}", message.message_id, at(message.sent_ms), readable(&message.body))
    });
    Ok(each.collect::<Vec<_>>().join("\n\n"))
}

/// Sends the dead letters of a queue back to where they came from; `name` is that queue or the one they lie in.
pub(super) async fn redrive(client: &Client, name: &str) -> Result<String, Error> {
    let name = queue(client, name)?;
    let queues: Vec<QueueCounts> = client.get("/queues", &[]).await?;
    let own = queues.iter().find(|queue| queue.queue == name).and_then(|queue| queue.dead_letter_queue.as_deref());
    let dead_letters = own.unwrap_or(name);
    if !queues.iter().any(|queue| queue.dead_letter_queue.as_deref() == Some(dead_letters)) {
        return Err(Error::usage(format!(
            "no queue sends its dead letters to {dead_letters}: what lies there cannot be sent back"
        )));
    }
    let url = client.endpoints.resources.values().find(|url| url.ends_with(&format!("/{dead_letters}")));
    let account = url.and_then(|url| url.rsplit('/').nth(1)).unwrap_or_default();
    let arn = format!("arn:aws:sqs:{}:{account}:{dead_letters}", client.endpoints.region);
    client.sqs("StartMessageMoveTask", &json!({ "SourceArn": arn })).await?;
    let tasks = client.sqs("ListMessageMoveTasks", &json!({ "SourceArn": arn })).await?;
    let moved = &tasks["Results"][0]["ApproximateNumberOfMessagesMoved"];
    Ok(format!("{moved} messages of {dead_letters} were sent back"))
}

fn queue<'a>(client: &'a Client, wanted: &str) -> Result<&'a str, Error> {
    // Queues are the only resources whose id is an address at the AWS endpoint.
    let address = format!("{}/", client.endpoints.endpoint_url);
    let queues = client.endpoints.resources.iter().filter(|(_, url)| url.starts_with(&address));
    let queues = queues.filter_map(|(id, url)| Some((id.as_str(), url.rsplit('/').next()?)));
    names::find("queue", wanted, queues)
}

/// JSON on several lines, anything else as it is.
fn readable(body: &str) -> String {
    let json: Option<Value> = serde_json::from_str(body).ok();
    json.and_then(|json| serde_json::to_string_pretty(&json).ok()).unwrap_or_else(|| body.to_owned())
}

fn at(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or_default();
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
