//! Killed between the transaction that decides and what follows from it.

use super::*;

/// Everything that a reversed payment brings with it, once.
async fn is_reversed(w: &World, checkout: CheckoutId) {
    let reversed = whole(w, checkout).await;
    assert_eq!((reversed.payment.status, reversed.payment.refunded), (PaymentStatus::Refunded, som(330_000)));
    assert_eq!((w.held(), w.available("cpu"), w.available("case")), (0, 10, 10));
    assert_eq!(told(w, |fact| matches!(fact, Fact::OrderCancelled(_))).await, 2);
}

#[tokio::test]
async fn a_reversal_that_was_killed_before_or_after_the_goods_were_free_is_finished_by_the_sweep() {
    for at in [At::BeforeRelease, At::AfterRelease] {
        let w = world().await;
        let checkout = paid(&w).await;
        w.fail(at, Fault::Hang);
        w.kill(Box::pin(reverse(&w))).await;
        w.heal();
        let stored = call(&w, "CheckTransaction", json!({"id": ID})).await;
        assert_eq!((&stored["result"]["state"], &stored["result"]["reason"]), (&json!(-2), &json!(5)));
        w.ctx.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(reverse(&w).await["result"]["cancel_time"], stored["result"]["cancel_time"], "{at:?}");
        sweep(&w.ctx).await.unwrap();
        is_reversed(&w, checkout).await;
    }
}

#[tokio::test]
async fn a_reversal_is_answered_though_tech_product_is_not() {
    for fault in [Fault::Unavailable, Fault::Hang] {
        let w = world().await;
        let checkout = paid(&w).await;
        w.fail(At::BeforeRelease, fault);
        let answered = reverse(&w).await;
        assert_eq!((&answered["result"]["state"], w.held()), (&json!(-2), 1));
        w.heal();
        w.ctx.clock.advance(SignedDuration::from_mins(1));
        sweep(&w.ctx).await.unwrap();
        assert_eq!(reverse(&w).await, answered);
        is_reversed(&w, checkout).await;
    }
}

#[tokio::test]
async fn a_hold_that_was_extended_for_a_transaction_that_never_came_ends_with_the_time_to_pay() {
    let w = world().await;
    let checkout = waiting(&w).await;
    let reservation = whole(&w, checkout).await.payment.reservation_id;
    // As a kill between the extension and the transaction leaves it.
    w.ctx.neighbours.extend(reservation, 13 * 3_600).await.unwrap().unwrap();
    w.ctx.clock.advance(SignedDuration::from_mins(30));
    sweep(&w.ctx).await.unwrap();
    assert_eq!((whole(&w, checkout).await.payment.status, w.held()), (PaymentStatus::Cancelled, 0));
    assert_eq!(code(&create(&w, ID, checkout).await), -31_051);
}
