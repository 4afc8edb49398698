//! Payme's calls against each other, against shoppers and against stores.

use futures::future::join;

use super::*;
use crate::ops::MoveError;

#[tokio::test]
async fn one_transaction_created_many_times_at_once_has_one_answer() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let created = join_all((0..6).map(|_| create(&w, ID, checkout))).await;
    assert!(created.iter().all(|reply| reply == &created[0] && code(reply) == 0), "{created:?}");
    let cancelled = join_all((0..6).map(|_| call(&w, "CancelTransaction", json!({"id": ID, "reason": 3})))).await;
    assert!(cancelled.iter().all(|reply| reply == &cancelled[0] && code(reply) == 0), "{cancelled:?}");
    assert_eq!(cancelled[0]["result"]["state"], -1);
}

#[tokio::test]
async fn a_shopper_who_cancels_meets_payme_and_one_of_them_wins() {
    for _ in 0..6 {
        let w = world().await;
        let checkout = waiting(&w).await;
        let order = whole(&w, checkout).await.orders.remove(0).into_row();
        let as_shopper = Doer::asking(&w.ctx, contracts::Actor::User { id: shopper() }, Party::Shopper, None);
        let cancel = Box::pin(cancel(&w.ctx, shopper(), order.order_id, &as_shopper));
        let (created, cancelled) = join(Box::pin(create(&w, ID, checkout)), cancel).await;
        let after = whole(&w, checkout).await;
        if code(&created) == 0 {
            assert!(matches!(cancelled, Err(MoveError::PaymentUnderWay)), "{cancelled:?}");
            assert_eq!((after.payment.status, w.held()), (PaymentStatus::Processing, 1));
        } else {
            assert!(cancelled.is_ok(), "{cancelled:?}");
            assert_eq!((code(&created), after.payment.status), (-31_051, PaymentStatus::Cancelled));
            assert_eq!(w.held(), 0);
        }
    }
}

#[tokio::test]
async fn performed_and_cancelled_at_once_is_paid_and_paid_back_or_neither() {
    for _ in 0..6 {
        let w = world().await;
        let checkout = waiting(&w).await;
        create(&w, ID, checkout).await;
        let perform = Box::pin(call(&w, "PerformTransaction", json!({"id": ID})));
        let cancel = Box::pin(call(&w, "CancelTransaction", json!({"id": ID, "reason": 3})));
        let (performed, cancelled) = join(perform, cancel).await;
        let after = whole(&w, checkout).await;
        let paid = told(&w, |fact| matches!(fact, Fact::PaymentCompleted(_))).await;
        if code(&performed) == 0 {
            assert_eq!((&cancelled["result"]["state"], paid), (&json!(-2), 1));
            assert_eq!((after.payment.status, w.held()), (PaymentStatus::Refunded, 0));
        } else {
            assert_eq!((code(&performed), &cancelled["result"]["state"], paid), (-31_008, &json!(-1), 0));
            assert_eq!((after.payment.status, w.held()), (PaymentStatus::Pending, 1));
        }
    }
}

#[tokio::test]
async fn goods_leave_or_the_money_goes_back_never_both() {
    use Fulfilment::{Confirmed, Packed, Processing, Shipped};
    for _ in 0..6 {
        let w = world().await;
        let checkout = waiting(&w).await;
        create(&w, ID, checkout).await;
        call(&w, "PerformTransaction", json!({"id": ID})).await;
        let first = whole(&w, checkout).await.orders.remove(0).into_row();
        let doer = doer(&w);
        for to in [Confirmed, Processing, Packed] {
            advance(&w.ctx, first.store_id, first.order_id, to, &doer).await.unwrap();
        }
        let ship = Box::pin(advance(&w.ctx, first.store_id, first.order_id, Shipped, &doer));
        let reverse = Box::pin(call(&w, "CancelTransaction", json!({"id": ID, "reason": 5})));
        let (shipped, reversed) = join(ship, reverse).await;
        let after = whole(&w, checkout).await;
        if shipped.is_ok() {
            assert_eq!((code(&reversed), after.payment.status), (-31_007, PaymentStatus::Completed));
            assert!(after.orders.iter().all(|order| order.cancelled.is_none()));
        } else {
            assert_eq!((&reversed["result"]["state"], after.payment.status), (&json!(-2), PaymentStatus::Refunded));
            assert_eq!((w.held(), w.gone("cpu"), w.available("cpu")), (0, 0, 10));
        }
    }
}
