//! What the platform's staff see and do.

use super::get;
use super::purchase::{a, as_admin, of_a, pay, placed, refused};
use crate::testkit::{World, owner, shopper, som, world};
use contracts::PlatformRole;
use domain::{OrderId, UserId};
use jiff::SignedDuration;
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};

async fn post_as_admin(w: &World, path: &str, body: &Value) -> Reply {
    w.send(Call::new("POST", path).json(body).user(UserId::derived("admin"), PlatformRole::Admin)).await
}

fn ids(page: &Reply, member: &str) -> Vec<Value> {
    page.body["items"].as_array().unwrap().iter().map(|item| item[member].clone()).collect()
}

#[tokio::test]
async fn an_order_that_is_late_on_its_way_is_listed_until_an_admin_ends_it() {
    let w = world().await;
    let order = of_a(&placed(&w, "CASH_ON_DELIVERY").await);
    let of_order = format!("/v1/admin/orders/{order}");
    for state in ["CONFIRMED", "PROCESSING", "PACKED", "SHIPPED"] {
        let moved = post_as_admin(&w, &format!("{of_order}/transitions"), &json!({"to": state})).await;
        assert_eq!((moved.status, &moved.body["fulfilment"]), (200, &json!(state)), "{}", moved.body);
    }
    assert_eq!(ids(&as_admin(&w, "/v1/admin/orders?state=overdue").await, "order_id"), [] as [Value; 0]);
    w.ctx.clock.advance(SignedDuration::from_hours(14 * 24));
    crate::ops::sweep(&w.ctx).await.unwrap();
    let listed = as_admin(&w, "/v1/admin/orders").await;
    assert_eq!(ids(&listed, "order_id"), [json!(order)]);
    assert!(listed.body["items"][0]["overdue_since"].is_string() && listed.body["items"][0]["act_by"].is_string());
    assert_eq!(as_admin(&w, &of_order).await.body["address"]["recipient"], "Dilnoza Karimova");
    let late = post_as_admin(&w, &format!("{of_order}/cancel"), &json!({})).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("move-forbidden")));
    let lost = post_as_admin(&w, &format!("{of_order}/transitions"), &json!({"to": "FAILED", "note": "lost"})).await;
    assert_eq!((lost.status, &lost.body["cancelled"]), (200, &json!("LOST")));
    assert_eq!(ids(&as_admin(&w, "/v1/admin/orders?state=overdue").await, "order_id"), [] as [Value; 0]);
    // The shopper learns that it was the platform, and not who there.
    let history = w.by(shopper(), get(&format!("/v1/orders/{order}/history"))).await.body;
    assert_eq!(history["items"][5]["by"], json!({"role": "PLATFORM"}));
}

#[tokio::test]
async fn orders_whose_goods_are_not_held_are_listed() {
    let w = world().await;
    let order = of_a(&placed(&w, "CASH_ON_DELIVERY").await);
    w.end_holds();
    w.stock("cpu", 1, som(100_000));
    let refused =
        post_as_admin(&w, &format!("/v1/admin/orders/{order}/transitions"), &json!({"to": "CONFIRMED"})).await;
    assert_eq!(refused.status, 200, "a young hold is not asked for");
    w.ctx.clock.advance(SignedDuration::from_hours(23));
    for state in ["PROCESSING", "PACKED"] {
        post_as_admin(&w, &format!("/v1/admin/orders/{order}/transitions"), &json!({"to": state})).await;
    }
    let refused = post_as_admin(&w, &format!("/v1/admin/orders/{order}/transitions"), &json!({"to": "SHIPPED"})).await;
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("stock-not-held")));
    let line = &refused.body["lines"][0];
    assert_eq!((&line["requested"], &line["available"]), (&json!(2), &json!(1)));
    assert!(crate::ops::sweep(&w.ctx).await.is_err());
    let listed = as_admin(&w, "/v1/admin/orders?state=not-held").await;
    assert!(ids(&listed, "order_id").contains(&json!(order)), "{}", listed.body);
    assert_eq!(as_admin(&w, "/v1/admin/orders?state=lost").await.status, 400);
}

