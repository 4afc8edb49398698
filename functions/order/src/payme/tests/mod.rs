//! Payme's sandbox sequence against an embedded table.

mod crashes;
mod races;
mod reversal;
mod webhook;

use contracts::{CancelReason, Fact, Fulfilment, PaymentMethod};
use domain::CheckoutId;
use dynamodb::{OutboxRow, Query};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::answer;
use crate::domain::{Party, PaymentStatus};
use crate::ops::whole::Checkout;
use crate::ops::{Doer, Place, advance, cancel, place, sweep};
use crate::testkit::{At, Fault, PAYME_KEY, World, command, owner, shopper, som, world};

const ID: &str = "5305e3bab097f420a62ced0b";
const AMOUNT: i64 = 33_000_000;

fn basic(key: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("Paycom:{key}")))
}

async fn call(w: &World, method: &str, params: Value) -> Value {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string();
    let reply = answer(&w.ctx, Some(&basic(PAYME_KEY)), body.as_bytes()).await;
    assert_eq!(reply["id"], 7);
    assert!(reply.get("result").is_some() != reply.get("error").is_some(), "{reply}");
    reply
}

fn code(reply: &Value) -> i64 {
    reply["error"]["code"].as_i64().unwrap_or(0)
}

async fn waiting(w: &World) -> CheckoutId {
    let command = Place { method: PaymentMethod::Payme, ..command(shopper(), "key-0001") };
    let placed = place(&w.ctx, &command).await.unwrap();
    assert_eq!(placed.total.minor(), AMOUNT);
    placed.checkout_id
}

async fn whole(w: &World, id: CheckoutId) -> Checkout {
    Checkout::load(&w.ctx.table, id).await.unwrap().unwrap()
}

fn now(w: &World) -> i64 {
    w.ctx.clock.now().as_millisecond()
}

async fn create(w: &World, id: &str, checkout: CheckoutId) -> Value {
    let params = json!({"id": id, "time": now(w), "amount": AMOUNT, "account": {"order_id": checkout.to_string()}});
    call(w, "CreateTransaction", params).await
}

async fn told(w: &World, wanted: fn(&Fact) -> bool) -> usize {
    let mut count = 0;
    for partition in OutboxRow::partitions(domain::business_day(w.ctx.clock.now())) {
        let rows = w.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 100).await.unwrap();
        let event = |row: &OutboxRow| serde_json::from_str::<contracts::Event>(&row.event).unwrap();
        count += rows.iter().filter(|row| wanted(&event(row).fact)).count();
    }
    count
}

/// A checkout whose transaction was performed.
async fn paid(w: &World) -> CheckoutId {
    let checkout = waiting(w).await;
    create(w, ID, checkout).await;
    assert_eq!(call(w, "PerformTransaction", json!({"id": ID})).await["result"]["state"], 2);
    checkout
}

/// Payme takes a performed transaction back.
async fn reverse(w: &World) -> Value {
    call(w, "CancelTransaction", json!({"id": ID, "reason": 5})).await
}

#[tokio::test]
async fn nobody_but_payme_is_answered() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let body = json!({"id": 7, "method": "CheckPerformTransaction",
        "params": {"amount": AMOUNT, "account": {"order_id": checkout.to_string()}}})
    .to_string();
    for authorization in [None, Some(basic("wrong")), Some("Bearer x".to_owned()), Some(String::new())] {
        let reply = answer(&w.ctx, authorization.as_deref(), body.as_bytes()).await;
        assert_eq!((code(&reply), &reply["id"]), (-32_504, &json!(7)));
        // Before the method is looked at.
        assert_eq!(code(&answer(&w.ctx, authorization.as_deref(), b"{\"id\":7,\"method\":\"No\"}").await), -32_504);
    }
    assert_eq!(code(&answer(&w.ctx, Some(&basic(PAYME_KEY)), b"{").await), -32_700);
    let closed = crate::Ctx { payme: super::PaymeAccount::default(), ..w.ctx.clone() };
    assert_eq!(
        code(&answer(&closed, Some(&basic("")), body.as_bytes()).await),
        -32_504,
        "without a key nobody is Payme"
    );
}

