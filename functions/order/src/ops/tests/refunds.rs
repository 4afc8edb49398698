//! Money that goes back by hand.

use super::times::platform;
use super::*;
use crate::domain::{PaidFrom, RefundStatus};
use crate::ops::{CompleteRefund, RefundError, complete_refund, orders, refunds};

/// An operator gave it back by the bank.
pub(super) async fn repay(w: &World, order_id: OrderId, reference: &str) -> Result<Order, RefundError> {
    let command = CompleteRefund { order_id, reference: reference.into(), paid_from: PaidFrom::Bank };
    complete_refund(&w.ctx, &command, &platform(w)).await
}

async fn given_up(w: &World) -> PlacedCheckout {
    let placed = placed(w, PaymentMethod::Payme).await;
    pay(w, &placed).await;
    cancel(&w.ctx, shopper(), of_a(&placed), &doer(w)).await.unwrap();
    placed
}

async fn waiting(w: &World, status: RefundStatus) -> Vec<OrderId> {
    orders(&w.ctx.table, refunds(status)).await.unwrap().orders.iter().map(|order| order.order_id).collect()
}

async fn returned(w: &World) -> usize {
    told(w)
        .await
        .iter()
        .filter(|fact| matches!(fact, Fact::RefundCompleted(back) if back.amount == som(215_000)))
        .count()
}

#[tokio::test]
async fn one_order_of_several_is_paid_back_by_hand_and_booked_once() {
    let w = world().await;
    let placed = given_up(&w).await;
    let id = of_a(&placed);
    assert_eq!(
        (waiting(&w, RefundStatus::Pending).await, waiting(&w, RefundStatus::Completed).await),
        (vec![id], vec![])
    );
    w.ctx.clock.advance(SignedDuration::from_hours(5));
    let done = join_all((0..5).map(|_| repay(&w, id, "MT103-77"))).await;
    assert!(
        done.iter().all(|done| done.as_ref().is_ok_and(|order| order.payment == PaymentStatus::Refunded)),
        "{done:?}"
    );
    let other = repay(&w, id, "MT103-78").await;
    assert!(matches!(other, Err(RefundError::Completed { reference, .. }) if reference == "MT103-77"));
    assert_eq!(
        (waiting(&w, RefundStatus::Pending).await, waiting(&w, RefundStatus::Completed).await),
        (vec![], vec![id])
    );
    let payment = whole(&w, &placed).await.payment;
    assert_eq!((payment.status, payment.refunded), (PaymentStatus::PartiallyRefunded, som(215_000)));
    let accounts = accounts(&w).await;
    assert_eq!(accounts[&format!("REFUND_DUE:{id}")], 0);
    assert_eq!((accounts["BANK"], accounts["PSP:payme"]), (-som(215_000).minor(), som(330_000).minor()));
    let order = order(&w, &placed).await;
    let history = crate::ops::history(&w.ctx.table, &order).await.unwrap();
    let last = history.last().unwrap();
    assert_eq!((last.step.to, last.payment, last.party), (Cancelled, Some(PaymentStatus::Refunded), Party::Platform));
    assert_eq!((history.len(), returned(&w).await), (4, 1));
}

#[tokio::test]
async fn the_last_refund_of_a_checkout_makes_it_even() {
    let w = world().await;
    let placed = given_up(&w).await;
    let b = placed.orders.iter().find(|order| order.store_id != a()).unwrap().order_id;
    cancel(&w.ctx, shopper(), b, &doer(&w)).await.unwrap();
    for id in [b, of_a(&placed)] {
        repay(&w, id, "one transfer for both").await.unwrap();
    }
    let payment = whole(&w, &placed).await.payment;
    assert_eq!((payment.status, payment.refunded), (PaymentStatus::Refunded, payment.paid));
    assert!(accounts(&w).await.iter().all(|(account, sum)| !account.starts_with("REFUND_DUE") || *sum == 0));
}

#[tokio::test]
async fn nothing_is_paid_back_that_nobody_is_owed() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    for id in [of_a(&placed), OrderId::derived("nothing")] {
        assert!(matches!(repay(&w, id, "MT103-1").await, Err(RefundError::NotFound)));
    }
    cancel(&w.ctx, shopper(), of_a(&placed), &doer(&w)).await.unwrap();
    assert!(matches!(repay(&w, of_a(&placed), "MT103-1").await, Err(RefundError::NotFound)), "it was never paid");
}

#[tokio::test]
async fn a_payment_that_was_lost_on_its_way_is_owed() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    pay(&w, &placed).await;
    walk(&w, &placed, &[Confirmed, Processing, Packed, Shipped, Failed]).await;
    assert_eq!(waiting(&w, RefundStatus::Pending).await, [of_a(&placed)]);
    repay(&w, of_a(&placed), "MT103-9").await.unwrap();
    assert_eq!(accounts(&w).await[&format!("REFUND_DUE:{}", of_a(&placed))], 0);
}
