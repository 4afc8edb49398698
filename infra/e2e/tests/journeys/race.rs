use std::collections::HashMap;

use e2e::{Cloud, Person, Shop};
use futures::future::join_all;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_shoppers_at_once_buy_exactly_the_last_ten_pieces() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 10).await;
    let shoppers = join_all((0..50).map(|n| {
        let cloud = &cloud;
        async move { Person::join(cloud, &format!("racer-{n}"), "CUSTOMER").await }
    }))
    .await;
    join_all(shoppers.iter().map(|shopper| shop.add_to_cart(shopper, 1))).await;
    let replies = join_all(shoppers.iter().map(|shopper| shop.order(shopper, "the-last-ten"))).await;
    let mut statuses: HashMap<u16, u32> = HashMap::new();
    for reply in &replies {
        *statuses.entry(reply.status).or_default() += 1;
        if reply.status == 409 {
            assert_eq!(reply.code(), "stock-short", "{}", reply.body);
            assert_eq!(reply.body["lines"][0]["requested"], 1, "the answer names the line: {}", reply.body);
        }
    }
    assert_eq!(statuses, HashMap::from([(201, 10), (409, 40)]));
    assert_eq!(shop.available().await, 0);
    assert_eq!(shop.sold_today_after(10).await["orders"], 10);
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_sent_twenty_times_at_once_with_one_key_is_one_order() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 30).await;
    let buyer = Person::join(&cloud, "impatient", "CUSTOMER").await;
    shop.add_to_cart(&buyer, 1).await;
    let replies = join_all((0..20).map(|_| shop.order(&buyer, "one-and-the-same"))).await;
    let orders: Vec<_> = replies.iter().filter(|r| r.status == 201).collect();
    assert!(!orders.is_empty());
    assert!(orders.iter().all(|r| r.body == orders[0].body), "one answer");
    for reply in &replies {
        let in_progress = reply.status == 409 && reply.code() == "request-in-progress";
        assert!(reply.status == 201 || in_progress, "{} {}", reply.status, reply.body);
    }
    let list = buyer.client.get("/v1/orders").await.expect_status(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(shop.order(&buyer, "one-and-the-same").await.body, orders[0].body, "and the same answer later");
    assert_eq!(shop.available().await, 29);
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_with_one_cart_make_one_order() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 30).await;
    let buyer = Person::join(&cloud, "two-tabs", "CUSTOMER").await;
    shop.add_to_cart(&buyer, 1).await;
    let (a, b) = tokio::join!(shop.order(&buyer, "tab-number-one"), shop.order(&buyer, "tab-number-two"));
    let mut statuses = [a.status, b.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 201 && (400..500).contains(&statuses[1]), "{} {}", a.body, b.body);
    e2e::until("the loser's hold is released", || async { (shop.available().await == 29).then_some(()) }).await;
    cloud.stop().await;
}
