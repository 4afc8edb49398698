//! How many messages a second pass: `cargo test -p local sqs::tests::speed -- --ignored --nocapture` measures, with the SDK
//! and its HTTP, and without them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry};
use serde_json::{Value, json};

use super::Cloud;

const CLIENTS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn messages_a_second() {
    let directory = tempfile::tempdir().expect("a directory");
    let cloud = Arc::new(Cloud::open(Some(&directory.path().join("sqs.db"))).await);
    let url = cloud.queue("orders", json!({})).await;
    let body = "x".repeat(500);

    let single = in_parallel(|| {
        let (cloud, url, body) = (Arc::clone(&cloud), url.clone(), body.clone());
        async move {
            for _ in 0..500 {
                cloud.send(&url, &body).await;
            }
            500
        }
    });
    println!("single sends a second: {:.0}", single.await);

    let batches = in_parallel(|| {
        let (cloud, url, body) = (Arc::clone(&cloud), url.clone(), body.clone());
        async move {
            for _ in 0..200 {
                let entries = (0..10).map(|id| {
                    let entry = SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body(&body);
                    entry.build().expect("complete")
                });
                let batch = cloud.client.send_message_batch().queue_url(&url).set_entries(Some(entries.collect()));
                assert!(batch.send().await.expect("sent").failed().is_empty());
            }
            2_000
        }
    });
    println!("sends a second in batches of 10: {:.0}", batches.await);

    let left = Arc::new(AtomicUsize::new(CLIENTS * 2_500));
    let received = in_parallel(|| {
        let (cloud, url, left) = (Arc::clone(&cloud), url.clone(), Arc::clone(&left));
        async move {
            let mut done = 0;
            while left.load(Ordering::Relaxed) > 0 {
                let messages = cloud.receive(&url).await;
                if messages.is_empty() {
                    break;
                }
                let entries = messages.iter().enumerate().map(|(id, message)| {
                    let handle = message.receipt_handle().expect("a handle");
                    let entry = DeleteMessageBatchRequestEntry::builder().id(id.to_string()).receipt_handle(handle);
                    entry.build().expect("complete")
                });
                let batch = cloud.client.delete_message_batch().queue_url(&url).set_entries(Some(entries.collect()));
                assert!(batch.send().await.expect("deleted").failed().is_empty());
                left.fetch_sub(messages.len(), Ordering::Relaxed);
                done += messages.len();
            }
            done
        }
    });
    println!("received and deleted a second: {:.0}", received.await);
    assert_eq!(left.load(Ordering::Relaxed), 0);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn messages_a_second_without_http() {
    let directory = tempfile::tempdir().expect("a directory");
    let cloud = Cloud::open(Some(&directory.path().join("sqs.db"))).await;
    let url = cloud.queue("orders", json!({})).await;
    let request = json!({ "QueueUrl": url, "MessageBody": "x".repeat(500) }).to_string();
    let sent = in_parallel(|| {
        let (sqs, request) = (cloud.sqs.clone(), request.clone());
        async move {
            for _ in 0..2_000 {
                assert!(sqs.handle("SendMessage", request.as_bytes()).await.0.is_success());
            }
            2_000
        }
    });
    println!("single sends a second, without HTTP: {:.0}", sent.await);
    let receive = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 }).to_string();
    let received = in_parallel(|| {
        let (sqs, url, receive) = (cloud.sqs.clone(), url.clone(), receive.clone());
        async move {
            let mut done = 0;
            loop {
                let (_, body, _) = sqs.handle("ReceiveMessage", receive.as_bytes()).await;
                let answer: Value = serde_json::from_slice(&body).expect("JSON");
                let Some(messages) = answer["Messages"].as_array() else { return done };
                let entries = messages
                    .iter()
                    .enumerate()
                    .map(|(id, message)| json!({ "Id": id.to_string(), "ReceiptHandle": message["ReceiptHandle"] }));
                let delete = json!({ "QueueUrl": url, "Entries": entries.collect::<Vec<_>>() }).to_string();
                assert!(sqs.handle("DeleteMessageBatch", delete.as_bytes()).await.0.is_success());
                done += messages.len();
            }
        }
    });
    println!("received and deleted a second, without HTTP: {:.0}", received.await);
    assert_eq!(cloud.counts("orders").await, (0, 0, 0));
}

/// Runs one task a client; what they count, by second.
async fn in_parallel<T: Future<Output = usize> + Send + 'static>(task: impl Fn() -> T) -> f64 {
    let started = Instant::now();
    let tasks: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(task())).collect();
    let mut count = 0;
    for task in tasks {
        count += task.await.expect("no panic");
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let count = count as f64;
    count / started.elapsed().as_secs_f64()
}
