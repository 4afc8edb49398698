//! Goods that are not held any more.

use contracts::LineRefusal;
use domain::VariantId;

use super::*;
use crate::ops::{lost_holds, not_held};

const TO_PACKED: [Fulfilment; 3] = [Confirmed, Processing, Packed];

fn short(error: &MoveError) -> Vec<(VariantId, u32)> {
    let MoveError::NotHeld(lines) = error else { panic!("{error:?}") };
    lines.iter().map(|line: &LineRefusal| (line.variant_id, line.available)).collect()
}

async fn ship(w: &World, placed: &PlacedCheckout) -> Result<Order, MoveError> {
    advance(&w.ctx, a(), of_a(placed), Shipped, &doer(w)).await
}

/// How many orders the platform's staff are shown because their goods are not held.
async fn shown(w: &World) -> usize {
    not_held(&w.ctx.table, lost_holds()).await.unwrap().orders.len()
}

#[tokio::test]
async fn goods_that_were_sold_to_somebody_else_do_not_leave_and_the_order_can_be_cancelled_and_paid_back() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::Payme).await;
    pay(&w, &placed).await;
    walk(&w, &placed, &TO_PACKED).await;
    w.end_holds();
    w.stock("cpu", 1, som(100_000));
    let refused = ship(&w, &placed).await.unwrap_err();
    assert_eq!(short(&refused), [(VariantId::derived("cpu"), 1)]);
    let packed = order(&w, &placed).await;
    assert_eq!((packed.fulfilment, packed.moves, settlements(&w, &placed).await), (Packed, 5, 0));
    assert_eq!(w.gone("cpu"), 0);
    let cancelled = advance(&w.ctx, a(), of_a(&placed), Cancelled, &doer(&w)).await.unwrap();
    assert!(cancelled.is_owed());
    assert_eq!((w.available("cpu"), settlements(&w, &placed).await), (1, 0), "nothing comes back that was not held");
    // What the other store sells is still there: it is held anew.
    sweep(&w.ctx).await.unwrap();
    assert_eq!((w.held(), w.available("case")), (1, 9));
}

#[tokio::test]
async fn goods_that_are_still_there_are_held_anew_and_leave() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &TO_PACKED).await;
    let before = whole(&w, &placed).await.payment.reservation_id;
    w.end_holds();
    assert_eq!((w.held(), w.available("cpu"), w.available("case")), (0, 10, 10));
    assert_eq!(ship(&w, &placed).await.unwrap().fulfilment, Shipped);
    let payment = whole(&w, &placed).await.payment;
    assert_ne!(payment.reservation_id, before);
    assert_eq!((w.gone("cpu"), w.available("cpu"), w.available("case"), w.held()), (2, 8, 9, 1));
    assert_eq!(settlements(&w, &placed).await, 0);
    // The other store's part lives as long as any other.
    w.ctx.clock.advance(SignedDuration::from_hours(20));
    w.expire_holds();
    sweep(&w.ctx).await.unwrap();
    assert_eq!(w.held(), 1);
}

#[tokio::test]
async fn goods_of_another_price_today_are_not_held_anew() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &TO_PACKED).await;
    w.end_holds();
    w.stock("cpu", 10, som(120_000));
    let refused = ship(&w, &placed).await;
    let Err(MoveError::NotHeld(lines)) = refused else { panic!("{refused:?}") };
    assert_eq!(lines[0].unit_price, Some(som(120_000)));
    w.stock("cpu", 10, som(100_000));
    ship(&w, &placed).await.unwrap();
}

#[tokio::test]
async fn a_hold_that_is_lost_is_an_error_once_and_stays_in_sight_until_it_is_found() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &[Confirmed]).await;
    w.end_holds();
    w.stock("cpu", 0, som(100_000));
    w.ctx.clock.advance(SignedDuration::from_hours(23));
    sweep(&w.ctx).await.unwrap();
    assert_eq!(shown(&w).await, 0);
    w.ctx.clock.advance(SignedDuration::from_hours(2));
    assert!(sweep(&w.ctx).await.is_err(), "somebody has to look");
    for _ in 0..3 {
        w.ctx.clock.advance(SignedDuration::from_hours(12));
        sweep(&w.ctx).await.unwrap();
    }
    assert_eq!(shown(&w).await, 1, "the other store's order was not accepted, and is cancelled");
    let refused = advance(&w.ctx, a(), of_a(&placed), Processing, &doer(&w)).await.unwrap_err();
    assert_eq!(short(&refused), [(VariantId::derived("cpu"), 0)]);
    w.stock("cpu", 2, som(100_000));
    walk(&w, &placed, &[Processing]).await;
    assert_eq!((shown(&w).await, w.available("cpu"), w.held()), (0, 0, 1));
    sweep(&w.ctx).await.unwrap();
    assert!(whole(&w, &placed).await.payment.hold_until > w.ctx.clock.now() + SignedDuration::from_hours(6 * 24));
}

