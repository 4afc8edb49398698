//! A function is killed at each single step, one after the other, until no step is left.

use e2e::{Cloud, Person, Shop};
use serde_json::json;

const FUNCTION: &str = "um-dev-order-api";
/// More steps than any request here has: a loop that gets there never saw an unharmed one.
const STEPS_MAX: u32 = 40;
/// Longer than a lease: whoever was killed has nothing moving any more.
const LEASE_OVER_SECONDS: i64 = 31;

/// Orders the death of the function at its nth call from now on.
async fn kill_at(cloud: &Cloud, nth: u32, when: &str) {
    cloud.control().delete("/faults").await.expect_status(204);
    let fault = json!({"function": FUNCTION, "nth": nth, "when": when});
    cloud.control().post("/faults", &fault).await.expect_status(201);
}

async fn was_killed(cloud: &Cloud) -> bool {
    cloud.control().get("/faults").await.body[0]["fired"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_killed_at_any_step_becomes_one_order_by_its_retry() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 200).await;
    let (mut offset_seconds, mut orders) = (0, 0);
    for when in ["before", "after"] {
        for nth in 1..=STEPS_MAX {
            assert!(nth < STEPS_MAX, "a checkout has an end");
            let buyer = Person::join(&cloud, &format!("{when}-{nth}"), "CUSTOMER").await;
            shop.add_to_cart(&buyer, 1).await;
            kill_at(&cloud, nth, when).await;
            let first = shop.order(&buyer, "killed-at-a-step").await;
            orders += 1;
            if !was_killed(&cloud).await {
                first.expect_status(201);
                assert!(nth > 3, "a checkout has more steps than {nth}");
                break;
            }
            offset_seconds += LEASE_OVER_SECONDS;
            cloud.clock(offset_seconds).await;
            let placed = e2e::within_two_minutes("the retry is answered", || async {
                let reply = shop.order(&buyer, "killed-at-a-step").await;
                (reply.status == 201).then_some(reply.body)
            })
            .await;
            let list = buyer.client.get("/v1/orders").await.expect_status(200).body;
            assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{when} {nth}: {list}");
            assert_eq!(list["items"][0]["checkout_id"], placed["checkout_id"]);
        }
    }
    e2e::within_two_minutes("what was held for nobody is back", || async {
        (shop.available().await == 200 - orders).then_some(())
    })
    .await;
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_killed_on_its_way_out_is_shipped_once() {
    let cloud = Cloud::start().await;
    let mut shop = Shop::open(&cloud, 200).await;
    let path = |order: &str| format!("/v1/stores/{}/orders/{order}/transitions", shop.store_id);
    let (mut offset_seconds, mut shipped) = (0, 0);
    for when in ["before", "after"] {
        for nth in 1..=STEPS_MAX {
            assert!(nth < STEPS_MAX, "a move has an end");
            let buyer = Person::join(&cloud, &format!("{when}-{nth}"), "CUSTOMER").await;
            let placed = shop.buy(&buyer, 1, "to-be-shipped").await.expect_status(201);
            let order = placed.body["orders"][0]["order_id"].as_str().unwrap().to_owned();
            for to in ["CONFIRMED", "PROCESSING", "PACKED"] {
                shop.owner.client.post(&path(&order), &json!({"to": to})).await.expect_status(200);
            }
            kill_at(&cloud, nth, when).await;
            let first = shop.owner.client.post(&path(&order), &json!({"to": "SHIPPED"})).await;
            let killed = was_killed(&cloud).await;
            cloud.control().delete("/faults").await.expect_status(204);
            let again = shop.owner.client.post(&path(&order), &json!({"to": "SHIPPED"})).await.expect_status(200);
            assert_eq!(again.body["fulfilment"], "SHIPPED");
            shipped += 1;
            if !killed {
                first.expect_status(200);
                break;
            }
            offset_seconds += LEASE_OVER_SECONDS;
            cloud.clock(offset_seconds).await;
            // A token lives no longer than thirty such steps.
            shop.owner = Person::sign_in(&cloud, &shop.owner.email, e2e::PASSWORD).await;
        }
    }
    let inventory = format!("/v1/products/{}/inventory", shop.product_id);
    e2e::within_two_minutes("what was shipped has left the stock", || async {
        let stock = shop.owner.client.get(&inventory).await.expect_status(200).body;
        let of = |member: &str| stock["variants"][0][member].as_i64();
        (of("on_hand") == Some(200 - shipped) && of("reserved") == Some(0)).then_some(())
    })
    .await;
    cloud.stop().await;
}