#[tokio::test]
async fn account_then_amount_then_payable() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let check = |amount: i64, account: Value| {
        call(&w, "CheckPerformTransaction", json!({"amount": amount, "account": account}))
    };
    let account = json!({"order_id": checkout.to_string()});
    let unknown = check(1, json!({"order_id": "12345"})).await;
    assert_eq!((code(&unknown), &unknown["error"]["data"]), (-31_050, &json!("order_id")));
    for wrong in [AMOUNT - 1, AMOUNT + 1, AMOUNT / 100, 1, 0, -AMOUNT] {
        assert_eq!(code(&check(wrong, account.clone()).await), -31_001, "{wrong}");
    }
    let allowed = check(AMOUNT, account.clone()).await;
    let detail = &allowed["result"]["detail"];
    let items = detail["items"].as_array().unwrap();
    let sum: i64 = items.iter().map(|i| i["price"].as_i64().unwrap() * i["count"].as_i64().unwrap()).sum();
    assert_eq!(sum + detail["shipping"]["price"].as_i64().unwrap(), AMOUNT);
    assert_eq!((&items[0]["vat_percent"], items[0]["code"].as_str().unwrap().len()), (&json!(12), 17));
    w.end_holds();
    assert_eq!(code(&check(AMOUNT, account).await), -31_051, "its goods are gone");
}

#[tokio::test]
async fn a_payment_in_cash_is_no_account_of_paymes() {
    let w = world().await;
    let placed = place(&w.ctx, &command(shopper(), "key-0001")).await.unwrap();
    assert_eq!(code(&create(&w, ID, placed.checkout_id).await), -31_050);
}

#[tokio::test]
async fn every_call_repeated_gets_its_stored_answer() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let created = create(&w, ID, checkout).await;
    assert_eq!((&created["result"]["state"], &created["result"]["create_time"]), (&json!(1), &json!(now(&w))));
    let held = whole(&w, checkout).await.payment.hold_until;
    assert!(held >= w.ctx.clock.now() + SignedDuration::from_hours(12), "the hold outlasts the transaction");
    w.ctx.clock.advance(SignedDuration::from_mins(3));
    assert_eq!(create(&w, ID, checkout).await, created);
    let busy = create(&w, "another-transaction-0000", checkout).await;
    assert_eq!((code(&busy), &busy["error"]["data"]), (-31_051, &json!("order_id")));
    let perform = || call(&w, "PerformTransaction", json!({"id": ID}));
    let performed = perform().await;
    assert_eq!(performed["result"]["state"], 2);
    w.ctx.clock.advance(SignedDuration::from_mins(3));
    assert_eq!(perform().await, performed);
    assert_eq!(code(&create(&w, ID, checkout).await), -31_008);
    assert_eq!(code(&create(&w, "another-transaction-0001", checkout).await), -31_051, "it is paid");
    let paid = whole(&w, checkout).await;
    assert!(paid.orders.iter().all(|o| (o.fulfilment, o.payment) == (Fulfilment::Pending, PaymentStatus::Completed)));
    assert_eq!(told(&w, |fact| matches!(fact, Fact::PaymentCompleted(p) if p.amount == som(330_000))).await, 1);
    let check = call(&w, "CheckTransaction", json!({"id": ID})).await;
    assert_eq!(
        (&check["result"]["state"], &check["result"]["cancel_time"], &check["result"]["reason"]),
        (&json!(2), &json!(0), &Value::Null)
    );
    let cancelled = call(&w, "CancelTransaction", json!({"id": ID, "reason": 5})).await;
    assert_eq!(cancelled["result"]["state"], -2);
    w.ctx.clock.advance(SignedDuration::from_mins(3));
    assert_eq!(call(&w, "CancelTransaction", json!({"id": ID, "reason": 3})).await, cancelled);
    assert_eq!(code(&perform().await), -31_008);
    let reversed = whole(&w, checkout).await;
    assert_eq!((reversed.payment.status, w.held(), w.available("cpu")), (PaymentStatus::Refunded, 0, 10));
    assert_eq!(reversed.payment.refunded, som(330_000));
    assert!(reversed.orders.iter().all(|o| o.cancelled == Some(CancelReason::Provider)));
    let check = call(&w, "CheckTransaction", json!({"id": ID})).await;
    assert_eq!(
        (&check["result"]["state"], &check["result"]["reason"]),
        (&json!(-2), &json!(5)),
        "the first reason stays"
    );
}

