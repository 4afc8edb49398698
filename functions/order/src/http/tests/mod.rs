//! The routes against an embedded table, and the sample events.

mod purchase;
mod stuck;

use contracts::{Event, Fact, Service};
use domain::{OrderId, StoreId, UserId};
use lambda::testing::{Call, Reply, published};
use serde_json::{Value, json};

use crate::consume::OrderWorker;
use crate::testkit::{World, clerk, line, sample, shopper, som, terms, world};

fn body() -> Value {
    json!({
        "payment_method": "CASH_ON_DELIVERY",
        "address": {
            "recipient": "Dilnoza Karimova", "phone": "+998 90 123-45-67", "region": "UZ-TK", "district": "Chilonzor",
            "street": "Bunyodkor", "house": "12", "postal_code": "100115",
        },
    })
}

fn post(key: &str, body: &Value) -> Call {
    Call::new("POST", "/v1/orders").header("idempotency-key", key).json(body)
}

fn get(path: &str) -> Call {
    Call::new("GET", path)
}

async fn placed(w: &World) -> Reply {
    w.by(shopper(), post("key-0001", &body())).await
}

fn first_order(placed: &Reply) -> String {
    placed.body["orders"][0]["order_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_order_is_placed_once_and_answered_the_same() {
    let w = world().await;
    let (first, again) = (placed(&w).await, placed(&w).await);
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(first.body["total"], json!({"amount": som(330_000).minor(), "currency": "UZS"}));
    let other = json!({"payment_method": "CASH_ON_DELIVERY", "address": body()["address"], "cart_version": 7});
    let reused = w.by(shopper(), post("key-0001", &other)).await;
    assert_eq!((reused.status, &reused.body["code"]), (422, &json!("idempotency-key-reused")));
    let tab = w.by(shopper(), post("key-0002", &body())).await;
    assert_eq!((tab.status, &tab.body["checkout_id"]), (409, &first.body["checkout_id"]));
}

#[tokio::test]
async fn a_request_that_is_not_whole_is_told_what_it_lacks() {
    let w = world().await;
    let reply = w.by(shopper(), Call::new("POST", "/v1/orders").json(&body())).await;
    assert_eq!((reply.status, &reply.body["code"]), (400, &json!("idempotency-key-required")));
    for (path, value) in [
        ("address.recipient", json!("  ")),
        ("address.phone", json!("+7 900 123 45 67")),
        ("address.region", json!("UZ-XX")),
        ("address.house", json!("")),
        ("address.postal_code", json!("140100")),
        ("address.landmark", json!("a\u{7}b")),
    ] {
        let mut body = body();
        *body.pointer_mut(&format!("/{}", path.replace('.', "/"))).unwrap_or(&mut Value::Null) = value.clone();
        if path == "address.landmark" {
            body["address"]["landmark"] = value;
        }
        let reply = w.by(shopper(), post("key-0001", &body)).await;
        let field = reply.body["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(reply.status == 422 && field.starts_with(path), "{path}: {}", reply.body);
    }
    let mut unknown = body();
    unknown["payment_method"] = json!("BARTER");
    assert_eq!(w.by(shopper(), post("key-0001", &unknown)).await.body["code"], "malformed-body");
    let mut both = body();
    both["address_id"] = json!(crate::testkit::saved_address());
    assert_eq!(w.by(shopper(), post("key-0001", &both)).await.body["errors"][0]["field"], "address");
    assert_eq!(w.send(post("key-0001", &body())).await.status, 401);
    assert_eq!(w.held(), 0);
}

#[tokio::test]
async fn refusals_name_what_they_are_about() {
    let w = world().await;
    w.stock("cpu", 1, som(100_000));
    let reply = placed(&w).await;
    assert_eq!((reply.status, &reply.body["code"]), (409, &json!("stock-short")));
    assert_eq!((&reply.body["lines"][0]["requested"], &reply.body["lines"][0]["available"]), (&json!(2), &json!(1)));
    w.cart(shopper(), 8, vec![]);
    assert_eq!(placed(&w).await.body["code"], "cart-empty");
}

#[tokio::test]
async fn an_order_is_its_buyers_alone() {
    let w = world().await;
    let id = first_order(&placed(&w).await);
    let (own, stranger) = (format!("/v1/orders/{id}"), UserId::derived("stranger"));
    let order = w.by(shopper(), get(&own).header("accept-language", "en")).await;
    assert_eq!((order.status, &order.body["lines"][0]["title"]), (200, &json!("en")));
    assert_eq!(order.body["address"]["phone"], "+998901234567");
    let history = w.by(shopper(), get(&format!("{own}/history"))).await;
    let first = &history.body["items"][0];
    assert_eq!((&first["from"], &first["to"]), (&Value::Null, &json!("PENDING")));
    for path in [own.clone(), format!("{own}/history"), "/v1/orders/1".into()] {
        assert_eq!(w.by(stranger, get(&path)).await.status, 404, "{path}");
    }
    assert_eq!(w.by(stranger, get("/v1/orders")).await.body["items"], json!([]));
}

#[tokio::test]
async fn own_orders_are_listed_newest_first_a_page_at_a_time() {
    let w = world().await;
    for version in 7..10 {
        w.cart(shopper(), version, vec![line("a", "cpu", 1)]);
        assert_eq!(w.by(shopper(), post(&format!("key-000{version}"), &body())).await.status, 201);
        w.ctx.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let first = w.by(shopper(), get("/v1/orders?limit=2")).await.body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = w.by(shopper(), get(&format!("/v1/orders?limit=2&cursor={cursor}"))).await.body;
    let at = |page: &Value, n: usize| page["items"][n]["placed_at"].as_str().unwrap().to_owned();
    assert!(at(&first, 0) > at(&first, 1) && at(&first, 1) > at(&rest, 0));
    let foreign = w.by(UserId::derived("stranger"), get(&format!("/v1/orders?cursor={cursor}"))).await;
    assert_eq!(foreign.status, 400);
}

#[tokio::test]
async fn a_store_sees_its_own_orders_and_no_others() {
    let w = world().await;
    let placed = placed(&w).await;
    let (a, b) = (StoreId::derived("a"), StoreId::derived("b"));
    let list = w.by(clerk(), get(&format!("/v1/stores/{a}/orders"))).await;
    assert_eq!((list.status, list.body["items"].as_array().unwrap().len()), (200, 1));
    let id = list.body["items"][0]["order_id"].as_str().unwrap();
    assert_eq!(w.by(clerk(), get(&format!("/v1/stores/{a}/orders/{id}"))).await.body["store_id"], json!(a));
    let of_b = placed.body["orders"][1]["order_id"].as_str().unwrap();
    let nothing = OrderId::derived("nothing");
    for (path, by, status) in [
        (format!("/v1/stores/{a}/orders/{of_b}"), clerk(), 404),
        (format!("/v1/stores/{a}/orders/{nothing}"), clerk(), 404),
        (format!("/v1/stores/{b}/orders/{of_b}"), clerk(), 403),
        (format!("/v1/stores/{b}/orders"), clerk(), 403),
        (format!("/v1/stores/{a}/orders"), shopper(), 403),
    ] {
        assert_eq!(w.by(by, get(&path)).await.status, status, "{path}");
    }
}

/// The buyer and the goods of the sample events.
async fn world_of_samples() -> World {
    let w = world().await;
    let events = published(sample("order-publisher.outbox"));
    let Fact::CheckoutCompleted(told) = &events[0].1.fact else { panic!("another fact") };
    let lines = vec![contracts::CartLine { unit_price: som(9_250_000), ..line("a", "cpu", 2) }];
    w.stock("cpu", 10, som(9_250_000));
    w.store(contracts::StoreTerms { free_shipping_from: som(100_000_000), ..terms("a") });
    w.cart(told.user_id, told.cart_version, lines);
    w
}

#[tokio::test]
async fn every_sample_request_is_answered() {
    let w = world_of_samples().await;
    let placed = w.send(Call::recorded(sample("order-api.place"))).await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    let list = w.send(Call::recorded(sample("order-api.list"))).await;
    assert_eq!((list.status, &list.body["items"][0]["total"]), (200, &placed.body["total"]));
    for name in ["overdue", "refunds"] {
        let nothing = w.send(Call::recorded(sample(&format!("order-api.{name}")))).await;
        assert_eq!((nothing.status, &nothing.body), (200, &json!({"items": []})), "{name}");
    }
}

#[tokio::test]
async fn the_sample_schedule_sweeps_and_the_sample_stream_is_published() {
    let w = world().await;
    let worker = OrderWorker::new(w.ctx.clone());
    assert_eq!(lambda::worker::handle(&worker, sample("order-worker.sweep")).await.unwrap(), Value::Null);
    let told: Vec<(Service, Event)> = published(sample("order-publisher.outbox"));
    let to: Vec<_> = told.iter().map(|(service, _)| *service).collect();
    assert_eq!(to, [Service::Analytics, Service::Cart, Service::User]);
}
