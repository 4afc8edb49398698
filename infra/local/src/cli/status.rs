//! `local status`.

use jiff::Timestamp;

use super::Error;
use super::client::Client;
use super::columns::columns;
use crate::clock::Clock;
use crate::sqs::QueueCounts;
use crate::stack::{Endpoints, Status, Unread};

pub(super) async fn status(client: &Client) -> Result<String, Error> {
    let status: Status = client.get("/status", &[]).await?;
    let now = Clock::default().machine_now();
    let stack_now = now + jiff::SignedDuration::from_secs(status.clock_offset_seconds);
    let parts = [
        addresses(&client.endpoints, &status, now),
        functions(&status),
        queues(&status, stack_now),
        tables(&status),
        streams(&status.streams, stack_now),
    ];
    Ok(parts.join("\n\n"))
}

fn addresses(endpoints: &Endpoints, status: &Status, now: Timestamp) -> String {
    let mut lines: Vec<[String; 2]> =
        endpoints.apis.iter().map(|(api, url)| [format!("API {api}"), url.clone()]).collect();
    for (what, url) in [
        ("AWS endpoint", &endpoints.endpoint_url),
        ("Lambda Invoke API", &endpoints.invoke_url),
        ("control", &endpoints.control_url),
    ] {
        lines.push([what.to_owned(), url.clone()]);
    }
    lines.push(["state".to_owned(), endpoints.state.display().to_string()]);
    lines.push([
        "clock".to_owned(),
        match status.clock_offset_seconds {
            0 => "this machine's".to_owned(),
            seconds => format!("{seconds} s ahead"),
        },
    ]);
    let running = format!("running for {}", age(status.started, now));
    columns([&running, ""], &lines)
}

fn functions(status: &Status) -> String {
    let rows: Vec<[String; 6]> = status
        .functions
        .iter()
        .map(|used| {
            let average = |total: f64| {
                #[expect(clippy::cast_precision_loss, reason = "for people to read")]
                let invocations = used.invocations.max(1) as f64;
                format!("{:.0}", total / invocations)
            };
            [
                used.function.clone(),
                used.invocations.to_string(),
                used.errors.to_string(),
                average(used.duration_ms),
                average(used.cpu_ms),
                (used.peak_memory_kib / 1024).to_string(),
            ]
        })
        .collect();
    columns(["function", "invocations", "errors", "ms each", "CPU ms each", "MiB"], &rows)
}

fn queues(status: &Status, now: Timestamp) -> String {
    let dead = |queue: &QueueCounts| status.dead_letters_of.contains_key(&queue.queue);
    let total = |name: &str| {
        let queue = status.queues.iter().find(|queue| queue.queue == name);
        queue.map_or(0, |queue| queue.visible + queue.in_flight + queue.delayed)
    };
    let rows: Vec<[String; 6]> = status
        .queues
        .iter()
        .filter(|queue| !dead(queue))
        .map(|queue| {
            let oldest = queue.oldest_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
            [
                queue.queue.clone(),
                queue.visible.to_string(),
                queue.in_flight.to_string(),
                queue.delayed.to_string(),
                queue.dead_letter_queue.as_deref().map_or_else(|| "-".to_owned(), |name| total(name).to_string()),
                oldest.map_or("-".to_owned(), |oldest| age(oldest, now)),
            ]
        })
        .collect();
    let table = columns(["queue", "waiting", "in flight", "delayed", "dead letters", "oldest"], &rows);
    let dead = status.dead_letters_of.iter().filter(|(name, _)| total(name) > 0);
    let dead = dead.map(|(name, source)| format!("{} dead letters of {source}: `local queue {name}`", total(name)));
    [table].into_iter().chain(dead).collect::<Vec<_>>().join("\n")
}

fn tables(status: &Status) -> String {
    let rows: Vec<[String; 2]> = status.tables.iter().map(|(name, items)| [name.clone(), items.to_string()]).collect();
    columns(["table", "items"], &rows)
}

fn streams(streams: &[Unread], now: Timestamp) -> String {
    let row = |unread: &Unread| {
        let behind = unread.since.map_or("-".to_owned(), |since| age(since, now));
        [unread.table.clone(), unread.function.clone(), unread.records.to_string(), behind]
    };
    columns(["stream of", "read by", "unread", "behind"], &streams.iter().map(row).collect::<Vec<_>>())
}

/// How long ago something was, in the largest unit that it fills.
fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(since).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
