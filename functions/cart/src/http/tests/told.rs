//! What the publisher sends to others of a change.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use contracts::{CartOwner, Offer};
use domain::StoreId;
use lambda::testing::Call;
use serde_json::json;

use super::{add, item_of, stocked};
use crate::domain::SessionToken;
use crate::testkit::{offer, shopper};

#[tokio::test]
async fn pieces_that_come_and_go_are_told_with_the_change() {
    let (w, a) = stocked().await;
    let (b, c) = (offer("b"), Offer { store_id: StoreId::derived("other store"), ..offer("c") });
    let owner = CartOwner::User(shopper());
    for (offer, quantity, first_of_store) in [(&a, 2, true), (&b, 1, false), (&c, 3, true), (&a, 1, false)] {
        w.shelf.put(offer);
        w.by(shopper(), add(offer, quantity)).await;
        assert_eq!(w.told(owner).await, [(offer.variant_id, i64::from(quantity), first_of_store)]);
    }
    let cart = w.by(shopper(), Call::new("GET", "/v1/cart")).await.body;
    let path = |at| format!("/v1/cart/items/{}", item_of(&cart, at));
    for (quantity, told) in [(5, vec![(a.variant_id, 2, false)]), (5, vec![]), (4, vec![(a.variant_id, -1, false)])] {
        w.by(shopper(), Call::new("PATCH", &path(0)).json(&json!({"quantity": quantity}))).await;
        assert_eq!(w.told(owner).await, told);
    }
    w.by(shopper(), Call::new("DELETE", &path(1))).await;
    assert_eq!(w.told(owner).await, [(b.variant_id, -1, false)]);
    w.by(shopper(), Call::new("DELETE", "/v1/cart")).await;
    assert_eq!(w.told(owner).await, [(a.variant_id, -4, false), (c.variant_id, -3, false)]);
}

#[tokio::test]
async fn what_is_saved_leaves_and_what_is_restored_comes() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    let owner = CartOwner::Session(session.parse::<SessionToken>().unwrap().id);
    let id = item_of(&w.as_guest(&session, add(&a, 2)).await.body, 0);
    w.as_guest(&session, Call::new("POST", "/v1/cart/saved").json(&json!({"item_id": id}))).await;
    assert_eq!(w.told(owner).await, [(a.variant_id, -2, false)]);
    w.as_guest(&session, Call::new("POST", &format!("/v1/cart/saved/{id}/restore"))).await;
    assert_eq!(w.told(owner).await, [(a.variant_id, 2, true)]);
}

#[tokio::test]
async fn neither_a_repeated_request_nor_a_merge_nor_a_quote_tells_again() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    let guest = CartOwner::Session(session.parse::<SessionToken>().unwrap().id);
    let keyed = || add(&a, 2).header("idempotency-key", "one-request");
    w.as_guest(&session, keyed()).await;
    let first = w.item(guest).await;
    w.as_guest(&session, keyed()).await;
    assert_eq!(w.item(guest).await, first, "nothing was written");
    w.by(shopper(), Call::new("POST", "/v1/cart/merge").json(&json!({"session": session}))).await;
    assert_eq!(w.told(guest).await, []);
    let mine = CartOwner::User(shopper());
    assert_eq!(w.told(mine).await, []);
    w.shelf.put(&Offer { unit_price: domain::Money::tiyin(7), ..a });
    w.by(shopper(), Call::new("POST", "/v1/cart/quote").json(&json!({}))).await;
    assert_eq!(w.told(mine).await, []);
}

#[tokio::test]
async fn an_addition_to_a_cart_of_three_lines_writes_two_units() {
    let (w, _) = stocked().await;
    for name in ["AMD Ryzen 7 7800X3D", "ASUS TUF Gaming B650-Plus", "Kingston Fury Beast 32 GB"] {
        w.shelf.put(&offer(name));
        let key = name.replace(' ', "-");
        assert_eq!(w.by(shopper(), add(&offer(name), 1).header("idempotency-key", &key)).await.status, 201);
    }
    let item = w.item(CartOwner::User(shopper())).await;
    assert!(item.contains_key("carried"));
    let again = w.db.client().put_item().table_name(w.ctx.table.name()).set_item(Some(item));
    let answer = again.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    let units = answer.consumed_capacity.and_then(|c| c.capacity_units).unwrap();
    assert!(units <= 2.0, "{units} units");
}
