//! Batches: each entry succeeds or fails alone, and what makes the whole request fail.

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, SendMessageBatchRequestEntry,
    SendMessageBatchResultEntry,
};
use serde_json::json;

use super::{Cloud, bodies, refusal};

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().expect("complete")
}

#[tokio::test]
async fn an_invalid_entry_fails_alone() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    let batch = vec![entry("a", "one"), entry("b", "\u{0}"), entry("c", "three")];
    let sent = cloud.client.send_message_batch().queue_url(&url).set_entries(Some(batch)).send().await.expect("sent");
    let ids: Vec<_> = sent.successful().iter().map(SendMessageBatchResultEntry::id).collect();
    assert_eq!(ids, ["a", "c"]);
    assert_eq!(sent.failed().len(), 1);
    assert_eq!((sent.failed()[0].id(), sent.failed()[0].code()), ("b", "InvalidMessageContents"));
    assert!(sent.failed()[0].sender_fault());
    assert_eq!(bodies(&cloud.receive(&url).await), ["one", "three"]);
}

#[tokio::test]
async fn deletes_and_visibility_changes_of_a_batch_stand_alone() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    cloud.send(&url, "one").await;
    cloud.send(&url, "two").await;
    let received = cloud.receive(&url).await;
    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().expect("complete")
    };
    let deleted = cloud
        .client
        .delete_message_batch()
        .queue_url(&url)
        .entries(delete("a", received[0].receipt_handle().expect("a handle")))
        .entries(delete("b", "nonsense"))
        .send()
        .await
        .expect("answered");
    assert_eq!(deleted.successful()[0].id(), "a");
    assert_eq!((deleted.failed()[0].id(), deleted.failed()[0].code()), ("b", "ReceiptHandleIsInvalid"));
    let change = ChangeMessageVisibilityBatchRequestEntry::builder()
        .id("a")
        .receipt_handle(received[1].receipt_handle().expect("a handle"))
        .visibility_timeout(0)
        .build()
        .expect("complete");
    cloud.client.change_message_visibility_batch().queue_url(&url).entries(change).send().await.expect("changed");
    assert_eq!(bodies(&cloud.receive(&url).await), ["two"]);
}

#[tokio::test]
async fn a_batch_that_breaks_the_rules_is_refused_whole() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    let big = "x".repeat(600_000);
    let eleven = (0..11).map(|number| entry(&number.to_string(), "x")).collect::<Vec<_>>();
    for (entries, code) in [
        (vec![], "AWS.SimpleQueueService.EmptyBatchRequest"),
        (eleven, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"),
        (vec![entry("a", "x"), entry("a", "y")], "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"),
        (vec![entry("a b", "x")], "AWS.SimpleQueueService.InvalidBatchEntryId"),
        (vec![entry("a", &big), entry("b", &big)], "AWS.SimpleQueueService.BatchRequestTooLong"),
    ] {
        let sent = cloud.client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await;
        assert_eq!(refusal(sent).0, code);
    }
    assert_eq!(cloud.counts("orders").await, (0, 0, 0));
}
