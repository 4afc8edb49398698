//! A guest signs in while carts are about.

use e2e::{Cloud, Person, Shop};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_merge_at_once_lose_and_double_nothing_and_nobody_else_gets_the_cart() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 50).await;
    let session = cloud.client().post("/v1/cart/session", &json!({})).await.expect_status(201).text("session");
    let guest = cloud.client().with("cart-session", &session);
    let item =
        |quantity: u32| json!({"product_id": shop.product_id, "variant_id": shop.variant_id, "quantity": quantity});
    guest.post("/v1/cart/items", &item(3)).await.expect_status(201);
    let (buyer, other) =
        (Person::join(&cloud, "buyer", "CUSTOMER").await, Person::join(&cloud, "other", "CUSTOMER").await);
    shop.add_to_cart(&buyer, 2).await;

    let merge = json!({"session": session});
    let more = item(4);
    let tab = || buyer.client.post("/v1/cart/merge", &merge);
    let (one, two, three, added) = tokio::join!(tab(), tab(), tab(), buyer.client.post("/v1/cart/items", &more));
    added.expect_status(201);
    for merged in [one, two, three] {
        assert_eq!(merged.expect_status(200).body["cut"], json!([]));
    }
    let cart = buyer.client.get("/v1/cart").await.expect_status(200).body;
    assert_eq!(cart["lines"].as_array().map(Vec::len), Some(1), "{cart}");
    assert_eq!(cart["lines"][0]["quantity"], 9);
    // Neither the guest's token nor another shopper opens it any more.
    guest.get("/v1/cart").await.expect_status(401);
    other.client.post("/v1/cart/merge", &merge).await.expect_status(401);
    assert_eq!(other.client.get("/v1/cart").await.body["lines"], json!([]));
    // What the quote says is what the checkout asks for.
    let quote = buyer.client.post("/v1/cart/quote", &json!({"region": "UZ-TK"})).await.expect_status(200).body;
    assert_eq!(quote["acceptable"], true, "{quote}");
    let order = shop.order_by(&buyer, "what-was-quoted", "PAYME").await.expect_status(201);
    let total: i64 =
        order.body["orders"].as_array().unwrap().iter().map(|o| o["total"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(json!(total), quote["total"]["amount"]);
    cloud.stop().await;
}
