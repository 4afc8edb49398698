use e2e::{Cloud, Person, Shop, board_row, cpu_row};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sale() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;

    // A catalogue with sound rows and others: each refused row is named with its reason.
    let mut rows: Vec<Value> = (0..40).map(|n| board_row(&format!("board-{n}"), 1_200_000 + n, 3)).collect();
    rows[7]["price"] = json!("free of charge");
    rows[11]["metadata"]["name"] = json!("");
    rows[13] = board_row("board-12", 1_200_000, 3);
    rows[17]["stock"] = json!(-1);
    let import = Shop::import(&shop.owner, &shop.store_id, "motherboard", &rows).await;
    let (accepted, refused) = (import["accepted"].as_u64().unwrap(), import["refused"].as_u64().unwrap());
    let updated = import["updated"].as_u64().unwrap_or_default();
    assert_eq!(accepted + updated + refused, 40, "nothing is lost in silence: {import}");
    let path = format!("/v1/stores/{}/imports/{}/refusals", shop.store_id, import["import_id"].as_str().unwrap());
    let refusals = shop.owner.client.get(&path).await.expect_status(200);
    let named: Vec<_> = refusals.body["items"].as_array().unwrap().iter().map(|r| r["row"].as_u64().unwrap()).collect();
    for row in [8, 12, 18] {
        assert!(named.contains(&row), "row {row} is refused by number: {}", refusals.body);
    }

    // Anyone lists them by category and opens one.
    let guest = cloud.client();
    let boards = guest.get("/v1/products?category=motherboard&limit=50").await.expect_status(200);
    assert_eq!(boards.body["items"].as_array().unwrap().len() as u64, accepted);
    let page = guest.get(&format!("/v1/products/{}", shop.product_id)).await.expect_status(200);
    assert_eq!(page.body["price"]["amount"], 450_000_000);
    let etag = page.header("etag").expect("a page has a tag").to_owned();
    let again = guest.with("if-none-match", &etag).get(&format!("/v1/products/{}", shop.product_id)).await;
    assert_eq!(again.status, 304);

    // A shopper's cart, an order paid in cash.
    let buyer = Person::join(&cloud, "buyer", "CUSTOMER").await;
    let cart = shop.add_to_cart(&buyer, 2).await;
    assert_eq!(cart.body["subtotal"]["amount"], 900_000_000);
    let order = shop.order(&buyer, "the-first-sale").await.expect_status(201);
    let placed = &order.body["orders"][0];
    let number = placed["number"].as_str().unwrap();
    assert!(number.starts_with("UM-"), "{number}");
    assert_eq!(placed["total"]["amount"], 900_000_000, "free delivery from 500,000 so'm");

    // Stock is down, the cart is empty, the shopper is told, the sale is counted.
    assert_eq!(shop.available().await, 3);
    e2e::until("the cart is empty", || async {
        let cart = buyer.client.get("/v1/cart").await.expect_status(200);
        cart.body["lines"].as_array()?.is_empty().then_some(())
    })
    .await;
    let told = e2e::until("the shopper has a notification", || async {
        let list = buyer.client.get("/v1/users/me/notifications").await;
        list.body["items"].as_array()?.first().cloned()
    })
    .await;
    assert!(told.to_string().contains(number), "{told}");
    let sales = shop.sold_today_after(1).await;
    let som = |som: u64| json!({"amount": som * 100, "currency": "UZS"});
    let counted = json!({
        "orders": 1, "items": 2, "revenue": som(9_000_000), "delivered": 0, "cancelled": 0, "cancelled_revenue": som(0),
    });
    assert_eq!(sales, counted);

    // The store sees its order; the buyer sees its own; a stranger sees neither.
    let id = placed["id"].as_str().or(placed["order_id"].as_str()).unwrap();
    buyer.client.get(&format!("/v1/orders/{id}")).await.expect_status(200);
    let of_store = shop.owner.client.get(&format!("/v1/stores/{}/orders", shop.store_id)).await.expect_status(200);
    assert_eq!(of_store.body["items"].as_array().unwrap().len(), 1);
    let stranger = Person::join(&cloud, "stranger", "CUSTOMER").await;
    stranger.client.get(&format!("/v1/orders/{id}")).await.expect_status(404);
    let refused = stranger.client.get(&format!("/v1/stores/{}/orders", shop.store_id)).await;
    assert_eq!(refused.status, 403);

    // What the admin did is in the audit log.
    let resource = format!("store/{}", shop.store_id);
    e2e::until("the approval is in the audit log", || async {
        let log = shop.admin.client.get(&format!("/v1/admin/audit-logs?resource={resource}")).await;
        log.body["items"].as_array()?.iter().any(|entry| entry["action"] == "store.approve").then_some(())
    })
    .await;
    cloud.stop().await;
}

/// The same import again changes nothing and doubles nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_sent_twice_makes_no_doubles() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;
    let rows: Vec<_> = (0..150).map(|n| cpu_row(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    let first = Shop::import(&shop.owner, &shop.store_id, "cpu", &rows).await;
    assert_eq!((first["accepted"].as_u64(), first["refused"].as_u64()), (Some(150), Some(0)), "{first}");
    let second = Shop::import(&shop.owner, &shop.store_id, "cpu", &rows).await;
    assert_eq!(second["refused"], 0, "{second}");
    let mut count = 0;
    let mut path = "/v1/products?category=cpu&limit=100".to_owned();
    loop {
        let page = cloud.client().get(&path).await.expect_status(200);
        count += page.body["items"].as_array().unwrap().len();
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/products?category=cpu&limit=100&cursor={next}");
    }
    assert_eq!(count, 151, "150 and the one of the shop");
    cloud.stop().await;
}
