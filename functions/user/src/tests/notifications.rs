use contracts::{
    Actor, CancelReason, CheckoutCompleted, Event, Fact, Fulfilment, ImportFailed, ImportFailure, ImportFinished,
    OrderCancelled, OrderEnded, OrderMoved, OrderPlaced, OrderedLine, PaymentCompleted, PaymentMethod, RefundCompleted,
    StaffFact, StaffRole, StoreFact, StoreStanding,
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
    Fact::CheckoutCompleted(CheckoutCompleted {
        checkout_id,
        user_id,
        payment_method: PaymentMethod::Payme,
        cart_version: 1,
        orders,
    })
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
    for foreign in ["de-DE,de;q=0.9", "*", ""] {
        let title = title(get(LIST).header("accept-language", foreign)).await;
        assert_eq!(title, "Магазин одобрен", "{foreign}: a language that there is not asks for none");
    }
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
async fn an_owner_is_told_that_the_platform_stopped_the_store_and_not_of_what_they_did_themselves() {
    let w = world().await;
    let (owner_id, store_id) = (UserId::derived("owner"), StoreId::derived("s"));
    let told = |revision| StoreStanding { store_id, owner_id, revision };
    for (cause, fact) in [
        ("a", Fact::StoreSuspended(told(5))),
        ("b", Fact::StoreReinstated(told(6))),
        ("a", Fact::StoreSuspended(told(5))),
    ] {
        w.deliver(w.event(cause, fact)).await;
    }
    let own = Event { actor: Actor::User { id: owner_id }, ..w.event("c", Fact::StoreClosed(told(7))) };
    w.deliver(own).await;
    let list = w.as_user(owner_id, get(LIST).header("accept-language", "en")).await.body;
    let mut told: Vec<_> = list["items"].as_array().unwrap().iter().map(|n| n["title"].as_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, ["Store reinstated", "Store suspended"]);
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

fn moved(user_id: UserId, to: Fulfilment) -> Fact {
    let OrderPlaced { order_id, number, store_id, .. } = order(1);
    Fact::OrderMoved(OrderMoved { order_id, number, user_id, store_id, to })
}

async fn titles(w: &World, user: UserId) -> Vec<String> {
    let list = w.as_user(user, get(LIST).header("accept-language", "en")).await.body;
    list["items"].as_array().unwrap().iter().map(|n| n["title"].as_str().unwrap().to_owned()).collect()
}

fn refunded(user_id: UserId) -> Fact {
    let OrderPlaced { order_id, number, store_id, total: amount, .. } = order(2);
    Fact::RefundCompleted(RefundCompleted {
        checkout_id: CheckoutId::derived("c"),
        order_id,
        number,
        user_id,
        store_id,
        amount,
    })
}

#[tokio::test]
async fn an_order_tells_its_story_each_part_once() {
    let w = world().await;
    let user_id = UserId::derived("u");
    let checkout_id = CheckoutId::derived("c");
    let paid = PaymentCompleted {
        checkout_id,
        user_id,
        payment_method: PaymentMethod::Payme,
        amount: Money::tiyin(200_000),
        orders: vec![order(1), order(2)],
    };
    let cancelled = OrderCancelled {
        checkout_id,
        user_id,
        order: order(2),
        reason: CancelReason::Store,
        purchased: true,
        refund: Some(Money::tiyin(100_000)),
    };
    let story = [
        Fact::CheckoutCompleted(CheckoutCompleted {
            checkout_id,
            user_id,
            payment_method: PaymentMethod::Payme,
            cart_version: 1,
            orders: vec![order(1)],
        }),
        Fact::PaymentCompleted(paid),
        moved(user_id, Fulfilment::Pending),
        moved(user_id, Fulfilment::Confirmed),
        moved(user_id, Fulfilment::Processing),
        moved(user_id, Fulfilment::Packed),
        moved(user_id, Fulfilment::Shipped),
        moved(user_id, Fulfilment::OutForDelivery),
        Fact::OrderDelivered(OrderEnded { checkout_id, user_id, order: order(1) }),
        Fact::OrderCancelled(cancelled),
        refunded(user_id),
    ];
    for (n, fact) in story.into_iter().enumerate() {
        let event = w.event(&format!("e{n}"), fact);
        for _ in 0..2 {
            w.deliver(event.clone()).await;
        }
        w.ctx.clock.advance(SignedDuration::from_mins(1));
    }
    let mut told = titles(&w, user_id).await;
    told.reverse();
    let expected = [
        "Order waits for its payment",
        "Payment received",
        "Order confirmed",
        "Order shipped",
        "Order out for delivery",
        "Order delivered",
        "Order cancelled",
        "Money returned",
    ];
    assert_eq!(told, expected);
    assert_eq!(unread(&w, user_id).await, 8);
    let list = w.as_user(user_id, get(LIST).header("accept-language", "ru")).await.body;
    let text = "Заказ UM-20261123-000002 отменён: магазин не может его доставить. Вам вернётся 1 000 so'm.";
    assert_eq!(list["items"][1]["text"], text);
    assert_eq!(list["items"][0]["text"], "За заказ UM-20261123-000002 вам возвращено 1 000 so'm.");
}

#[tokio::test]
async fn who_wants_no_order_updates_gets_none_but_is_told_what_concerns_the_account() {
    let w = world().await;
    let user = UserId::derived("u");
    let preferences = "/v1/users/me/preferences";
    let before = w.as_user(user, get(preferences)).await.body;
    assert_eq!(before["order_updates"], json!(["EMAIL", "PUSH", "IN_APP"]));
    assert_eq!((&before["marketing"], &before["privacy"]), (&json!([]), &json!("PUBLIC")));
    let patch = |body| Call::new("PATCH", preferences).json(&body);
    let off = w.as_user(user, patch(json!({"order_updates": ["EMAIL"]}))).await;
    assert_eq!((off.status, &off.body["order_updates"]), (200, &json!(["EMAIL"])));
    assert_eq!(w.as_user(user, patch(json!({"order_updates": ["FAX"]}))).await.status, 400);
    w.deliver(w.event("a", moved(user, Fulfilment::Shipped))).await;
    w.deliver(w.approved("u", "b")).await;
    assert_eq!(titles(&w, user).await, ["Store approved"]);
    assert_eq!(w.as_user(user, patch(json!({"order_updates": ["IN_APP"]}))).await.status, 200);
    w.deliver(w.event("c", moved(user, Fulfilment::Shipped))).await;
    assert_eq!(unread(&w, user).await, 2);
}

#[tokio::test]
async fn a_member_is_told_what_others_did_and_not_what_they_did_themselves() {
    let w = world().await;
    let user_id = UserId::derived("u");
    let fact = |role| StaffFact { store_id: StoreId::derived("s"), store_name: "Texno".into(), user_id, role };
    w.deliver(w.event("a", Fact::StaffInvited(fact(Some(StaffRole::Manager))))).await;
    let mut own = w.event("b", Fact::StaffChanged(fact(Some(StaffRole::Manager))));
    own.actor = Actor::User { id: user_id };
    w.deliver(own).await;
    w.ctx.clock.advance(SignedDuration::from_mins(1));
    w.deliver(w.event("c", Fact::StaffChanged(fact(None)))).await;
    assert_eq!(titles(&w, user_id).await, ["You left a store's staff", "Invitation to a store"]);
    let list = w.as_user(user_id, get(LIST)).await.body;
    assert_eq!(list["items"][1]["text"], "«Texno» do'koni sizni xodim sifatida taklif qilmoqda: menejer.");
}
