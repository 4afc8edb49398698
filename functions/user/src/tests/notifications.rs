use contracts::{
    CheckoutCompleted, Fact, ImportFailed, ImportFailure, ImportFinished, OrderPlaced, OrderedLine, StoreFact,
};
use domain::{CheckoutId, ImportId, Money, OrderId, ProductId, StoreId, UserId, VariantId};
use jiff::SignedDuration;
use lambda::testing::Call;
use serde_json::json;

use super::{World, get, world};

const LIST: &str = "/v1/users/me/notifications";

fn order(n: u32) -> OrderPlaced {
    let line = OrderedLine {
        product_id: ProductId::derived("p"),
        variant_id: VariantId::derived("v"),
        quantity: 1,
        total: Money::tiyin(100_000),
    };
    OrderPlaced {
        order_id: OrderId::derived(&n.to_string()),
        number: format!("UM-20261123-00000{n}"),
        store_id: StoreId::derived(&n.to_string()),
        lines: vec![line],
        shipping: Money::tiyin(0),
        total: Money::tiyin(100_000),
    }
}

fn checkout(user_id: UserId) -> Fact {
    let (checkout_id, orders) = (CheckoutId::derived("c"), vec![order(1), order(2)]);
    Fact::CheckoutCompleted(CheckoutCompleted { checkout_id, user_id, cart_version: 1, orders })
}

async fn unread(w: &World, user: UserId) -> u64 {
    let reply = w.as_user(user, get("/v1/users/me/notifications/unread-count")).await;
    assert_eq!(reply.status, 200);
    reply.body["count"].as_u64().unwrap()
}

#[tokio::test]
async fn each_order_of_a_checkout_is_told_once_however_often_it_is_delivered() {
    let w = world().await;
    let user = UserId::derived("u");
    let event = w.event("checkout", checkout(user));
    for _ in 0..3 {
        w.deliver(event.clone()).await;
    }
    let at_once = (0..8).map(|_| w.deliver(event.clone()));
    futures::future::join_all(at_once).await;
    assert_eq!(unread(&w, user).await, 2);
    let reply = w.as_user(user, get(LIST)).await;
    let mut numbers: Vec<_> =
        reply.body["items"].as_array().unwrap().iter().map(|n| n["data"]["number"].as_str().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["UM-20261123-000001", "UM-20261123-000002"]);
}

#[tokio::test]
async fn the_language_is_the_readers() {
    let w = world().await;
    let user = UserId::derived("u");
    w.deliver(w.approved("u", "e")).await;
    let title = async |call: Call| w.as_user(user, call).await.body["items"][0]["title"].clone();
    assert_eq!(title(get(LIST)).await, "Do'kon tasdiqlandi", "no profile yet");
    w.registered("u").await;
    assert_eq!(title(get(LIST)).await, "Магазин одобрен", "the profile's");
    assert_eq!(title(get(LIST).header("accept-language", "en")).await, "Store approved", "the device's");
}

#[tokio::test]
async fn whoever_an_event_concerns_is_told() {
    let w = world().await;
    let (owner_id, store_id) = (UserId::derived("owner"), StoreId::derived("s"));
    let store = StoreFact { store_id, owner_id };
    let requested_by = UserId::derived("manager");
    let import =
        ImportFinished { import_id: ImportId::derived("i"), store_id, requested_by, accepted: 990, refused: 10 };
    w.deliver(w.event("a", Fact::StoreRejected(store.clone()))).await;
    w.deliver(w.event("b", Fact::ImportFinished(import))).await;
    w.deliver(w.event("c", Fact::StoreOpened(store))).await;
    let owner = w.as_user(owner_id, get(LIST)).await.body;
    assert_eq!(owner["items"].as_array().unwrap().len(), 1);
    assert_eq!(owner["items"][0]["type"], "STORE_REJECTED");
    let manager = w.as_user(requested_by, get(LIST)).await.body;
    assert_eq!(manager["items"][0]["text"], "Qo'shilgan mahsulotlar: 990, rad etilgan qatorlar: 10.");
    assert_eq!(manager["items"][0]["data"]["accepted"], 990);
}

#[tokio::test]
async fn whoever_uploaded_is_told_why_an_import_was_given_up() {
    let w = world().await;
    let (import_id, store_id, requested_by) = (ImportId::derived("i"), StoreId::derived("s"), UserId::derived("m"));
    let failed = ImportFailed { import_id, store_id, requested_by, reason: ImportFailure::FileGone };
    for _ in 0..2 {
        w.deliver(w.event("f", Fact::ImportFailed(failed.clone()))).await;
    }
    let list = w.as_user(requested_by, get(LIST).header("accept-language", "en")).await.body;
    let [told] = &list["items"].as_array().unwrap()[..] else { panic!("{list}") };
    assert_eq!((told["type"].as_str(), told["title"].as_str()), (Some("IMPORT_FAILED"), Some("Import given up")));
    assert_eq!(told["data"]["reason"], "file-gone");
    assert!(told["text"].as_str().unwrap().contains("upload it again"));
}

#[tokio::test]
async fn the_newest_is_first_and_pages_go_on() {
    let w = world().await;
    let user = UserId::derived("u");
    for n in 0..5 {
        w.deliver(w.approved("u", &format!("e{n}"))).await;
        w.ctx.clock.advance(SignedDuration::from_mins(1));
    }
    for list in [format!("{LIST}?limit=2"), format!("{LIST}?unread=true&limit=2")] {
        let (mut times, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = w.as_user(user, get(&format!("{list}{cursor}"))).await;
            assert_eq!(page.status, 200, "{:?}", page.body);
            times.extend(page.body["items"].as_array().unwrap().iter().map(|n| n["at"].as_str().unwrap().to_owned()));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let minutes: Vec<_> = times.iter().map(|t| &t[14..16]).collect();
        assert_eq!(minutes, ["04", "03", "02", "01", "00"], "{list}");
    }
    let cursor =
        w.as_user(user, get(&format!("{LIST}?limit=2"))).await.body["next_cursor"].as_str().unwrap().to_owned();
    let foreign = w.as_user(UserId::derived("v"), get(&format!("{LIST}?cursor={cursor}"))).await;
    assert_eq!((foreign.status, foreign.body["code"].as_str()), (400, Some("bad-cursor")));
}

#[tokio::test]
async fn a_notification_is_marked_by_its_reader_only() {
    let w = world().await;
    let n = w.notification("u", "e");
    w.deliver(w.approved("u", "e")).await;
    let path = format!("{LIST}/{}", n.notification_id);
    let mark = |read: bool| Call::new("PATCH", &path).json(&json!({"read": read}));
    assert_eq!(w.as_user(UserId::derived("v"), mark(true)).await.status, 404);
    assert_eq!(unread(&w, n.user_id).await, 1);
    let reply = w.as_user(n.user_id, mark(true)).await;
    assert_eq!((reply.status, &reply.body["read"]), (200, &json!(true)));
    assert_eq!(unread(&w, n.user_id).await, 0);
    assert_eq!(w.as_user(n.user_id, get(&format!("{LIST}?unread=true"))).await.body["items"], json!([]));
    assert_eq!(w.as_user(n.user_id, get(LIST)).await.body["items"][0]["read"], true);
    assert_eq!(w.as_user(n.user_id, mark(false)).await.status, 200);
    let all = Call::new("POST", &format!("{LIST}/read-all"));
    assert_eq!(w.as_user(n.user_id, all.clone()).await.body, json!({"marked": 1}));
    assert_eq!(w.as_user(n.user_id, all).await.body, json!({"marked": 0}));
}
