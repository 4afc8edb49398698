//! Standard queues: visibility, delay, retention, receipt handles, long polling, attributes.

use std::time::Instant;

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName as Name};
use serde_json::json;

use super::{Cloud, PATIENCE, bodies, refusal};

#[tokio::test]
async fn a_message_is_hidden_for_its_visibility_timeout_and_then_comes_again() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({ "VisibilityTimeout": 30 })).await;
    cloud.send(&url, "one").await;
    let first = cloud.receive(&url).await;
    assert_eq!(bodies(&first), ["one"]);
    cloud.pass(29);
    assert!(cloud.receive(&url).await.is_empty());
    cloud.pass(2);
    let second = cloud.receive(&url).await;
    assert_eq!(second[0].message_id(), first[0].message_id());
    assert_ne!(second[0].receipt_handle(), first[0].receipt_handle());
    cloud.delete(&url, &second[0]).await;
    cloud.pass(60);
    assert!(cloud.receive(&url).await.is_empty());
}

#[tokio::test]
async fn system_attributes_say_when_it_was_sent_and_how_often_received() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    let before = cloud.clock.now_ms();
    cloud.send(&url, "one").await;
    let first = cloud.receive(&url).await.remove(0);
    cloud.pass(31);
    let second = cloud.receive(&url).await.remove(0);
    let get = |message: &aws_sdk_sqs::types::Message, name: &Name| {
        message.attributes().and_then(|all| all.get(name)).cloned().unwrap_or_default()
    };
    assert_eq!(get(&first, &Name::ApproximateReceiveCount), "1");
    assert_eq!(get(&second, &Name::ApproximateReceiveCount), "2");
    let sent: i64 = get(&first, &Name::SentTimestamp).parse().expect("milliseconds");
    assert!((before..=before + 10_000).contains(&sent));
    let first_received = get(&first, &Name::ApproximateFirstReceiveTimestamp);
    assert_eq!(get(&second, &Name::ApproximateFirstReceiveTimestamp), first_received);
    assert_eq!(get(&first, &Name::SenderId), "000000000000");
    let plain = cloud.client.receive_message().queue_url(&url).visibility_timeout(0);
    cloud.pass(31);
    let plain = plain.send().await.expect("received").messages.expect("one").remove(0);
    assert!(plain.attributes().is_none_or(std::collections::HashMap::is_empty), "not asked for");
}

#[tokio::test]
async fn a_delayed_message_is_invisible_until_its_delay_is_over() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({ "DelaySeconds": 60 })).await;
    cloud.send(&url, "by the queue").await;
    let send = cloud.client.send_message().queue_url(&url).message_body("by itself").delay_seconds(0);
    send.send().await.expect("sent");
    assert_eq!(bodies(&cloud.receive(&url).await), ["by itself"]);
    assert_eq!(cloud.counts("orders").await, (0, 1, 1));
    cloud.pass(61);
    let mut found: Vec<String> = bodies(&cloud.receive(&url).await).into_iter().map(str::to_owned).collect();
    found.sort();
    assert_eq!(found, ["by itself", "by the queue"]);
}

#[tokio::test]
async fn a_message_is_gone_after_its_retention() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({ "MessageRetentionPeriod": 60 })).await;
    cloud.send(&url, "old").await;
    cloud.pass(61);
    cloud.send(&url, "new").await;
    assert_eq!(cloud.counts("orders").await, (1, 0, 0));
    assert_eq!(bodies(&cloud.receive(&url).await), ["new"]);
}

#[tokio::test]
async fn a_stale_handle_deletes_nothing_and_a_deleted_message_can_be_deleted_again() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    cloud.send(&url, "one").await;
    let stale = cloud.receive(&url).await.remove(0);
    cloud.pass(31);
    let fresh = cloud.receive(&url).await.remove(0);
    cloud.delete(&url, &stale).await;
    assert_eq!(cloud.counts("orders").await, (0, 1, 0), "still there");
    cloud.delete(&url, &fresh).await;
    cloud.delete(&url, &fresh).await;
    assert_eq!(cloud.counts("orders").await, (0, 0, 0));
    let never_issued = cloud.client.delete_message().queue_url(&url).receipt_handle("bm90aGluZw").send().await;
    assert_eq!(refusal(never_issued).0, "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn the_newest_handle_deletes_even_after_the_visibility_timeout() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    cloud.send(&url, "one").await;
    let message = cloud.receive(&url).await.remove(0);
    cloud.pass(31);
    cloud.delete(&url, &message).await;
    assert!(cloud.receive(&url).await.is_empty());
}