#[tokio::test]
async fn cancelled_before_it_was_performed_the_checkout_can_be_paid_by_another() {
    let w = world().await;
    let checkout = waiting(&w).await;
    create(&w, ID, checkout).await;
    let cancelled = call(&w, "CancelTransaction", json!({"id": ID, "reason": 3})).await;
    assert_eq!(cancelled["result"]["state"], -1);
    assert_eq!(code(&call(&w, "PerformTransaction", json!({"id": ID})).await), -31_008);
    assert_eq!(create(&w, "another-transaction-0000", checkout).await["result"]["state"], 1);
    assert_eq!(call(&w, "PerformTransaction", json!({"id": "another-transaction-0000"})).await["result"]["state"], 2);
}

#[tokio::test]
async fn unknown_transactions_are_unknown() {
    let w = world().await;
    for (method, params) in [
        ("PerformTransaction", json!({"id": ID})),
        ("CancelTransaction", json!({"id": ID, "reason": 1})),
        ("CheckTransaction", json!({"id": ID})),
    ] {
        assert_eq!(code(&call(&w, method, params).await), -31_003, "{method}");
    }
    let fiscal = json!({"id": ID, "type": "PERFORM", "fiscal_data": {"receipt_id": 1}});
    assert_eq!(code(&call(&w, "SetFiscalData", fiscal.clone()).await), -32_001);
    let checkout = waiting(&w).await;
    create(&w, ID, checkout).await;
    assert_eq!(call(&w, "SetFiscalData", fiscal).await["result"]["success"], true);
}

#[tokio::test]
async fn a_transaction_ends_twelve_hours_after_paymes_time() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let old = json!({"id": ID, "time": now(&w) - 43_200_000, "amount": AMOUNT, "account": {"order_id": checkout.to_string()}});
    assert_eq!(code(&call(&w, "CreateTransaction", old).await), -31_008);
    create(&w, ID, checkout).await;
    w.ctx.clock.advance(SignedDuration::from_hours(11));
    sweep(&w.ctx).await.unwrap();
    assert_eq!(
        whole(&w, checkout).await.payment.status,
        PaymentStatus::Processing,
        "the thirty minutes do not count meanwhile"
    );
    assert_eq!(w.held(), 1);
    w.ctx.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(code(&call(&w, "PerformTransaction", json!({"id": ID})).await), -31_008);
    let check = call(&w, "CheckTransaction", json!({"id": ID})).await;
    assert_eq!((&check["result"]["state"], &check["result"]["reason"]), (&json!(-1), &json!(4)));
    sweep(&w.ctx).await.unwrap();
    assert_eq!((whole(&w, checkout).await.payment.status, w.held()), (PaymentStatus::Cancelled, 0));
}

#[tokio::test]
async fn a_transaction_that_payme_forgets_is_ended_by_the_sweep() {
    let w = world().await;
    let checkout = waiting(&w).await;
    create(&w, ID, checkout).await;
    w.ctx.clock.advance(SignedDuration::from_hours(12));
    sweep(&w.ctx).await.unwrap();
    let check = call(&w, "CheckTransaction", json!({"id": ID})).await;
    assert_eq!((&check["result"]["state"], &check["result"]["reason"]), (&json!(-1), &json!(4)));
    sweep(&w.ctx).await.unwrap();
    assert_eq!((whole(&w, checkout).await.payment.status, w.held()), (PaymentStatus::Cancelled, 0));
}

