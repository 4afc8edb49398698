use contracts::{CartSnapshot, Offer, PaymentMethod, StoreStatus};
use domain::{Money, Region, StoreId};
use futures::future::{join, join_all};
use jiff::SignedDuration;
use lambda::testing::{Call, Reply};
use pricing::Item;
use serde_json::{Value, json};

use super::{add, item_of, show, stocked};
use crate::testkit::{World, offer, shopper, terms, world};

async fn quote(w: &World, body: &Value) -> Reply {
    w.by(shopper(), Call::new("POST", "/v1/cart/quote").json(body)).await
}

/// What the order service computes of the cart when the checkout begins: it has to equal what the shopper agreed to.
async fn total_at_checkout(w: &World, region: Region) -> (u64, Money) {
    let internal = Call::new("GET", &format!("/internal/carts/{}", shopper())).function();
    let cart: CartSnapshot = serde_json::from_value(w.send(internal).await.body).unwrap();
    let mut stores: Vec<StoreId> = cart.lines.iter().map(|line| line.store_id).collect();
    stores.dedup();
    let total = |store: &StoreId| {
        let lines = cart.lines.iter().filter(|line| line.store_id == *store);
        let items: Vec<_> =
            lines.map(|l| Item { quantity: l.quantity, unit_price: l.unit_price, vat_percent: None }).collect();
        pricing::price(&terms(*store), region, &items).unwrap().total
    };
    (cart.version, Money::sum(stores.iter().map(total)).unwrap())
}

#[tokio::test]
async fn a_quote_says_what_the_order_will_cost_and_what_to_send() {
    let (w, a) = stocked().await;
    let b = Offer { store_id: StoreId::derived("other store"), vat_rate: None, ..offer("b") };
    w.shelf.put(&b);
    w.by(shopper(), add(&a, 2)).await;
    w.by(shopper(), add(&b, 1).header("accept-language", "ru")).await;
    let reply = quote(&w, &json!({"region": "UZ-XO", "payment_method": "PAYME"})).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let (version, total) = total_at_checkout(&w, Region::Khorezm).await;
    assert_eq!((&reply.body["cart_version"], &reply.body["expected_total"]), (&json!(version), &json!(total)));
    assert_eq!((&reply.body["acceptable"], &reply.body["region"]), (&json!(true), &json!("UZ-XO")));
    let first = &reply.body["stores"][0];
    assert_eq!((&first["subtotal"]["amount"], &first["shipping"]["amount"]), (&json!(30_000_000), &json!(4_000_000)));
    // 340,000 so'm × 12 / 112.
    assert_eq!((&first["vat"]["amount"], &first["lines"][0]["vat_percent"]), (&json!(3_642_857), &json!(12)));
    assert_eq!(reply.body["stores"][1]["lines"][0]["vat_percent"], Value::Null);
    let tashkent = quote(&w, &json!({})).await.body;
    assert_eq!((&tashkent["region"], &tashkent["shipping"]["amount"]), (&json!("UZ-TK"), &json!(3_000_000)));
    assert_eq!(w.by(shopper(), show()).await.body["version"], 2, "nothing changed, nothing was written");
}

#[tokio::test]
async fn a_new_price_is_told_and_is_the_price_of_the_order() {
    let (w, a) = stocked().await;
    let cart = w.by(shopper(), add(&a, 2)).await.body;
    w.shelf.put(&Offer { unit_price: Money::tiyin(500), ..a.clone() });
    let told = quote(&w, &json!({})).await.body;
    let change = &told["changes"][0];
    assert_eq!((&change["change"], &change["item_id"]), (&json!("PRICE"), &cart["lines"][0]["item_id"]));
    assert_eq!((&change["before"], &change["now"]["amount"]), (&json!(a.unit_price), &json!(500)));
    assert_eq!((&told["acceptable"], &told["cart_version"]), (&json!(true), &json!(2)));
    let (version, total) = total_at_checkout(&w, Region::TashkentCity).await;
    assert_eq!((&told["cart_version"], &told["expected_total"]), (&json!(version), &json!(total)));
    assert_eq!(quote(&w, &json!({})).await.body, told, "the answer may have been lost");
    w.ctx.clock.advance(SignedDuration::from_mins(9));
    w.shelf.put(&Offer { unit_price: Money::tiyin(400), ..a.clone() });
    let later = quote(&w, &json!({})).await.body;
    assert_eq!((&later["changes"][0]["before"], &later["cart_version"]), (&json!(a.unit_price), &json!(3)));
    w.ctx.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(quote(&w, &json!({})).await.body["changes"], json!([]));
    w.shelf.put(&Offer { unit_price: Money::tiyin(500), ..a });
    let back = quote(&w, &json!({})).await.body;
    assert_eq!((&back["changes"][0]["before"]["amount"], &back["cart_version"]), (&json!(400), &json!(4)));
    assert_eq!(w.by(shopper(), show()).await.body["subtotal"]["amount"], 1_000);
}

