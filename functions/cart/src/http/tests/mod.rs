//! The routes against an embedded table.

mod guests;
mod merge;
mod quote;
mod samples;
mod saved;
mod told;

use contracts::Offer;
use domain::{Money, UserId};
use futures::future::join_all;
use lambda::testing::Call;
use serde_json::{Value, json};

use crate::testkit::{World, offer, shopper, world};

fn add(offer: &Offer, quantity: u32) -> Call {
    let body = json!({
        "product_id": offer.product_id, "variant_id": offer.variant_id, "quantity": quantity,
        "unit_price": {"amount": 1, "currency": "UZS"},
    });
    Call::new("POST", "/v1/cart/items").json(&body)
}

fn show() -> Call {
    Call::new("GET", "/v1/cart")
}

async fn stocked() -> (World, Offer) {
    let (w, offer) = (world().await, offer("a"));
    w.shelf.put(&offer);
    (w, offer)
}

fn item_of(cart: &Value, at: usize) -> String {
    cart["lines"][at]["item_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_cart_that_nobody_filled_is_empty() {
    let w = world().await;
    let reply = w.by(shopper(), show()).await;
    let nothing = json!({"amount": 0, "currency": "UZS"});
    assert_eq!((reply.status, &reply.body["version"], &reply.body["subtotal"]), (200, &json!(0), &nothing));
}

#[tokio::test]
async fn the_price_is_the_catalogues_never_the_clients() {
    let (w, offer) = stocked().await;
    let reply = w.by(shopper(), add(&offer, 2).header("accept-language", "ru")).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let line = &reply.body["lines"][0];
    assert_eq!(line["unit_price"]["amount"], offer.unit_price.minor());
    assert_eq!(line["total"]["amount"], offer.unit_price.minor() * 2);
    assert_eq!(line["title"], "a ru");
    assert_eq!(reply.body["subtotal"], line["total"]);
    assert_eq!(w.by(shopper(), show()).await.body["version"], 1);
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused_with_its_reason() {
    let (w, a) = stocked().await;
    w.shelf.put(&Offer { active: false, ..offer("hidden") });
    for (call, status, code) in [
        (add(&offer("unknown"), 1), 404, "unknown-variant"),
        (add(&offer("hidden"), 1), 409, "not-for-sale"),
        (add(&a, 0), 422, "invalid"),
        (add(&a, 51), 422, "invalid"),
        (add(&a, 1).header("idempotency-key", "short"), 400, "idempotency-key-required"),
    ] {
        let reply = w.by(shopper(), call).await;
        assert_eq!((reply.status, reply.body["code"].as_str()), (status, Some(code)), "{}", reply.body);
    }
    w.shelf.put(&Offer { available: 3, ..a.clone() });
    let reply = w.by(shopper(), add(&a, 4)).await;
    assert_eq!((reply.status, &reply.body["code"], &reply.body["available"]), (409, &json!("stock-short"), &json!(3)));
    assert_eq!(w.by(shopper(), show()).await.body["lines"], json!([]));
}

#[tokio::test]
async fn a_price_that_changed_is_taken_over_with_the_quantity() {
    let (w, offer) = stocked().await;
    let cart = w.by(shopper(), add(&offer, 2)).await.body;
    w.shelf.put(&Offer { unit_price: Money::tiyin(500), ..offer });
    let path = format!("/v1/cart/items/{}", item_of(&cart, 0));
    let reply = w.by(shopper(), Call::new("PATCH", &path).json(&json!({"quantity": 3}))).await;
    assert_eq!((reply.status, &reply.body["subtotal"]["amount"]), (200, &json!(1_500)));
}

#[tokio::test]
async fn lines_and_carts_are_emptied() {
    let (w, a) = stocked().await;
    let b = offer("b");
    w.shelf.put(&b);
    w.by(shopper(), add(&a, 1)).await;
    let cart = w.by(shopper(), add(&b, 1)).await.body;
    let path = format!("/v1/cart/items/{}", item_of(&cart, 0));
    assert_eq!(w.by(shopper(), Call::new("DELETE", &path)).await.status, 204);
    assert_eq!(w.by(shopper(), Call::new("DELETE", &path)).await.status, 404);
    assert_eq!(w.by(shopper(), Call::new("DELETE", "/v1/cart")).await.status, 204);
    let cart = w.by(shopper(), show()).await.body;
    assert_eq!((&cart["lines"], &cart["version"]), (&json!([]), &json!(4)), "the version goes on growing");
    assert_eq!(w.by(shopper(), Call::new("DELETE", "/v1/cart")).await.status, 204);
    assert_eq!(w.by(shopper(), show()).await.body["version"], 4, "there was nothing to empty");
}

#[tokio::test]
async fn nobody_reaches_anothers_lines() {
    let (w, offer) = stocked().await;
    let cart = w.by(shopper(), add(&offer, 1)).await.body;
    let (stranger, path) = (UserId::derived("stranger"), format!("/v1/cart/items/{}", item_of(&cart, 0)));
    let raised = Call::new("PATCH", &path).json(&json!({"quantity": 9}));
    for call in [raised, Call::new("DELETE", &path), Call::new("DELETE", "/v1/cart/items/1")] {
        assert_eq!(w.by(stranger, call).await.status, 404);
    }
    let internal = format!("/internal/carts/{}", shopper());
    assert_eq!(w.by(shopper(), Call::new("GET", &internal)).await.status, 403);
    assert_eq!(w.by(shopper(), show()).await.body["lines"], cart["lines"]);
}

#[tokio::test]
async fn additions_at_the_same_moment_all_count() {
    let (w, offer) = stocked().await;
    let replies = join_all((0..20).map(|_| w.by(shopper(), add(&offer, 1)))).await;
    assert!(replies.iter().all(|reply| reply.status == 201), "{replies:?}");
    let cart = w.by(shopper(), show()).await.body;
    assert_eq!((&cart["lines"][0]["quantity"], &cart["version"]), (&json!(20), &json!(20)));
}

#[tokio::test]
async fn additions_at_the_same_moment_never_pass_the_limit() {
    let (w, offer) = stocked().await;
    let replies = join_all((0..12).map(|_| w.by(shopper(), add(&offer, 5)))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 10);
    assert_eq!(replies.iter().filter(|reply| reply.status == 422).count(), 2);
    assert_eq!(w.by(shopper(), show()).await.body["lines"][0]["quantity"], 50);
}

#[tokio::test]
async fn a_repeated_request_with_a_key_adds_once() {
    let (w, offer) = stocked().await;
    let once = || add(&offer, 3).header("idempotency-key", "one-request");
    let replies = join_all((0..8).map(|_| w.by(shopper(), once()))).await;
    assert!(replies.iter().all(|reply| reply.status == 201));
    assert_eq!(w.by(shopper(), show()).await.body["lines"][0]["quantity"], 3);
}

#[tokio::test]
async fn a_key_that_comes_with_another_addition_is_refused() {
    let (w, a) = stocked().await;
    let b = offer("b");
    w.shelf.put(&b);
    let keyed = |offer: &Offer, quantity| add(offer, quantity).header("idempotency-key", "one-request");
    assert_eq!(w.by(shopper(), keyed(&a, 3)).await.status, 201);
    let elsewhere = Offer { product_id: a.product_id, ..b.clone() };
    w.shelf.put(&elsewhere);
    for other in [keyed(&a, 2), keyed(&b, 3), keyed(&elsewhere, 3), keyed(&offer("unknown"), 3)] {
        let reply = w.by(shopper(), other).await;
        assert_eq!((reply.status, &reply.body["code"]), (422, &json!("idempotency-key-reused")), "{}", reply.body);
    }
    let cart = w.by(shopper(), show()).await.body;
    assert_eq!((&cart["version"], &cart["lines"][0]["quantity"]), (&json!(1), &json!(3)));
    assert_eq!(w.by(shopper(), keyed(&a, 3)).await.status, 201, "the same one is answered as before");
}
