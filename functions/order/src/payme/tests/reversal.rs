//! A performed transaction that is taken back, told as every other end is.

use futures::future::join;

use super::*;
use crate::domain::PaidFrom;
use crate::ops::{CompleteRefund, RefundError, complete_refund, history};
use crate::table::HistoryEntry;

async fn last_move(w: &World, order: &crate::domain::Order) -> HistoryEntry {
    let moves = history(&w.ctx.table, order).await.unwrap();
    assert_eq!(moves.len(), order.moves as usize);
    moves.into_iter().next_back().unwrap()
}

#[tokio::test]
async fn each_order_has_its_move_its_payment_and_its_events() {
    let w = world().await;
    let checkout = paid(&w).await;
    let first = whole(&w, checkout).await.orders.remove(0).into_row();
    advance(&w.ctx, first.store_id, first.order_id, Fulfilment::Cancelled, &doer(&w)).await.unwrap();
    assert_eq!(reverse(&w).await["result"]["state"], -2);
    for order in whole(&w, checkout).await.orders {
        assert_eq!((order.fulfilment, order.payment), (Fulfilment::Cancelled, PaymentStatus::Refunded));
        let back = order.refund.clone().unwrap().done.unwrap();
        assert_eq!((back.reference.as_str(), back.paid_from), (ID, PaidFrom::Provider));
        let last = last_move(&w, &order).await;
        let was_held = order.order_id != first.order_id;
        let from = if was_held { Fulfilment::Pending } else { Fulfilment::Cancelled };
        assert_eq!((last.step.from, last.step.to), (Some(from), Fulfilment::Cancelled));
        assert_eq!((last.payment, last.party), (Some(PaymentStatus::Refunded), Party::Provider));
    }
    let refunded = |fact: &Fact| matches!(fact, Fact::OrderCancelled(c) if c.refund.is_some() && c.purchased);
    assert_eq!((told(&w, refunded).await, told(&w, |fact| matches!(fact, Fact::RefundCompleted(_))).await), (2, 2));
    let after = whole(&w, checkout).await.payment;
    assert_eq!((after.status, after.live_orders, after.look_at), (PaymentStatus::Refunded, 0, None));
}

async fn repay(w: &World, order_id: domain::OrderId) -> Result<crate::domain::Order, RefundError> {
    let actor = contracts::Actor::User { id: domain::UserId::derived("admin") };
    let doer = Doer::asking(&w.ctx, actor, Party::Platform, None);
    let command = CompleteRefund { order_id, reference: "MT103-77".into(), paid_from: PaidFrom::Bank };
    complete_refund(&w.ctx, &command, &doer).await
}

#[tokio::test]
async fn money_that_went_back_by_the_bank_does_not_go_back_through_payme_as_well() {
    for _ in 0..5 {
        let w = world().await;
        let checkout = paid(&w).await;
        let first = whole(&w, checkout).await.orders.remove(0).into_row();
        advance(&w.ctx, first.store_id, first.order_id, Fulfilment::Cancelled, &doer(&w)).await.unwrap();
        let (repaid, reversed) = join(Box::pin(repay(&w, first.order_id)), Box::pin(reverse(&w))).await;
        let payment = whole(&w, checkout).await.payment;
        if repaid.is_ok() {
            assert_eq!((code(&reversed), payment.refunded), (-31_007, first.total));
            assert_eq!(code(&reverse(&w).await), -31_007);
        } else {
            assert!(matches!(repaid, Err(RefundError::Completed { .. })), "{repaid:?}");
            assert_eq!((&reversed["result"]["state"], payment.refunded), (&json!(-2), som(330_000)));
        }
        let once = told(&w, |fact| matches!(fact, Fact::RefundCompleted(_))).await;
        assert_eq!(once, if repaid.is_ok() { 1 } else { 2 });
    }
}
