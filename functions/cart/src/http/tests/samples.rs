use contracts::{CartOwner, CartSnapshot, Offer, Service};
use domain::CartItemId;
use lambda::testing::{Call, hostile, is_sound, published};
use serde_json::{Value, json};

use super::item_of;
use crate::domain::Cart;
use crate::domain::SessionToken;
use crate::testkit::{World, offer, sample, world};

/// The product and the guest of the samples.
async fn world_of_samples() -> (World, SessionToken) {
    let w = world().await;
    let body: Value = serde_json::from_str(sample("cart-api.add")["body"].as_str().unwrap()).unwrap();
    let id = |name: &str| body[name].as_str().unwrap();
    let (product_id, variant_id) = (id("product_id").parse().unwrap(), id("variant_id").parse().unwrap());
    w.shelf.put(&Offer { product_id, variant_id, ..offer("sample") });
    let token = sample("cart-api.show")["headers"]["cart-session"].as_str().unwrap().parse().unwrap();
    (w, token)
}

#[tokio::test]
async fn every_sample_request_is_answered() {
    let (w, token) = world_of_samples().await;
    let sent = async |name: &str| w.send(Call::recorded(sample(name))).await;
    assert_eq!(sent("cart-api.session").await.status, 201);
    for of_a_guest in ["cart-api.show", "cart-api.add", "cart-api.quote", "cart-api.merge"] {
        let reply = sent(of_a_guest).await;
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (401, &json!("cart-session-over")),
            "{of_a_guest}: not here yet"
        );
    }
    w.ctx.table.create(&Cart::of_guest(&token, w.ctx.clock.now())).await.unwrap();
    assert_eq!(sent("cart-api.add").await.status, 201);
    let cart = sent("cart-api.show").await;
    assert_eq!((cart.status, &cart.body["lines"][0]["quantity"]), (200, &json!(2)));
    assert_ne!(item_of(&cart.body, 0).parse::<CartItemId>().unwrap(), CartItemId::derived(""));
    let quote = sent("cart-api.quote").await;
    assert_eq!((quote.status, &quote.body["acceptable"]), (200, &json!(true)), "{}", quote.body);
    assert_eq!(sent("cart-api.merge").await.status, 200);
    let snapshot: CartSnapshot = serde_json::from_value(sent("cart-api.snapshot").await.body).unwrap();
    assert_eq!((snapshot.version, snapshot.converted_version, snapshot.lines[0].quantity), (1, 0, 2));
}

#[tokio::test]
async fn nothing_that_anybody_sends_is_our_fault() {
    let (w, token) = world_of_samples().await;
    w.ctx.table.create(&Cart::of_guest(&token, w.ctx.clock.now())).await.unwrap();
    for name in ["session", "show", "add", "quote", "snapshot", "merge"] {
        for call in hostile(&sample(&format!("cart-api.{name}"))) {
            let event = call.event().clone();
            let reply = w.send(call).await;
            assert!(is_sound(&reply), "{name}: {reply:?}: {event}");
        }
    }
}

#[test]
fn the_sample_of_the_stream_is_published() {
    let told = published(sample("cart-publisher.carried"));
    let [(to, event)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((*to, event.fact.name()), (Service::Analytics, "cart.item_added"));
    let contracts::Fact::CartItemAdded(item) = &event.fact else { unreachable!() };
    let token: SessionToken = sample("cart-api.show")["headers"]["cart-session"].as_str().unwrap().parse().unwrap();
    assert_eq!(item.owner, CartOwner::Session(token.id));
}
