//! Orders that a store accepts and does not finish.

use super::*;
use crate::domain::RefundStatus;
use crate::ops::{advance_any, orders, overdue, refunds};

pub(super) fn platform(w: &World) -> Doer {
    let actor = Actor::User { id: domain::UserId::derived("admin") };
    Doer::asking(&w.ctx, actor, Party::Platform, Some("called the store".into()))
}

/// Sweeps every twelve hours, as often as tech-product ends holds.
async fn days_pass(w: &World, days: u32) {
    for _ in 0..2 * days {
        w.ctx.clock.advance(SignedDuration::from_hours(12));
        sweep(&w.ctx).await.unwrap();
        w.expire_holds();
    }
}

async fn shown(w: &World) -> Vec<OrderId> {
    orders(&w.ctx.table, overdue()).await.unwrap().orders.iter().map(|order| order.order_id).collect()
}

#[tokio::test]
async fn an_order_that_is_accepted_and_not_shipped_in_a_week_is_cancelled_and_paid_back() {
    for way in [&[Confirmed][..], &[Confirmed, Processing], &[Confirmed, Processing, Packed]] {
        let w = world().await;
        let placed = placed(&w, PaymentMethod::Payme).await;
        pay(&w, &placed).await;
        walk(&w, &placed, &way[..1]).await;
        days_pass(&w, 6).await;
        // Working on it gains no time.
        walk(&w, &placed, &way[1..]).await;
        assert_eq!((w.held(), w.available("cpu")), (1, 8), "its hold has lasted");
        days_pass(&w, 1).await;
        let order = order(&w, &placed).await;
        assert_eq!((order.fulfilment, order.cancelled), (Cancelled, Some(CancelReason::NotShipped)), "{way:?}");
        assert_eq!((w.held(), w.available("cpu"), settlements(&w, &placed).await), (0, 10, 0));
        let accounts = accounts(&w).await;
        assert_eq!(accounts[&format!("REFUND_DUE:{}", order.order_id)], -order.total.minor());
        assert_eq!(accounts[&format!("BUYER:{}", order.order_id)], 0);
        let due = orders(&w.ctx.table, refunds(RefundStatus::Pending)).await.unwrap().orders;
        assert_eq!(due.len(), 2, "the other store did not accept");
        assert_eq!(whole(&w, &placed).await.payment.look_at, None);
    }
}

#[tokio::test]
async fn what_is_late_on_its_way_is_shown_and_left_to_an_operator() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &[Confirmed, Processing, Packed, Shipped]).await;
    days_pass(&w, 13).await;
    assert_eq!(shown(&w).await, []);
    days_pass(&w, 2).await;
    assert_eq!(shown(&w).await, [of_a(&placed)]);
    let late = order(&w, &placed).await;
    assert_eq!((late.fulfilment, whole(&w, &placed).await.payment.look_at), (Shipped, None), "nobody looks again");
    walk(&w, &placed, &[OutForDelivery]).await;
    assert_eq!(shown(&w).await, [of_a(&placed)], "it is not with the shopper yet");
    let late = cancel(&w.ctx, shopper(), of_a(&placed), &doer(&w)).await;
    assert!(matches!(late, Err(MoveError::TooLate(OutForDelivery))));
    let refused = advance_any(&w.ctx, of_a(&placed), Cancelled, &platform(&w)).await;
    assert!(matches!(refused, Err(MoveError::Forbidden(_))), "{refused:?}");
    advance_any(&w.ctx, of_a(&placed), Delivered, &platform(&w)).await.unwrap();
    assert_eq!(shown(&w).await, []);
    assert_eq!((open_cash(&w).await, whole(&w, &placed).await.payment.live_orders), (0, 0));
}

#[tokio::test]
async fn a_store_that_was_told_of_a_payment_late_has_all_its_time() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    w.ctx.clock.advance(SignedDuration::from_mins(29));
    pay(&w, &placed).await;
    let day = SignedDuration::from_hours(24);
    assert_eq!(order(&w, &placed).await.act_by, Some(w.ctx.clock.now() + day));
    w.ctx.clock.advance(day - SignedDuration::from_secs(1));
    sweep(&w.ctx).await.unwrap();
    assert_eq!(order(&w, &placed).await.fulfilment, Pending);
    w.ctx.clock.advance(SignedDuration::from_secs(1));
    sweep(&w.ctx).await.unwrap();
    assert_eq!(order(&w, &placed).await.cancelled, Some(CancelReason::NotAccepted));
}

#[tokio::test]
async fn orders_that_were_paid_in_advance_are_counted_down_when_they_arrive() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    pay(&w, &placed).await;
    walk(&w, &placed, &WAY).await;
    let payment = whole(&w, &placed).await.payment;
    assert_eq!((payment.live_orders, payment.status), (1, PaymentStatus::Completed));
    let b = placed.orders.iter().find(|order| order.store_id != a()).unwrap();
    for to in WAY {
        advance(&w.ctx, b.store_id, b.order_id, to, &doer(&w)).await.unwrap();
    }
    let payment = whole(&w, &placed).await.payment;
    assert_eq!((payment.live_orders, payment.look_at, payment.paid), (0, None, som(330_000)));
}

#[tokio::test]
async fn what_the_platform_ends_says_so_and_is_audited_once() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    let unpaid = advance_any(&w.ctx, of_a(&placed), Confirmed, &platform(&w)).await;
    assert!(matches!(unpaid, Err(MoveError::Forbidden(_))), "only money makes a store's order of it");
    pay(&w, &placed).await;
    advance_any(&w.ctx, of_a(&placed), Confirmed, &platform(&w)).await.unwrap();
    for _ in 0..2 {
        let ended = advance_any(&w.ctx, of_a(&placed), Cancelled, &platform(&w)).await.unwrap();
        assert_eq!(ended.cancelled, Some(CancelReason::Platform));
    }
    let audits: Vec<_> = told(&w)
        .await
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::AuditRecorded(audit) => Some((audit.action, audit.resource, audit.after["note"].clone())),
            _ => None,
        })
        .collect();
    let resource = format!("order/{}", of_a(&placed));
    let note = serde_json::json!("called the store");
    assert_eq!(audits.len(), 2, "{audits:?}");
    for action in ["order.move", "order.cancel"] {
        assert!(audits.contains(&(action.into(), resource.clone(), note.clone())), "{audits:?}");
    }
    let unknown = advance_any(&w.ctx, OrderId::derived("nothing"), Confirmed, &platform(&w)).await;
    assert!(matches!(unknown, Err(MoveError::NotFound)));
}
