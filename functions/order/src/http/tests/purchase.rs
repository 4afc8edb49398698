//! What becomes of an order: moves, cancellations, payment, books.

use contracts::PlatformRole;
use domain::{OrderId, StoreId, UserId};
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};

use super::{body, get, post};
use crate::testkit::{World, clerk, owner, shopper, som, world};

pub(super) fn a() -> StoreId {
    StoreId::derived("a")
}

pub(super) async fn placed(w: &World, method: &str) -> Value {
    let mut body = body();
    body["payment_method"] = method.into();
    let reply = w.by(shopper(), post("key-0001", &body)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body
}

pub(super) fn of_a(placed: &Value) -> String {
    let orders = placed["orders"].as_array().unwrap();
    orders.iter().find(|order| order["store_id"] == json!(a())).unwrap()["order_id"].as_str().unwrap().to_owned()
}

pub(super) fn to(order: &str, to: &str) -> Call {
    Call::new("POST", &format!("/v1/stores/{}/orders/{order}/transitions", a())).json(&json!({"to": to, "note": "why"}))
}

async fn delivered(w: &World) -> String {
    let order = of_a(&placed(w, "CASH_ON_DELIVERY").await);
    for state in ["CONFIRMED", "PROCESSING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"] {
        let moved = w.by(owner(), to(&order, state)).await;
        assert_eq!((moved.status, &moved.body["fulfilment"]), (200, &json!(state)), "{}", moved.body);
    }
    order
}

pub(super) async fn refused(w: &World, by: UserId, call: Call, status: u16, code: &str) {
    let reply = w.by(by, call).await;
    assert_eq!((reply.status, &reply.body["code"]), (status, &json!(code)), "{}", reply.body);
}

#[tokio::test]
async fn staff_moves_an_order_and_both_sides_read_each_move_with_its_note() {
    let w = world().await;
    let order = delivered(&w).await;
    let again = w.by(owner(), to(&order, "DELIVERED")).await;
    assert_eq!((again.status, &again.body["fulfilment"]), (200, &json!("DELIVERED")));
    let own = w.by(shopper(), get(&format!("/v1/orders/{order}/history"))).await;
    let store = w.by(clerk(), get(&format!("/v1/stores/{}/orders/{order}/history", a()))).await;
    let (seen, read) = (own.body["items"].as_array().unwrap(), store.body["items"].as_array().unwrap());
    assert_eq!((seen.len(), read.len(), &seen[1]["note"]), (7, 7, &json!("why")));
    assert_eq!((&seen[0]["by"], &read[0]["by"]), (&json!({"role": "SHOPPER"}), &json!({"role": "SHOPPER"})));
    // Which of the store's people it was is the store's business.
    assert_eq!(seen[1]["by"], json!({"role": "STORE", "store_id": a()}));
    assert_eq!(read[1]["by"], json!({"role": "STORE", "store_id": a(), "user_id": owner()}));
    assert_eq!((&seen[5]["payment"], &seen[6]["payment"]), (&Value::Null, &json!("COMPLETED")));
    assert!(!own.body.to_string().contains(&owner().to_string()), "{}", own.body);
    let (b, path) = (StoreId::derived("b"), "orders");
    refused(&w, clerk(), get(&format!("/v1/stores/{b}/{path}/{order}/history")), 403, "forbidden").await;
    let unknown = OrderId::derived("nothing");
    refused(&w, clerk(), get(&format!("/v1/stores/{}/orders/{unknown}/history", a())), 404, "not-found").await;
}

#[tokio::test]
async fn moves_that_are_not_the_callers_or_not_in_the_table_are_refused() {
    let w = world().await;
    let placed = placed(&w, "CASH_ON_DELIVERY").await;
    let order = of_a(&placed);
    refused(&w, clerk(), to(&order, "CONFIRMED"), 403, "forbidden").await;
    refused(&w, shopper(), to(&order, "CONFIRMED"), 403, "forbidden").await;
    refused(&w, owner(), to(&order, "PENDING"), 422, "invalid").await;
    refused(&w, owner(), to(&order, "SHIPPED"), 409, "move-forbidden").await;
    let of_b = placed["orders"].as_array().unwrap().iter().find(|o| o["store_id"] != json!(a())).unwrap();
    refused(&w, owner(), to(of_b["order_id"].as_str().unwrap(), "CONFIRMED"), 404, "not-found").await;
}

#[tokio::test]
async fn a_store_sees_an_order_and_where_it_goes_only_once_there_is_something_to_do() {
    let w = world().await;
    let placed = placed(&w, "PAYME").await;
    let order = of_a(&placed);
    let of_store = format!("/v1/stores/{}/orders", a());
    let listed = async || w.by(owner(), get(&of_store)).await.body["items"].as_array().unwrap().len();
    assert_eq!(listed().await, 0);
    for path in [format!("{of_store}/{order}"), format!("{of_store}/{order}/history")] {
        refused(&w, owner(), get(&path), 404, "not-found").await;
    }
    // Cancelling it would cancel the other stores' orders, too.
    for state in ["CONFIRMED", "CANCELLED"] {
        refused(&w, owner(), to(&order, state), 404, "not-found").await;
    }
    assert_eq!(w.by(shopper(), get(&format!("/v1/orders/{order}"))).await.body["fulfilment"], "PENDING_PAYMENT");
    pay(&w, &placed).await;
    assert_eq!(listed().await, 1);
    let seen = w.by(owner(), get(&format!("{of_store}/{order}"))).await.body;
    assert_eq!((&seen["fulfilment"], &seen["address"]["house"]), (&json!("PENDING"), &json!("12")));
    assert_eq!(w.by(owner(), to(&order, "CONFIRMED")).await.status, 200);
}

/// Pays a checkout, as a provider's call does.
pub(super) async fn pay(w: &World, placed: &Value) {
    let id = placed["checkout_id"].as_str().unwrap().parse().unwrap();
    let checkout = crate::ops::whole::Checkout::load(&w.ctx.table, id).await.unwrap().unwrap();
    let doer = crate::ops::Doer::itself(&w.ctx, id);
    w.ctx.table.commit(crate::ops::book::paid(dynamodb::Tx::new(), &checkout, &doer).unwrap()).await.unwrap();
}

fn cancel(order: &str) -> Call {
    Call::new("POST", &format!("/v1/orders/{order}/cancel")).json(&json!({"note": "found another"}))
}

#[tokio::test]
async fn a_shopper_cancels_an_own_order_until_it_is_packed() {
    let w = world().await;
    let order = of_a(&placed(&w, "CASH_ON_DELIVERY").await);
    refused(&w, UserId::derived("stranger"), cancel(&order), 404, "not-found").await;
    for state in ["CONFIRMED", "PROCESSING", "PACKED"] {
        assert_eq!(w.by(owner(), to(&order, state)).await.status, 200);
    }
    refused(&w, shopper(), cancel(&order), 409, "too-late-to-cancel").await;
    assert_eq!(w.by(owner(), to(&order, "CANCELLED")).await.body["cancelled"], "STORE");
    let again = w.by(shopper(), cancel(&order)).await;
    assert_eq!((again.status, &again.body["fulfilment"]), (200, &json!("CANCELLED")));
}

#[tokio::test]
async fn a_checkout_says_where_to_pay_only_while_it_can_be_paid() {
    let w = world().await;
    let placed = placed(&w, "PAYME").await;
    let path = format!("/v1/checkouts/{}", placed["checkout_id"].as_str().unwrap());
    let waits = w.by(shopper(), get(&path)).await.body;
    assert_eq!((&waits["payment"], &waits["total"]), (&json!("PENDING"), &placed["total"]));
    assert!(waits["pay_at"].as_str().unwrap().starts_with("https://checkout.paycom.uz/"), "{waits}");
    refused(&w, UserId::derived("stranger"), get(&path), 404, "not-found").await;
    // Its time is over, and nothing has swept yet.
    w.ctx.clock.advance(jiff::SignedDuration::from_mins(30));
    assert_eq!(w.by(shopper(), get(&path)).await.body["pay_at"], Value::Null);
    w.by(shopper(), cancel(&of_a(&placed))).await;
    let ended = w.by(shopper(), get(&path)).await.body;
    assert_eq!((&ended["payment"], &ended["pay_at"]), (&json!("CANCELLED"), &Value::Null));
}

pub(super) async fn as_admin(w: &World, path: &str) -> Reply {
    w.send(get(path).user(UserId::derived("admin"), PlatformRole::Admin)).await
}

#[tokio::test]
async fn a_store_reads_what_it_is_owed_and_admins_read_the_books_of_a_store_or_a_day() {
    let w = world().await;
    let order = delivered(&w).await;
    let of_store = format!("/v1/stores/{}", a());
    let balance = w.by(owner(), get(&format!("{of_store}/balance"))).await.body;
    // The store took 215,000 in cash, of which 10,000 are commission.
    let amount = |som: i64| json!({"amount": som * 100, "currency": "UZS"});
    assert_eq!((&balance["pending"], &balance["available"]), (&amount(205_000), &amount(-215_000)));
    let books = w.by(owner(), get(&format!("{of_store}/ledger"))).await.body;
    assert_eq!((&books["items"][0]["kind"], &books["items"][0]["order_id"]), (&json!("DELIVERY"), &json!(order)));
    for path in ["balance", "ledger"] {
        refused(&w, clerk(), get(&format!("{of_store}/{path}")), 403, "forbidden").await;
    }
    assert_eq!(as_admin(&w, &format!("/v1/admin/ledger?store_id={}", a())).await.body["items"], books["items"]);
    assert_eq!(as_admin(&w, "/v1/admin/ledger?day=2026-11-23").await.body["items"], books["items"]);
    assert_eq!(as_admin(&w, "/v1/admin/ledger?day=2026-11-22").await.body["items"], json!([]));
    for path in ["/v1/admin/ledger", "/v1/admin/ledger?day=today", "/v1/admin/ledger?day=2026-02-30"] {
        assert_eq!(as_admin(&w, path).await.status, 400, "{path}");
    }
    let both = format!("/v1/admin/ledger?day=2026-11-23&store_id={}", a());
    assert_eq!(as_admin(&w, &both).await.status, 400);
}

#[tokio::test]
async fn the_books_of_a_day_are_paged_in_the_order_of_time_and_sum_to_zero() {
    let w = world().await;
    let placed = placed(&w, "PAYME").await;
    pay(&w, &placed).await;
    w.ctx.clock.advance(jiff::SignedDuration::from_secs(1));
    w.by(shopper(), cancel(&of_a(&placed))).await;
    let (mut seen, mut path) = (Vec::new(), "/v1/admin/ledger?day=2026-11-23&limit=2".to_owned());
    while seen.len() < 10 {
        let page = as_admin(&w, &path).await.body;
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/admin/ledger?day=2026-11-23&limit=2&cursor={cursor}");
    }
    let kinds: Vec<_> = seen.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PAYMENT", "PAYMENT", "CANCELLATION"]);
    let entries = seen.iter().flat_map(|row| row["entries"].as_array().unwrap());
    assert_eq!(entries.map(|entry| entry["amount"]["amount"].as_i64().unwrap()).sum::<i64>(), 0);
    let due = &seen[2]["entries"][1];
    let (account, owed) = (format!("REFUND_DUE:{}", of_a(&placed)), -som(215_000).minor());
    assert_eq!((&due["account"], &due["amount"]["amount"]), (&json!(account), &json!(owed)));
}