#[tokio::test]
async fn a_move_prolongs_a_hold_that_nobody_swept() {
    let w = world().await;
    w.store(StoreTerms { auto_accept: true, ..terms("a") });
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    let soon = SignedDuration::from_hours(10);
    w.ctx.clock.advance(soon);
    walk(&w, &placed, &[Processing]).await;
    assert_eq!(whole(&w, &placed).await.payment.hold_until, w.ctx.clock.now() - soon + SignedDuration::from_hours(48));
    w.ctx.clock.advance(SignedDuration::from_hours(20));
    walk(&w, &placed, &[Packed]).await;
    assert_eq!(whole(&w, &placed).await.payment.hold_until, w.ctx.clock.now() + SignedDuration::from_hours(7 * 24));
    w.ctx.clock.advance(SignedDuration::from_hours(6 * 24));
    w.expire_holds();
    walk(&w, &placed, &[Shipped]).await;
    assert_eq!((w.gone("cpu"), settlements(&w, &placed).await), (2, 0));
}

#[tokio::test]
async fn a_kill_while_goods_are_held_anew_leaves_one_hold_that_the_next_try_takes_over() {
    for at in [At::BeforeReserve, At::AfterReserve] {
        let w = world().await;
        let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
        walk(&w, &placed, &TO_PACKED).await;
        w.end_holds();
        w.fail(at, Fault::Hang);
        w.kill(Box::pin(ship(&w, &placed))).await;
        w.heal();
        assert_eq!(order(&w, &placed).await.fulfilment, Packed);
        ship(&w, &placed).await.unwrap();
        assert_eq!((w.held(), w.gone("cpu"), w.available("cpu")), (1, 2, 8), "{at:?}");
    }
}

#[tokio::test]
async fn a_hold_that_nobody_took_over_ends_by_itself_and_does_not_bar_the_next() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &TO_PACKED).await;
    w.end_holds();
    w.fail(At::AfterReserve, Fault::Hang);
    w.kill(Box::pin(ship(&w, &placed))).await;
    w.heal();
    w.ctx.clock.advance(SignedDuration::from_hours(2));
    w.expire_holds();
    assert_eq!((w.held(), w.available("cpu")), (0, 10));
    ship(&w, &placed).await.unwrap();
    assert_eq!((w.gone("cpu"), w.available("cpu")), (2, 8));
}

#[tokio::test]
async fn what_tech_product_refuses_for_ever_is_an_error_once() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &TO_PACKED).await;
    w.fail(At::BeforeCommit, Fault::Unavailable);
    walk(&w, &placed, &[Shipped]).await;
    w.heal();
    w.end_holds();
    w.ctx.clock.advance(SignedDuration::from_secs(31));
    assert!(sweep(&w.ctx).await.is_err());
    for _ in 0..3 {
        w.ctx.clock.advance(SignedDuration::from_mins(5));
        sweep(&w.ctx).await.unwrap();
    }
    let key = settlement_key(placed.checkout_id, Some(a()));
    let kept = w.ctx.table.get_consistent::<Settlement>(key).await.unwrap().unwrap();
    assert!(kept.refused.is_some(), "{kept:?}");
}

#[tokio::test]
async fn no_move_is_made_while_nobody_can_say_whether_the_goods_are_held() {
    let w = world().await;
    let placed = placed(&w, PaymentMethod::CashOnDelivery).await;
    walk(&w, &placed, &TO_PACKED).await;
    w.fail(At::Extend, Fault::Unavailable);
    assert!(matches!(ship(&w, &placed).await, Err(MoveError::Call(_))));
    w.heal();
    ship(&w, &placed).await.unwrap();
}