#[tokio::test]
async fn visibility_is_extended_ended_and_bounded_by_twelve_hours() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({ "VisibilityTimeout": 30 })).await;
    cloud.send(&url, "one").await;
    let message = cloud.receive(&url).await.remove(0);
    let change = |seconds| {
        let handle = message.receipt_handle().expect("a handle");
        cloud
            .client
            .change_message_visibility()
            .queue_url(&url)
            .receipt_handle(handle)
            .visibility_timeout(seconds)
            .send()
    };
    change(120).await.expect("extended");
    cloud.pass(100);
    assert!(cloud.receive(&url).await.is_empty());
    let (code, text) = refusal(change(43_200).await);
    assert_eq!(code, "InvalidParameterValue");
    assert!(text.contains("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"), "{text}");
    change(0).await.expect("ended");
    assert_eq!(bodies(&cloud.receive(&url).await), ["one"]);
    let (code, text) = refusal(change(10).await);
    assert_eq!(code, "InvalidParameterValue");
    assert!(text.contains("Message does not exist or is not available for visibility timeout change"), "{text}");
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_message_and_not_before_its_time_without_one() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({ "ReceiveMessageWaitTimeSeconds": 20 })).await;
    let waiting = {
        let (client, url) = (cloud.client.clone(), url.clone());
        tokio::spawn(async move { client.receive_message().queue_url(url).send().await })
    };
    let started = Instant::now();
    cloud.send(&url, "one").await;
    let received = waiting.await.expect("no panic").expect("received");
    assert_eq!(bodies(&received.messages.unwrap_or_default()), ["one"]);
    assert!(started.elapsed() < PATIENCE);

    let started = Instant::now();
    let empty = cloud.client.receive_message().queue_url(&url).wait_time_seconds(1).send().await.expect("received");
    assert!(empty.messages.is_none() && started.elapsed().as_millis() >= 990);
}

#[tokio::test]
async fn a_long_poll_sees_a_delay_end_when_the_clock_is_moved() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({ "DelaySeconds": 900 })).await;
    cloud.send(&url, "one").await;
    let waiting = {
        let (client, url) = (cloud.client.clone(), url.clone());
        tokio::spawn(async move { client.receive_message().queue_url(url).wait_time_seconds(20).send().await })
    };
    let started = Instant::now();
    cloud.pass(901);
    let received = waiting.await.expect("no panic").expect("received");
    assert_eq!(bodies(&received.messages.unwrap_or_default()), ["one"]);
    assert!(started.elapsed() < PATIENCE);
}

#[tokio::test]
async fn message_attributes_arrive_with_their_digest() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    let value = |kind: &str| MessageAttributeValue::builder().data_type(kind);
    let sent = cloud
        .client
        .send_message()
        .queue_url(&url)
        .message_body("one")
        .message_attributes("kind", value("String.label").string_value("sale").build().expect("complete"))
        .message_attributes("kilo", value("Number").string_value("1.5").build().expect("complete"))
        .message_attributes("raw", value("Binary").binary_value(Blob::new([0, 255])).build().expect("complete"))
        .send()
        .await
        .expect("sent");
    assert_eq!(sent.md5_of_message_body(), Some("f97c5d29941bfb1b2fdab0874906ab82"));
    let all = cloud.receive(&url).await.remove(0);
    let attributes = all.message_attributes().expect("asked for");
    assert_eq!(attributes["kind"].string_value(), Some("sale"));
    assert_eq!(attributes["kind"].data_type(), "String.label");
    assert_eq!(attributes["raw"].binary_value().map(AsRef::as_ref), Some([0_u8, 255].as_slice()));
    assert_eq!(all.md5_of_message_attributes(), sent.md5_of_message_attributes());
    cloud.pass(31);
    let some = cloud.client.receive_message().queue_url(&url).message_attribute_names("ki.*").send().await;
    let some = some.expect("received").messages.expect("one").remove(0);
    let mut names: Vec<_> = some.message_attributes().expect("asked for").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["kilo", "kind"]);
    assert_ne!(some.md5_of_message_attributes(), sent.md5_of_message_attributes(), "of those that are returned");
}