#[tokio::test]
async fn goods_that_were_handed_over_are_not_taken_back() {
    use Fulfilment::{Confirmed, Packed, Processing, Shipped};
    let w = world().await;
    let checkout = waiting(&w).await;
    create(&w, ID, checkout).await;
    call(&w, "PerformTransaction", json!({"id": ID})).await;
    let first = whole(&w, checkout).await.orders.remove(0).into_row();
    let doer = doer(&w);
    for to in [Confirmed, Processing, Packed, Shipped] {
        advance(&w.ctx, first.store_id, first.order_id, to, &doer).await.unwrap();
    }
    let refused = call(&w, "CancelTransaction", json!({"id": ID, "reason": 5})).await;
    assert_eq!(code(&refused), -31_007);
    let unchanged = whole(&w, checkout).await;
    assert_eq!(unchanged.payment.status, PaymentStatus::Completed);
    assert!(unchanged.orders.iter().all(|order| order.cancelled.is_none()));
}

#[tokio::test]
async fn while_a_transaction_is_open_nothing_else_happens_to_the_checkout() {
    let w = world().await;
    let checkout = waiting(&w).await;
    create(&w, ID, checkout).await;
    let order = whole(&w, checkout).await.orders.remove(0).into_row();
    let doer = Doer::asking(&w.ctx, contracts::Actor::User { id: shopper() }, Party::Shopper, None);
    let refused = cancel(&w.ctx, shopper(), order.order_id, &doer).await;
    assert!(matches!(refused, Err(crate::ops::MoveError::PaymentUnderWay)), "{refused:?}");
}

#[tokio::test]
async fn the_statement_has_every_state_in_the_order_of_paymes_time() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let from = now(&w);
    for id in ["transaction-000000000001", "transaction-000000000002"] {
        create(&w, id, checkout).await;
        call(&w, "CancelTransaction", json!({"id": id, "reason": 1})).await;
        w.ctx.clock.advance(SignedDuration::from_mins(1));
    }
    create(&w, ID, checkout).await;
    let to = now(&w);
    let statement = |from: i64, to: i64| call(&w, "GetStatement", json!({"from": from, "to": to}));
    let all = statement(from, to).await["result"]["transactions"].as_array().unwrap().clone();
    let states: Vec<_> = all.iter().map(|line| line["state"].as_i64().unwrap()).collect();
    assert_eq!((states, &all[2]["id"]), (vec![-1, -1, 1], &json!(ID)));
    assert_eq!((&all[0]["amount"], &all[0]["account"]["order_id"]), (&json!(AMOUNT), &json!(checkout.to_string())));
    assert_eq!(statement(from, to - 1).await["result"]["transactions"].as_array().unwrap().len(), 2);
    assert_eq!(statement(0, 9_999_999_999_999).await["result"]["transactions"].as_array().unwrap().len(), 3);
    assert_eq!(statement(to, from).await["result"]["transactions"], json!([]));
}

#[tokio::test]
async fn calls_at_the_same_moment_pay_once() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let ids: Vec<String> = (0..6).map(|n| format!("transaction-00000000000{n}")).collect();
    let created = join_all(ids.iter().map(|id| create(&w, id, checkout))).await;
    let won: Vec<_> = created.iter().zip(&ids).filter(|(reply, _)| code(reply) == 0).map(|(_, id)| id).collect();
    assert_eq!(won.len(), 1, "{created:?}");
    assert!(created.iter().all(|reply| [0, -31_051].contains(&code(reply))), "{created:?}");
    let performed = join_all((0..6).map(|_| call(&w, "PerformTransaction", json!({"id": won[0]})))).await;
    assert!(performed.iter().all(|reply| reply == &performed[0] && code(reply) == 0), "{performed:?}");
    assert_eq!(told(&w, |fact| matches!(fact, Fact::PaymentCompleted(_))).await, 1);
    let reversed = join_all((0..4).map(|_| call(&w, "CancelTransaction", json!({"id": won[0], "reason": 5})))).await;
    assert!(reversed.iter().all(|reply| reply == &reversed[0] && code(reply) == 0), "{reversed:?}");
    assert_eq!(told(&w, |fact| matches!(fact, Fact::OrderCancelled(_))).await, 2);
}

