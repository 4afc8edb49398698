//! Dead-letter queues.

use aws_sdk_sqs::types::MessageSystemAttributeName as Name;
use serde_json::json;

use super::{Cloud, arn, bodies, redrive_to, refusal};

#[tokio::test]
async fn only_what_was_received_too_often_becomes_a_dead_letter() {
    let cloud = Cloud::start().await;
    let dead = cloud.queue("orders-dlq", json!({})).await;
    let url = cloud.queue("orders", json!({ "RedrivePolicy": redrive_to("orders-dlq", 2) })).await;
    cloud.send(&url, "poison").await;
    cloud.send(&url, "fine").await;
    let mut poison_id = None;
    for _ in 0..2 {
        for message in cloud.receive(&url).await {
            match message.body() {
                Some("poison") => poison_id = message.message_id().map(str::to_owned),
                _ => cloud.delete(&url, &message).await,
            }
        }
        assert!(cloud.receive(&dead).await.is_empty());
        cloud.pass(31);
    }
    assert!(cloud.receive(&url).await.is_empty(), "moved instead of received a third time");
    let letters = cloud.receive(&dead).await;
    assert_eq!(bodies(&letters), ["poison"]);
    assert_eq!(letters[0].message_id(), poison_id.as_deref());
    let attributes = letters[0].attributes().expect("asked for");
    assert_eq!(attributes[&Name::ApproximateReceiveCount], "3");
    assert_eq!(attributes[&Name::DeadLetterQueueSourceArn], arn("orders"));
}

#[tokio::test]
async fn a_dead_letter_unblocks_its_group() {
    let cloud = Cloud::start().await;
    let dead = cloud.queue("orders-dlq.fifo", json!({ "FifoQueue": true })).await;
    let properties = json!({
        "FifoQueue": true, "ContentBasedDeduplication": true, "RedrivePolicy": redrive_to("orders-dlq.fifo", 1),
    });
    let url = cloud.queue("orders.fifo", properties).await;
    cloud.send_to_group(&url, "a", "poison").await;
    cloud.send_to_group(&url, "a", "next").await;
    assert_eq!(bodies(&cloud.receive_up_to(&url, 1).await), ["poison"]);
    cloud.pass(31);
    assert_eq!(bodies(&cloud.receive(&url).await), ["next"]);
    assert_eq!(bodies(&cloud.receive(&dead).await), ["poison"]);
}

#[tokio::test]
async fn the_retention_of_a_dead_letter_counts_from_when_it_was_sent() {
    let cloud = Cloud::start().await;
    let dead = cloud.queue("orders-dlq", json!({ "MessageRetentionPeriod": 60 })).await;
    let url = cloud.queue("orders", json!({ "RedrivePolicy": redrive_to("orders-dlq", 1) })).await;
    cloud.send(&url, "poison").await;
    cloud.receive(&url).await;
    cloud.pass(50);
    cloud.receive(&url).await;
    cloud.pass(11);
    assert!(cloud.receive(&dead).await.is_empty());
}

#[tokio::test]
async fn dead_letters_are_moved_back_as_new_messages() {
    let cloud = Cloud::start().await;
    let dead = cloud.queue("orders-dlq", json!({})).await;
    let url = cloud.queue("orders", json!({ "RedrivePolicy": redrive_to("orders-dlq", 1) })).await;
    cloud.send(&url, "poison").await;
    let before = cloud.receive(&url).await.remove(0);
    cloud.pass(31);
    cloud.receive(&url).await;
    let start = cloud.client.start_message_move_task().source_arn(arn("orders-dlq")).send().await;
    assert!(start.expect("moved").task_handle().is_some());
    assert!(cloud.receive(&dead).await.is_empty());
    let again = cloud.receive(&url).await.remove(0);
    assert_eq!(again.body(), Some("poison"));
    assert_ne!(again.message_id(), before.message_id());
    assert_eq!(again.attributes().expect("asked for")[&Name::ApproximateReceiveCount], "1");
    let tasks = cloud.client.list_message_move_tasks().source_arn(arn("orders-dlq")).send().await.expect("listed");
    assert_eq!(tasks.results()[0].status(), Some("COMPLETED"));
    assert_eq!(tasks.results()[0].approximate_number_of_messages_moved(), 1);
    let (code, _) = refusal(cloud.client.start_message_move_task().source_arn(arn("orders")).send().await);
    assert_eq!(code, "InvalidParameterValue", "not a dead-letter queue");
}
