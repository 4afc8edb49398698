//! The sample events of this service's functions, each through its real handler.

use domain::UserId;
use lambda::testing::{Call, hostile, is_sound};
use serde_json::{Value, json};

use super::{World, world};
use crate::consume::Consumer;
use crate::ops::unread_count;

fn sample(name: &str) -> Value {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn work(w: &World, name: &str) -> Value {
    lambda::worker::handle(&Consumer::new(w.ctx.clone()), sample(name)).await.unwrap()
}

async fn replay(w: &World, name: &str) -> u16 {
    let reply = w.send(Call::recorded(sample(&format!("user-api.{name}")))).await;
    assert!(reply.status < 300, "{name}: {:?}", reply.body);
    reply.status
}

#[tokio::test]
async fn a_request_is_answered_once_the_registration_was_delivered() {
    let w = world().await;
    let outcome = work(&w, "user-worker.registered").await;
    assert_eq!(outcome, json!({"batchItemFailures": []}));
    for name in ["me", "change-me", "unread-notifications", "regions", "change-preferences", "public-profile"] {
        assert_eq!(replay(&w, name).await, 200, "{name}");
    }
}

#[tokio::test]
async fn an_address_is_added_once_shown_and_given_to_the_checkout() {
    let w = world().await;
    for _ in 0..2 {
        assert_eq!(replay(&w, "add-address").await, 201);
    }
    for name in ["addresses", "internal-address"] {
        assert_eq!(replay(&w, name).await, 200, "{name}");
    }
}

#[tokio::test]
async fn nothing_that_anybody_sends_is_our_fault() {
    let names = [
        "me",
        "change-me",
        "unread-notifications",
        "regions",
        "change-preferences",
        "add-address",
        "addresses",
        "internal-address",
    ];
    let w = world().await;
    work(&w, "user-worker.registered").await;
    for name in names {
        for call in hostile(&sample(&format!("user-api.{name}"))) {
            let event = call.event().clone();
            let reply = w.send(call).await;
            assert!(is_sound(&reply), "{name}: {reply:?}: {event}");
        }
    }
}

#[tokio::test]
async fn each_event_of_a_batch_becomes_a_notification() {
    let w = world().await;
    let outcome = work(&w, "user-worker.notifications").await;
    assert_eq!(outcome, json!({"batchItemFailures": []}));
    let user: UserId = "0198e4c2-0000-7000-8000-000000000001".parse().unwrap();
    assert_eq!(unread_count(&w.ctx, user).await.unwrap().count, 5);
}

#[tokio::test]
async fn an_owner_is_told_once_of_each_step_that_others_took_with_their_store() {
    let w = world().await;
    for _ in 0..2 {
        assert_eq!(work(&w, "user-worker.standing").await, json!({"batchItemFailures": []}));
    }
    let owner: UserId = "0198e4c2-0000-7000-8000-000000000001".parse().unwrap();
    assert_eq!(unread_count(&w.ctx, owner).await.unwrap().count, 2);
}

#[tokio::test]
async fn each_kind_of_fact_is_told_once_however_often_the_batch_comes() {
    let w = world().await;
    let user: UserId = "0198e4c2-0000-7000-8000-000000000001".parse().unwrap();
    for _ in 0..2 {
        assert_eq!(work(&w, "user-worker.story").await, json!({"batchItemFailures": []}));
        assert_eq!(unread_count(&w.ctx, user).await.unwrap().count, 8);
    }
}