#[tokio::test]
async fn a_crash_while_the_hold_is_extended_leaves_nothing_that_a_repetition_does_not_mend() {
    let w = world().await;
    let checkout = waiting(&w).await;
    w.fail(At::Extend, Fault::Hang);
    w.kill(Box::pin(create(&w, ID, checkout))).await;
    w.heal();
    assert_eq!(code(&call(&w, "CheckTransaction", json!({"id": ID})).await), -31_003);
    assert_eq!(create(&w, ID, checkout).await["result"]["state"], 1);
    w.fail(At::Extend, Fault::Unavailable);
    let other = waiting_again(&w).await;
    assert_eq!(code(&create(&w, "another-transaction-0000", other).await), -32_400, "Payme asks again");
}

#[tokio::test]
async fn a_transaction_of_a_clock_that_is_ahead_never_outlives_its_hold() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let at = |ahead: i64| {
        let time = now(&w) + ahead * 3_600_000;
        json!({"id": ID, "time": time, "amount": AMOUNT, "account": {"order_id": checkout.to_string()}})
    };
    assert_eq!(code(&call(&w, "CreateTransaction", at(25)).await), -31_008);
    assert_eq!(call(&w, "CreateTransaction", at(2)).await["result"]["state"], 1);
    assert!(whole(&w, checkout).await.payment.hold_until > w.ctx.clock.now() + SignedDuration::from_hours(14));
    w.ctx.clock.advance(SignedDuration::from_hours(13));
    assert_eq!(call(&w, "PerformTransaction", json!({"id": ID})).await["result"]["state"], 2);
    assert_eq!(w.held(), 1);
}

#[tokio::test]
async fn what_a_store_gave_up_before_is_paid_back_with_the_rest() {
    let w = world().await;
    let checkout = waiting(&w).await;
    create(&w, ID, checkout).await;
    call(&w, "PerformTransaction", json!({"id": ID})).await;
    let first = whole(&w, checkout).await.orders.remove(0).into_row();
    advance(&w.ctx, first.store_id, first.order_id, Fulfilment::Cancelled, &doer(&w)).await.unwrap();
    let owed = whole(&w, checkout).await;
    assert_eq!((owed.payment.refunded, owed.payment.status), (som(0), PaymentStatus::Completed));
    assert_eq!(call(&w, "CancelTransaction", json!({"id": ID, "reason": 5})).await["result"]["state"], -2);
    let back = whole(&w, checkout).await;
    assert_eq!((back.payment.refunded, back.payment.status), (som(330_000), PaymentStatus::Refunded));
    assert!(back.orders.iter().all(|order| order.payment == PaymentStatus::Refunded));
    assert_eq!((w.held(), w.available("cpu"), w.available("case")), (0, 10, 10));
    assert_eq!(told(&w, |fact| matches!(fact, Fact::OrderCancelled(_))).await, 2);
}

fn doer(w: &World) -> Doer {
    Doer::asking(&w.ctx, contracts::Actor::User { id: owner() }, Party::Store, None)
}

async fn waiting_again(w: &World) -> CheckoutId {
    w.cart(shopper(), 9, vec![crate::testkit::line("a", "cpu", 2), crate::testkit::line("b", "case", 1)]);
    let command = Place { method: PaymentMethod::Payme, ..command(shopper(), "key-0002") };
    place(&w.ctx, &command).await.unwrap().checkout_id
}