#[tokio::test]
async fn only_the_platforms_staff_move_orders_of_others_and_pay_back() {
    let w = world().await;
    let order = of_a(&placed(&w, "PAYME").await);
    let transitions = format!("/v1/admin/orders/{order}/transitions");
    let complete = format!("/v1/admin/refunds/{order}/complete");
    for by in [shopper(), owner()] {
        for path in ["/v1/admin/orders", "/v1/admin/refunds", &format!("/v1/admin/orders/{order}")] {
            refused(&w, by, get(path), 403, "forbidden").await;
        }
        for path in [&transitions, &complete, &format!("/v1/admin/orders/{order}/cancel")] {
            refused(&w, by, Call::new("POST", path).json(&json!({})), 403, "forbidden").await;
        }
    }
    let nothing = OrderId::derived("nothing");
    for (path, body, status) in [
        (transitions.clone(), json!({"to": "PENDING"}), 422),
        (transitions, json!({"to": "CONFIRMED"}), 409),
        (format!("/v1/admin/orders/{nothing}/cancel"), json!({}), 404),
        (complete.clone(), json!({"reference": "MT103"}), 404),
        (complete, json!({"reference": " "}), 422),
    ] {
        assert_eq!(post_as_admin(&w, &path, &body).await.status, status, "{path} {body}");
    }
    let ended = post_as_admin(&w, &format!("/v1/admin/orders/{order}/cancel"), &json!({"note": "fraud"})).await;
    assert_eq!((ended.status, &ended.body["cancelled"]), (200, &json!("PLATFORM")));
}

#[tokio::test]
async fn a_refund_waits_in_the_queue_until_somebody_paid_it_back() {
    let w = world().await;
    let placed = placed(&w, "PAYME").await;
    pay(&w, &placed).await;
    let order = of_a(&placed);
    w.by(shopper(), Call::new("POST", &format!("/v1/orders/{order}/cancel")).json(&json!({}))).await;
    let waiting = as_admin(&w, "/v1/admin/refunds?status=PENDING").await;
    let [refund] = &waiting.body["items"].as_array().unwrap()[..] else { panic!("{}", waiting.body) };
    assert_eq!((&refund["amount"]["amount"], &refund["reason"]), (&json!(som(215_000).minor()), &json!("SHOPPER")));
    assert_eq!((&refund["checkout_id"], &refund["store_id"]), (&placed["checkout_id"], &json!(a())));
    let own = w.by(shopper(), get(&format!("/v1/orders/{order}"))).await.body;
    assert_eq!((&own["refund"]["status"], &own["refund"]["amount"]), (&json!("PENDING"), &refund["amount"]));
    let path = format!("/v1/admin/refunds/{}/complete", refund["refund_id"].as_str().unwrap());
    let body = json!({"reference": " MT103-77 "});
    let (done, again) = (post_as_admin(&w, &path, &body).await, post_as_admin(&w, &path, &body).await);
    assert_eq!(
        (done.status, &done.body["status"], &done.body["reference"]),
        (200, &json!("COMPLETED"), &json!("MT103-77"))
    );
    assert_eq!((again.status, &again.body), (200, &done.body));
    let other = post_as_admin(&w, &path, &json!({"reference": "MT103-78"})).await;
    assert_eq!(
        (other.status, &other.body["code"], &other.body["reference"]),
        (409, &json!("refund-completed"), &json!("MT103-77"))
    );
    assert_eq!(ids(&as_admin(&w, "/v1/admin/refunds").await, "refund_id"), [] as [Value; 0]);
    assert_eq!(ids(&as_admin(&w, "/v1/admin/refunds?status=COMPLETED").await, "refund_id"), [json!(order)]);
    let checkout = format!("/v1/checkouts/{}", placed["checkout_id"].as_str().unwrap());
    let seen = w.by(shopper(), get(&checkout)).await.body;
    assert_eq!(
        (&seen["payment"], &seen["refunded"]["amount"]),
        (&json!("PARTIALLY_REFUNDED"), &json!(som(215_000).minor()))
    );
    let history = w.by(shopper(), get(&format!("/v1/orders/{order}/history"))).await.body;
    let last = history["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["from"], &last["to"], &last["payment"]),
        (&json!("CANCELLED"), &json!("CANCELLED"), &json!("REFUNDED"))
    );
}