/// The change that a quote tells, and what brings it about.
type Spoil<'a> = (&'a str, &'a dyn Fn(&World));

#[tokio::test]
async fn what_cannot_be_ordered_has_no_expected_total() {
    let (w, a) = stocked().await;
    w.by(shopper(), add(&a, 5)).await;
    let closed = crate::testkit::terms(a.store_id);
    let spoils: [Spoil<'_>; 4] = [
        ("STOCK_SHORT", &|w| w.shelf.put(&Offer { available: 4, ..a.clone() })),
        ("NOT_FOR_SALE", &|w| w.shelf.put(&Offer { active: false, ..a.clone() })),
        ("NOT_FOR_SALE", &|w| w.shelf.take(&a)),
        ("STORE_NOT_SELLING", &|w| {
            w.shelf.put(&a);
            w.shelf.open(&contracts::StoreTerms { status: StoreStatus::Suspended, ..closed.clone() });
        }),
    ];
    for (change, spoil) in spoils {
        spoil(&w);
        let reply = quote(&w, &json!({})).await;
        assert_eq!((reply.status, &reply.body["changes"][0]["change"]), (200, &json!(change)), "{}", reply.body);
        assert_eq!((&reply.body["acceptable"], &reply.body["expected_total"]), (&json!(false), &Value::Null));
        assert_eq!(reply.body["total"]["amount"], 0);
    }
}

#[tokio::test]
async fn an_empty_cart_and_a_payment_that_a_store_refuses_are_obstacles() {
    let (w, a) = stocked().await;
    assert_eq!(quote(&w, &json!({})).await.body["obstacles"], json!([{"obstacle": "EMPTY"}]));
    w.by(shopper(), add(&a, 1)).await;
    w.shelf.open(&contracts::StoreTerms { payment_methods: vec![PaymentMethod::Payme], ..terms(a.store_id) });
    let reply = quote(&w, &json!({"payment_method": "CASH_ON_DELIVERY"})).await.body;
    assert_eq!(reply["obstacles"], json!([{"obstacle": "PAYMENT_METHOD_REFUSED", "stores": [a.store_id]}]));
    assert_eq!((&reply["acceptable"], &reply["payment_methods"]), (&json!(false), &json!(["PAYME"])));
    for wrong in [json!({"region": "UZ-ZZ"}), json!({"payment_method": "GOLD"})] {
        assert_eq!(quote(&w, &wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_guest_is_quoted_too() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    w.as_guest(&session, add(&a, 1)).await;
    let reply = w.as_guest(&session, Call::new("POST", "/v1/cart/quote").json(&json!({}))).await;
    assert_eq!((reply.status, &reply.body["acceptable"]), (200, &json!(true)));
}

#[tokio::test]
async fn a_hundred_lines_are_quoted_in_one_question() {
    let w = world().await;
    w.fill(100, 100).await;
    let reply = quote(&w, &json!({})).await.body;
    assert_eq!(
        (&reply["subtotal"]["amount"], &reply["obstacles"][0]["obstacle"]),
        (&json!(10_000), &json!("TOO_MANY_LINES"))
    );
}

#[tokio::test]
async fn quotes_and_additions_at_the_same_moment_lose_nothing() {
    let (w, a) = stocked().await;
    let cart = w.by(shopper(), add(&a, 1)).await.body;
    w.shelf.put(&Offer { unit_price: Money::tiyin(700), ..a.clone() });
    let b = offer("b");
    w.shelf.put(&b);
    let body = json!({});
    let quotes = join_all((0..3).map(|_| quote(&w, &body)));
    let additions = join_all((0..4).map(|_| w.by(shopper(), add(&b, 1))));
    let (quotes, additions) = join(quotes, additions).await;
    assert!(additions.iter().all(|reply| reply.status == 201));
    assert!(quotes.iter().all(|reply| [200, 409].contains(&reply.status)));
    let after = w.by(shopper(), show()).await.body;
    assert_eq!((item_of(&after, 0), &after["lines"][1]["quantity"]), (item_of(&cart, 0), &json!(4)));
    let (version, total) = total_at_checkout(&w, Region::TashkentCity).await;
    let last = quote(&w, &json!({})).await.body;
    assert!(last["cart_version"].as_u64().unwrap() >= version);
    assert_eq!(last["expected_total"], json!(total_at_checkout(&w, Region::TashkentCity).await.1), "{total}");
}
