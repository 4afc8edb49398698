use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynamodb::OutboxRow;
use e2e::{Cloud, Person, Shop};
use futures::future::join_all;
use serde_json::{Value, json};

/// The operator's way into the cloud's AWS.
async fn aws(cloud: &Cloud) -> SdkConfig {
    let keys = Credentials::new(cloud.text("access_key_id"), cloud.text("secret_access_key"), None, None, "operator");
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(cloud.text("region").to_owned()))
        .endpoint_url(cloud.text("endpoint_url"))
        .credentials_provider(keys)
        .load()
        .await
}

/// The newest event of that type in the order service's outbox, as text.
async fn outbox_event(cloud: &Cloud, kind: &str) -> String {
    let client = aws_sdk_dynamodb::Client::new(&aws(cloud).await);
    let rows = client.scan().table_name(cloud.resource("OrderTable")).send().await.unwrap();
    let mut events = rows.items().iter().filter_map(|row| match row.get("event")? {
        AttributeValue::S(plain) => OutboxRow::streamed(&json!({"S": plain})),
        AttributeValue::B(packed) => OutboxRow::streamed(&json!({"B": STANDARD.encode(packed)})),
        _ => None,
    });
    events.rfind(|text| text.contains(&format!("\"{kind}\""))).expect("the event was told")
}

async fn depth(cloud: &Cloud, queue: &str) -> Option<u64> {
    let queues = cloud.control().get("/queues").await.body;
    let queue = queues.as_array()?.iter().find(|q| q["queue"] == queue)?.clone();
    Some(["visible", "in_flight", "delayed"].iter().filter_map(|state| queue[*state].as_u64()).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_delivered_twice_changes_the_world_once() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;
    let buyer = Person::join(&cloud, "twice", "CUSTOMER").await;
    let order = shop.buy(&buyer, 2, "delivered-twice").await.expect_status(201).body;
    let sold = shop.sold_today_after(1).await;

    // The very event, as the outbox holds it, sent to each subscriber again, twice in one batch.
    let event = outbox_event(&cloud, "checkout.completed").await;
    let sqs = aws_sdk_sqs::Client::new(&aws(&cloud).await);
    for queue in ["AnalyticsQueue", "UserQueue", "CartQueue"] {
        for _ in 0..2 {
            sqs.send_message().queue_url(cloud.resource(queue)).message_body(&event).send().await.unwrap();
        }
    }
    // A poison message beside them ends in the dead-letter queue, and only it.
    sqs.send_message().queue_url(cloud.resource("AnalyticsQueue")).message_body("not an event").send().await.unwrap();
    e2e::until("the good messages are dealt with", || async {
        let queues = ["um-dev-user-events", "um-dev-cart-events", "um-dev-analytics-events"];
        let left = join_all(queues.map(|queue| depth(&cloud, queue))).await;
        // The poison stays; a window of five seconds gathers analytics' batch.
        (left == [Some(0), Some(0), Some(1)]).then_some(())
    })
    .await;
    // Redrive takes five receives of 30 s each: the clock is moved on until the message is through with them.
    let mut offset_seconds = 0;
    e2e::until("the poison is in the dead-letter queue", || {
        offset_seconds += 31;
        let (cloud, offset_seconds) = (&cloud, offset_seconds);
        async move {
            cloud.clock(offset_seconds).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            let dead = depth(cloud, "um-dev-analytics-events-dead").await?;
            (dead == 1 && depth(cloud, "um-dev-analytics-events").await? == 0).then_some(())
        }
    })
    .await;
    cloud.clock(0).await;

    assert_eq!(shop.sold_today().await, sold, "the sale counts once");
    let notifications = buyer.client.get("/v1/users/me/notifications").await.expect_status(200);
    let about: Vec<&Value> = notifications.body["items"].as_array().unwrap().iter().collect();
    assert_eq!(about.len(), 1, "one notification for {}", order["orders"][0]["number"]);
    cloud.stop().await;
}
