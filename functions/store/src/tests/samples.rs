//! The sample events of this service's functions, each through its real handler.

use contracts::Service;
use domain::{StoreId, UserId};
use dynamodb::Tx;
use lambda::testing::{Call, hostile, is_sound, published};
use serde_json::Value;

use super::{World, details, world};
use crate::domain::{StaffMember, Store};

fn sample(name: &str) -> Value {
    let path = format!("{}/../../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

async fn replay(w: &World, name: &str) -> u16 {
    let reply = w.send(Call::recorded(sample(&format!("store-api.{name}")))).await;
    assert!(reply.status < 300, "{name}: {:?}", reply.body);
    reply.status
}

/// The store that the samples speak of.
async fn seed(w: &World) {
    let store_id: StoreId = "0198e4c2-0000-7000-8000-000000000003".parse().unwrap();
    let owner: UserId = "0198e4c2-0000-7000-8000-000000000001".parse().unwrap();
    let at = w.ctx.clock.now();
    let store = Store::open(store_id, "boshqa".parse().unwrap(), owner, details("Boshqa"), at);
    let tx = Tx::new().create("store", &store).create("owner", &StaffMember::owner(store_id, owner, at));
    w.ctx.table.commit(tx).await.unwrap();
}

#[tokio::test]
async fn each_request_is_answered() {
    let w = world().await;
    seed(&w).await;
    assert_eq!(replay(&w, "open").await, 201);
    for name in ["mine", "list", "submit", "approve", "internal-terms"] {
        assert_eq!(replay(&w, name).await, 200, "{name}");
    }
    assert_eq!(replay(&w, "invite").await, 201);
    for name in ["accept", "staff", "settings", "show-settings", "suspend", "reinstate"] {
        assert_eq!(replay(&w, name).await, 200, "{name}");
    }
    assert_eq!(replay(&w, "close").await, 204);
}

#[tokio::test]
async fn nothing_that_anybody_sends_is_our_fault() {
    let names = [
        "open",
        "mine",
        "list",
        "submit",
        "approve",
        "internal-terms",
        "invite",
        "accept",
        "staff",
        "settings",
        "show-settings",
        "suspend",
        "reinstate",
        "close",
    ];
    let w = world().await;
    seed(&w).await;
    for name in names {
        for call in hostile(&sample(&format!("store-api.{name}"))) {
            let event = call.event().clone();
            let reply = w.send(call).await;
            assert!(is_sound(&reply), "{name}: {reply:?}: {event}");
        }
    }
}

#[test]
fn what_the_outbox_holds_goes_to_its_subscribers() {
    let told = published(sample("store-publisher.outbox"));
    let told: Vec<_> = told.iter().map(|(to, event)| (*to, event.fact.name())).collect();
    let expected =
        [(Service::Analytics, "store.opened"), (Service::User, "store.approved"), (Service::Auth, "audit.recorded")];
    assert_eq!(told, expected);
}
