//! A store is suspended, comes back, and is closed: what shoppers see and may buy, and who is told.

use e2e::{Cloud, Person, Shop};
use serde_json::{Value, json};

/// Waits until the public meets the shop's product with `status` everywhere: its page, its availability, the lists.
async fn meets(cloud: &Cloud, shop: &Shop, status: u16) {
    let client = cloud.client();
    let page = format!("/v1/products/{}", shop.product_id);
    let (availability, of_store) = (format!("{page}/availability"), format!("/v1/stores/{}/products", shop.store_id));
    e2e::until("everybody sees where the store stands", || async {
        for path in [&page, &availability] {
            (client.get(path).await.status == status).then_some(())?;
        }
        for path in ["/v1/products?category=cpu", &of_store] {
            let is_listed = !client.get(path).await.expect_status(200).body["items"].as_array()?.is_empty();
            (is_listed == (status == 200)).then_some(())?;
        }
        Some(())
    })
    .await;
}

async fn quote(shopper: &Person) -> Value {
    shopper.client.post("/v1/cart/quote", &json!({"region": "UZ-TK"})).await.expect_status(200).body
}

async fn told(person: &Person, title: &str) {
    let person = person.client.with("accept-language", "en");
    e2e::until(title, || async {
        let list = person.get("/v1/users/me/notifications").await;
        list.body["items"].as_array()?.iter().any(|told| told["title"] == title).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_store_sells_nothing_until_it_is_reinstated_and_a_closed_one_nothing_ever() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;
    let (early, late) =
        (Person::join(&cloud, "early", "CUSTOMER").await, Person::join(&cloud, "late", "CUSTOMER").await);
    shop.add_to_cart(&early, 1).await;
    meets(&cloud, &shop, 200).await;

    let reason = json!({"reason": "Shikoyatlar ko'p"});
    let admin = |step: &str| format!("/v1/admin/stores/{}/{step}", shop.store_id);
    shop.admin.client.post(&admin("suspend"), &reason).await.expect_status(200);
    // Who has it in the cart hears at once that it cannot be bought.
    assert_eq!(quote(&early).await["changes"][0]["change"], "STORE_NOT_SELLING");
    let refused = shop.order(&early, "while-suspended").await.expect_status(409);
    assert_eq!(refused.code(), "store-not-selling", "{}", refused.body);
    meets(&cloud, &shop, 404).await;
    let item = json!({"product_id": shop.product_id, "variant_id": shop.variant_id, "quantity": 1});
    let refused = late.client.post("/v1/cart/items", &item).await.expect_status(409);
    assert_eq!(refused.code(), "not-for-sale");
    told(&shop.owner, "Store suspended").await;

    shop.admin.client.post(&admin("reinstate"), &reason).await.expect_status(200);
    meets(&cloud, &shop, 200).await;
    told(&shop.owner, "Store reinstated").await;
    shop.order(&early, "after-it").await.expect_status(201);
    assert_eq!(shop.available().await, 4);

    shop.owner.client.delete(&format!("/v1/stores/{}", shop.store_id)).await.expect_status(204);
    meets(&cloud, &shop, 404).await;
    // The order under way goes on.
    let orders = shop.owner.client.get(&format!("/v1/stores/{}/orders", shop.store_id)).await.expect_status(200);
    assert_eq!(orders.body["items"].as_array().unwrap().len(), 1);
    cloud.stop().await;
}
