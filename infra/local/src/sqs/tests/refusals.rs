//! What SQS refuses, with which code.

use serde_json::json;

use super::{Cloud, refusal};
use crate::sqs::SqsError;
use crate::sqs::tests::queue;

#[tokio::test]
async fn a_missing_queue_is_named_as_aws_names_it() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    let send = |url: String| cloud.client.send_message().queue_url(url).message_body("x").send();
    let error = send(url.replace("orders", "other")).await.expect_err("refused").into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
    let code = refusal(send(url.replace("000000000000", "111111111111")).await).0;
    assert_eq!(code, "AWS.SimpleQueueService.NonExistentQueue", "another account's");
    let (status, body, headers) = cloud.sqs.handle("GetQueueUrl", br#"{"QueueName":"other"}"#).await;
    assert_eq!(status.as_u16(), 400);
    assert_eq!(headers["x-amzn-query-error"], "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(headers["content-type"], "application/x-amz-json-1.0");
    let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let expected = json!({
        "__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist.",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn limits_hold_at_their_edge() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    let send = |body: String| cloud.client.send_message().queue_url(&url).message_body(body);
    send("x".repeat(1_048_576)).send().await.expect("1 MiB fits");
    assert_eq!(refusal(send("x".repeat(1_048_577)).send().await).0, "InvalidParameterValue");
    assert_eq!(refusal(send(String::new()).send().await).0, "MissingParameter");
    assert_eq!(refusal(send("\u{b}".to_owned()).send().await).0, "InvalidMessageContents");
    send("x".to_owned()).delay_seconds(900).send().await.expect("15 minutes fit");
    assert_eq!(refusal(send("x".to_owned()).delay_seconds(901).send().await).0, "InvalidParameterValue");
    let receive = || cloud.client.receive_message().queue_url(&url);
    for refused in [
        receive().max_number_of_messages(11),
        receive().max_number_of_messages(0),
        receive().wait_time_seconds(21),
        receive().visibility_timeout(43_201),
    ] {
        assert_eq!(refusal(refused.send().await).0, "InvalidParameterValue");
    }
}

#[tokio::test]
async fn a_standard_queue_hands_out_no_more_than_120_000_at_once() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    cloud
        .sqs
        .mailbox
        .run(|store| {
            let now = store.clock.now_ms();
            let sql = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 119995)
                       INSERT INTO messages (queue, message_id, body, sent_ms, kept_since_ms, visible_ms, receipt)
                       SELECT (SELECT id FROM queues), n, 'x', ?1, ?1, ?1 + 1000000, 'held' FROM numbers";
            Ok(store.connection.execute(sql, [now])?)
        })
        .await
        .expect("filled");
    for number in 0..10 {
        cloud.send(&url, &number.to_string()).await;
    }
    assert_eq!(cloud.receive(&url).await.len(), 5);
    assert_eq!(refusal(cloud.client.receive_message().queue_url(&url).send().await).0, "OverLimit");
}

#[tokio::test]
async fn what_belongs_to_the_other_queue_type_is_refused() {
    let cloud = Cloud::start().await;
    let standard = cloud.queue("orders", json!({})).await;
    let fifo = cloud.queue("orders.fifo", json!({ "FifoQueue": true })).await;
    let send = |url: &str| cloud.client.send_message().queue_url(url).message_body("x");
    let standard_id = send(&standard).message_deduplication_id("id").send().await;
    assert_eq!(refusal(standard_id).0, "InvalidParameterValue");
    assert_eq!(refusal(send(&fifo).send().await).0, "MissingParameter");
    assert_eq!(refusal(send(&fifo).message_group_id("a").send().await).0, "InvalidParameterValue");
    let fifo_send = || send(&fifo).message_group_id("a").message_deduplication_id("id");
    assert_eq!(refusal(fifo_send().delay_seconds(5).send().await).0, "InvalidParameterValue");
    assert_eq!(refusal(fifo_send().message_group_id("a b").send().await).0, "InvalidParameterValue");
    fifo_send().send().await.expect("sent");
}

#[tokio::test]
async fn a_queue_of_the_template_that_aws_refuses_is_refused() {
    let cloud = Cloud::start().await;
    for (name, properties) in [
        ("orders", json!({ "FifoQueue": true })),
        ("orders.fifo", json!({})),
        ("orders", json!({ "VisibilityTimeout": 43_201 })),
        ("orders", json!({ "ContentBasedDeduplication": true })),
        ("orders", json!({ "Colour": "red" })),
        ("orders", json!({ "RedrivePolicy": { "deadLetterTargetArn": "x", "maxReceiveCount": 0 } })),
    ] {
        let refused = cloud.sqs.ensure_queue(&queue(name, properties.clone())).await;
        assert!(matches!(&refused, Err(error) if !matches!(error, SqsError::Internal(_))), "{name} {properties}");
    }
}

#[tokio::test]
async fn an_operation_that_is_none_and_a_body_that_is_none_are_told_apart() {
    let cloud = Cloud::start().await;
    let query_error = async |action: &str, body: &[u8]| {
        let (_, _, headers) = cloud.sqs.handle(action, body).await;
        headers["x-amzn-query-error"].to_str().expect("text").to_owned()
    };
    assert_eq!(query_error("Sing", b"{}").await, "InvalidAction;Sender");
    assert_eq!(query_error("TagQueue", b"{}").await, "AWS.SimpleQueueService.UnsupportedOperation;Sender");
    assert_eq!(query_error("SendMessage", b"[").await, "MalformedInput;Sender");
    assert_eq!(query_error("SendMessage", b"{}").await, "MissingParameter;Sender");
}
