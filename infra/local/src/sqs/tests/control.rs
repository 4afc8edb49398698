//! Operations on queues.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use serde_json::json;

use super::{Cloud, arn, bodies, redrive_to, refusal};

#[tokio::test]
async fn attributes_are_those_of_the_template_and_can_be_changed() {
    let cloud = Cloud::start().await;
    cloud.queue("orders-dlq", json!({})).await;
    let properties = json!({ "VisibilityTimeout": "45", "RedrivePolicy": redrive_to("orders-dlq", 3), "Tags": [] });
    let url = cloud.queue("orders", properties).await;
    cloud.send(&url, "one").await;
    let attributes = async || {
        let answer = cloud.client.get_queue_attributes().queue_url(&url).attribute_names(Name::All).send().await;
        answer.expect("answered").attributes.expect("all")
    };
    let before = attributes().await;
    for (name, value) in [
        (Name::VisibilityTimeout, "45"),
        (Name::DelaySeconds, "0"),
        (Name::MessageRetentionPeriod, "345600"),
        (Name::MaximumMessageSize, "1048576"),
        (Name::ReceiveMessageWaitTimeSeconds, "0"),
        (Name::ApproximateNumberOfMessages, "1"),
        (Name::QueueArn, &arn("orders")),
    ] {
        assert_eq!(before[&name], value, "{name}");
    }
    let policy: serde_json::Value = serde_json::from_str(&before[&Name::RedrivePolicy]).expect("JSON");
    assert_eq!(policy, redrive_to("orders-dlq", 3));
    let set = cloud.client.set_queue_attributes().queue_url(&url);
    let set = set.attributes(Name::VisibilityTimeout, "5").attributes(Name::RedrivePolicy, "");
    set.send().await.expect("set");
    let after = attributes().await;
    assert_eq!(after[&Name::VisibilityTimeout], "5");
    assert!(!after.contains_key(&Name::RedrivePolicy));
    let none = cloud.client.get_queue_attributes().queue_url(&url).send().await.expect("answered");
    assert!(none.attributes.is_none_or(|attributes| attributes.is_empty()));
}

#[tokio::test]
async fn queues_are_found_listed_by_prefix_and_page_and_by_their_dead_letters() {
    let cloud = Cloud::start().await;
    let dead = cloud.queue("a-dlq", json!({})).await;
    let first = cloud.queue("a-1", json!({ "RedrivePolicy": redrive_to("a-dlq", 3) })).await;
    cloud.queue("b-1", json!({})).await;
    let found = cloud.client.get_queue_url().queue_name("a-1").send().await.expect("found");
    assert_eq!(found.queue_url(), Some(first.as_str()));
    let page = cloud.client.list_queues().queue_name_prefix("a-").max_results(1).send().await.expect("listed");
    assert_eq!(page.queue_urls(), std::slice::from_ref(&first));
    let rest = cloud.client.list_queues().queue_name_prefix("a-").max_results(1);
    let rest = rest.next_token(page.next_token().expect("more")).send().await.expect("listed");
    assert_eq!((rest.queue_urls(), rest.next_token()), ([dead.clone()].as_slice(), None));
    let sources = cloud.client.list_dead_letter_source_queues().queue_url(&dead).send().await.expect("listed");
    assert_eq!(sources.queue_urls(), [first]);
}

#[tokio::test]
async fn a_queue_is_created_once_deleted_and_created_again_empty() {
    let cloud = Cloud::start().await;
    let create = |seconds: &str| {
        let attributes = HashMap::from([(Name::VisibilityTimeout, seconds.to_owned())]);
        cloud.client.create_queue().queue_name("orders").set_attributes(Some(attributes)).send()
    };
    let url = create("5").await.expect("created").queue_url.expect("a URL");
    cloud.send(&url, "one").await;
    assert_eq!(create("5").await.expect("the same").queue_url(), Some(url.as_str()));
    assert_eq!(bodies(&cloud.receive(&url).await), ["one"]);
    assert_eq!(refusal(create("6").await).0, "QueueAlreadyExists");
    cloud.client.delete_queue().queue_url(&url).send().await.expect("deleted");
    assert_eq!(
        refusal(cloud.client.delete_queue().queue_url(&url).send().await).0,
        "AWS.SimpleQueueService.NonExistentQueue"
    );
    create("6").await.expect("created");
    cloud.pass(60);
    assert!(cloud.receive(&url).await.is_empty());
}

#[tokio::test]
async fn a_purge_empties_the_queue_and_rests_for_a_minute() {
    let cloud = Cloud::start().await;
    let url = cloud.queue("orders", json!({})).await;
    cloud.send(&url, "one").await;
    let purge = || cloud.client.purge_queue().queue_url(&url).send();
    purge().await.expect("purged");
    assert_eq!(cloud.counts("orders").await, (0, 0, 0));
    assert_eq!(refusal(purge().await).0, "AWS.SimpleQueueService.PurgeQueueInProgress");
    cloud.pass(61);
    purge().await.expect("purged");
}
