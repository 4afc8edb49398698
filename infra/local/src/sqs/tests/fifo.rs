//! FIFO queues: order by group, groups that wait, duplicates, handles that expire.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_sqs::types::MessageSystemAttributeName as Name;
use serde_json::json;
use tokio::sync::Mutex;

use super::{Cloud, bodies, refusal};

#[tokio::test]
async fn a_group_waits_for_what_is_in_flight_and_others_do_not() {
    let cloud = Cloud::start().await;
    let url = cloud.fifo("orders.fifo").await;
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")] {
        cloud.send_to_group(&url, group, body).await;
    }
    let first = cloud.receive_up_to(&url, 1).await;
    assert_eq!(bodies(&first), ["a1"]);
    let other = cloud.receive(&url).await;
    assert_eq!(bodies(&other), ["b1"]);
    assert!(cloud.receive(&url).await.is_empty());
    cloud.delete(&url, &first[0]).await;
    assert_eq!(bodies(&cloud.receive(&url).await), ["a2", "a3"], "one receive may take several of a group");
}

#[tokio::test]
async fn what_failed_comes_again_before_what_follows_it() {
    let cloud = Cloud::start().await;
    let url = cloud.fifo("orders.fifo").await;
    cloud.send_to_group(&url, "a", "a1").await;
    cloud.send_to_group(&url, "a", "a2").await;
    assert_eq!(bodies(&cloud.receive_up_to(&url, 1).await), ["a1"]);
    cloud.pass(31);
    assert_eq!(bodies(&cloud.receive(&url).await), ["a1", "a2"]);
}

#[tokio::test]
async fn order_holds_by_group_under_concurrent_receivers() {
    const GROUPS: usize = 4;
    const EACH: usize = 15;
    let cloud = Arc::new(Cloud::start().await);
    let url = cloud.fifo("orders.fifo").await;
    for number in 0..EACH {
        for group in 0..GROUPS {
            cloud.send_to_group(&url, &group.to_string(), &format!("{group}:{number}")).await;
        }
    }
    let seen: Arc<Mutex<HashMap<String, Vec<usize>>>> = Arc::default();
    let receivers: Vec<_> = (0..6)
        .map(|_| {
            let (cloud, url, seen) = (Arc::clone(&cloud), url.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                while seen.lock().await.values().map(Vec::len).sum::<usize>() < GROUPS * EACH {
                    for message in cloud.receive_up_to(&url, 3).await {
                        let (group, number) = message.body().and_then(|body| body.split_once(':')).expect("a pair");
                        let number = number.parse().expect("a number");
                        seen.lock().await.entry(group.to_owned()).or_default().push(number);
                        cloud.delete(&url, &message).await;
                    }
                }
            })
        })
        .collect();
    for receiver in receivers {
        receiver.await.expect("no panic");
    }
    let seen = seen.lock().await;
    assert_eq!(seen.len(), GROUPS);
    for numbers in seen.values() {
        assert_eq!(*numbers, (0..EACH).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_duplicate_within_five_minutes_is_answered_as_the_first_and_not_stored() {
    let cloud = Cloud::start().await;
    let url = cloud.fifo("orders.fifo").await;
    let send = |id: Option<&str>, body: &str| {
        cloud
            .client
            .send_message()
            .queue_url(&url)
            .message_group_id("a")
            .message_body(body)
            .set_message_deduplication_id(id.map(str::to_owned))
            .send()
    };
    let first = send(None, "same").await.expect("sent");
    let by_content = send(None, "same").await.expect("sent");
    assert_eq!(first.message_id(), by_content.message_id());
    assert_eq!(first.sequence_number(), by_content.sequence_number());
    let by_id = send(Some("id"), "one body").await.expect("sent");
    assert_eq!(send(Some("id"), "another body").await.expect("sent").message_id(), by_id.message_id());
    assert!(by_id.sequence_number() > first.sequence_number());
    // Also when the first one is processed and gone.
    let received = cloud.receive(&url).await;
    assert_eq!(bodies(&received), ["same", "one body"]);
    for message in &received {
        cloud.delete(&url, message).await;
    }
    cloud.pass(299);
    send(None, "same").await.expect("sent");
    assert!(cloud.receive(&url).await.is_empty());
    cloud.pass(2);
    assert_ne!(send(None, "same").await.expect("sent").message_id(), first.message_id());
    assert_eq!(bodies(&cloud.receive(&url).await), ["same"]);
}

#[tokio::test]
async fn duplicates_are_judged_by_group_when_the_queue_says_so() {
    let cloud = Cloud::start().await;
    let properties =
        json!({ "FifoQueue": true, "ContentBasedDeduplication": true, "DeduplicationScope": "messageGroup" });
    let url = cloud.queue("orders.fifo", properties).await;
    for group in ["a", "b", "a"] {
        cloud.send_to_group(&url, group, "same").await;
    }
    assert_eq!(cloud.counts("orders.fifo").await, (2, 0, 0));
}

#[tokio::test]
async fn a_handle_expires_with_its_visibility_timeout() {
    let cloud = Cloud::start().await;
    let url = cloud.fifo("orders.fifo").await;
    cloud.send_to_group(&url, "a", "a1").await;
    let message = cloud.receive(&url).await.remove(0);
    cloud.pass(31);
    let handle = message.receipt_handle().expect("a handle");
    let (code, text) = refusal(cloud.client.delete_message().queue_url(&url).receipt_handle(handle).send().await);
    assert_eq!(code, "InvalidParameterValue");
    assert!(text.ends_with("Reason: The receipt handle has expired."), "{text}");
    let change = cloud.client.change_message_visibility().queue_url(&url).receipt_handle(handle).visibility_timeout(9);
    assert_eq!(refusal(change.send().await).0, "InvalidParameterValue");
}

#[tokio::test]
async fn a_message_carries_its_group_its_deduplication_id_and_its_sequence_number() {
    let cloud = Cloud::start().await;
    let url = cloud.fifo("orders.fifo").await;
    cloud.send_to_group(&url, "a", "a1").await;
    let message = cloud.receive(&url).await.remove(0);
    let attributes = message.attributes().expect("asked for");
    assert_eq!(attributes[&Name::MessageGroupId], "a");
    assert_eq!(
        attributes[&Name::MessageDeduplicationId],
        "f55ff16f66f43360266b95db6f8fec01d76031054306ae4a4b380598f6cfd114",
        "the SHA-256 of the body"
    );
    assert_eq!(attributes[&Name::SequenceNumber].len(), 20);
}

#[tokio::test]
async fn deleting_wakes_whoever_waits_for_the_rest_of_the_group() {
    let cloud = Cloud::start().await;
    let url = cloud.fifo("orders.fifo").await;
    cloud.send_to_group(&url, "a", "a1").await;
    cloud.send_to_group(&url, "a", "a2").await;
    let first = cloud.receive_up_to(&url, 1).await.remove(0);
    let waiting = {
        let (client, url) = (cloud.client.clone(), url.clone());
        tokio::spawn(async move { client.receive_message().queue_url(url).wait_time_seconds(20).send().await })
    };
    cloud.delete(&url, &first).await;
    let received = tokio::time::timeout(super::PATIENCE, waiting).await.expect("woken").expect("no panic");
    assert_eq!(bodies(&received.expect("received").messages.unwrap_or_default()), ["a2"]);
}
