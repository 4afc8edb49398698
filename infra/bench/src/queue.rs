//! Messages a second through a queue of the laptop cloud, in tens.

use std::time::Instant;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry};
use e2e::Cloud;
use futures::future::join_all;

use crate::load::count;

/// Clients at once.
const CLIENTS: usize = 4;
/// Messages of one client.
const MESSAGES: usize = 5_000;
/// Bytes of a message: what an event takes.
const BYTES: usize = 1_000;

/// Runs it and prints a row for sending, and one for receiving and deleting.
///
/// # Panics
/// When a message is lost.
pub(crate) async fn messages(cloud: &Cloud) {
    eprintln!("{} messages through a queue", CLIENTS * MESSAGES);
    let text = |member: &str| cloud.text(member).to_owned();
    let keys = Credentials::new(text("access_key_id"), text("secret_access_key"), None, None, "bench");
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(text("endpoint_url"))
        .region(Region::new(text("region")))
        .credentials_provider(keys)
        .build();
    let sqs = Client::from_conf(config);
    let url = sqs.create_queue().queue_name("um-dev-bench").send().await.expect("a queue is made").queue_url;
    let url = url.expect("a queue has an address");
    println!("\n| in tens, {CLIENTS} clients | messages | seconds | messages a second |\n| --- | --: | --: | --: |");
    let begun = Instant::now();
    join_all((0..CLIENTS).map(|_| send(&sqs, &url))).await;
    row("sent", begun);
    let begun = Instant::now();
    let received: usize = join_all((0..CLIENTS).map(|_| receive(&sqs, &url))).await.into_iter().sum();
    row("received and deleted", begun);
    assert_eq!(received, CLIENTS * MESSAGES, "nothing is lost");
    sqs.delete_queue().queue_url(url).send().await.expect("the queue is deleted");
}

async fn send(sqs: &Client, url: &str) {
    let body = "x".repeat(BYTES);
    let entry = |n: usize| SendMessageBatchRequestEntry::builder().id(n.to_string()).message_body(&body).build();
    let entries: Vec<_> = (0..10).map(|n| entry(n).expect("an entry has id and body")).collect();
    for _ in 0..MESSAGES / 10 {
        let call = sqs.send_message_batch().queue_url(url).set_entries(Some(entries.clone()));
        assert!(call.send().await.expect("the queue answers").failed().is_empty());
    }
}

async fn receive(sqs: &Client, url: &str) -> usize {
    let mut received = 0;
    loop {
        let call = sqs.receive_message().queue_url(url).max_number_of_messages(10);
        let messages = call.send().await.expect("the queue answers").messages.unwrap_or_default();
        if messages.is_empty() {
            return received;
        }
        received += messages.len();
        let entry = |(n, message): (usize, aws_sdk_sqs::types::Message)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(n.to_string());
            entry.set_receipt_handle(message.receipt_handle).build().expect("an entry has id and handle")
        };
        let entries = messages.into_iter().enumerate().map(entry).collect();
        let call = sqs.delete_message_batch().queue_url(url).set_entries(Some(entries));
        assert!(call.send().await.expect("the queue answers").failed().is_empty());
    }
}

fn row(what: &str, begun: Instant) {
    let (messages, seconds) = (CLIENTS * MESSAGES, begun.elapsed().as_secs_f64());
    println!("| {what} | {messages} | {seconds:.1} | {:.0} |", count(messages as u64) / seconds);
}
