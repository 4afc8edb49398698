use domain::{CheckoutId, UserId};
use jiff::SignedDuration;

use super::{assert_complete, assert_nothing_left, orders, saga};
use crate::ops::{PlaceError, place, sweep, sweep_within};
use crate::table::{Payment, Saga, SagaState, payment_key};
use crate::testkit::{At, Fault, World, command, shopper, world};

const KEY: &str = "key-0001";
/// After each step but the last: claimed; cart read; terms read; held.
const STEPS: [At; 4] = [At::Cart, At::Terms, At::BeforeReserve, At::AfterReserve];

/// A world in which a checkout was killed there, and its lease is over.
async fn killed_at(at: At) -> World {
    let w = world().await;
    w.fail(at, Fault::Hang);
    w.kill(Box::pin(place(&w.ctx, &command(shopper(), KEY)))).await;
    w.heal();
    w.ctx.clock.advance(SignedDuration::from_secs(31));
    w
}

#[tokio::test]
async fn after_a_crash_at_any_step_the_sweep_leaves_nothing_and_the_key_still_works() {
    for at in STEPS {
        let w = killed_at(at).await;
        sweep(&w.ctx).await.unwrap();
        assert_nothing_left(&w, KEY).await;
        sweep(&w.ctx).await.unwrap();
        assert_nothing_left(&w, KEY).await;
        place(&w.ctx, &command(shopper(), KEY)).await.unwrap();
        assert_complete(&w, KEY).await;
    }
}

#[tokio::test]
async fn after_a_crash_at_any_step_a_retry_need_not_wait_for_the_sweep() {
    for at in STEPS {
        let w = killed_at(at).await;
        place(&w.ctx, &command(shopper(), KEY)).await.unwrap();
        assert_complete(&w, KEY).await;
        assert_eq!((w.available("cpu"), w.available("case")), (8, 9), "{at:?}");
    }
}

#[tokio::test]
async fn a_crash_after_the_last_step_changes_nothing() {
    let w = world().await;
    let answer_lost = place(&w.ctx, &command(shopper(), KEY)).await.unwrap();
    w.ctx.clock.advance(SignedDuration::from_mins(5));
    sweep(&w.ctx).await.unwrap();
    assert_complete(&w, KEY).await;
    assert_eq!(place(&w.ctx, &command(shopper(), KEY)).await.unwrap(), answer_lost);
}

#[tokio::test]
async fn undoing_may_be_killed_at_any_step_as_well() {
    for at in [At::BeforeRelease, At::AfterRelease] {
        let w = killed_at(At::AfterReserve).await;
        w.fail(at, Fault::Hang);
        w.kill(Box::pin(sweep(&w.ctx))).await;
        w.heal();
        assert!(matches!(saga(&w, KEY).await.state, SagaState::Undoing { .. }));
        w.ctx.clock.advance(SignedDuration::from_secs(31));
        sweep(&w.ctx).await.unwrap();
        assert_nothing_left(&w, KEY).await;
    }
}

#[tokio::test]
async fn an_attempt_that_was_undone_cannot_write_its_orders_any_more() {
    let w = world().await;
    w.fail(At::AfterReserve, Fault::Pause);
    let command = command(shopper(), KEY);
    let late = place(&w.ctx, &command);
    let undone = async {
        w.reached().await;
        w.heal();
        w.ctx.clock.advance(SignedDuration::from_secs(31));
        sweep(&w.ctx).await.unwrap();
        w.resume();
    };
    let (late, ()) = futures::future::join(late, undone).await;
    assert!(matches!(late, Err(PlaceError::InFlight)), "{late:?}");
    assert_nothing_left(&w, KEY).await;
}

#[tokio::test]
async fn while_somebody_works_on_a_key_others_are_told_so() {
    let w = world().await;
    w.fail(At::Terms, Fault::Hang);
    w.kill(Box::pin(place(&w.ctx, &command(shopper(), KEY)))).await;
    w.heal();
    let second = place(&w.ctx, &command(shopper(), KEY)).await;
    assert!(matches!(second, Err(PlaceError::InFlight)), "{second:?}");
    sweep(&w.ctx).await.unwrap();
    assert!(matches!(saga(&w, KEY).await.state, SagaState::Working { .. }), "its lease is not over");
}

#[tokio::test]
async fn a_reservation_without_an_answer_is_left_to_the_sweep() {
    for at in [At::BeforeReserve, At::AfterReserve] {
        let w = world().await;
        w.fail(at, Fault::Unavailable);
        let error = place(&w.ctx, &command(shopper(), KEY)).await.unwrap_err();
        assert!(matches!(error, PlaceError::Call(_)), "{error:?}");
        w.heal();
        w.ctx.clock.advance(SignedDuration::from_secs(31));
        sweep(&w.ctx).await.unwrap();
        assert_nothing_left(&w, KEY).await;
    }
}

#[tokio::test]
async fn one_row_that_cannot_be_dealt_with_does_not_stop_the_sweep() {
    let w = killed_at(At::AfterReserve).await;
    w.fail(At::BeforeRelease, Fault::Unavailable);
    assert!(sweep(&w.ctx).await.is_err());
    sweep(&w.ctx).await.unwrap();
    w.heal();
    w.ctx.clock.advance(SignedDuration::from_secs(31));
    sweep(&w.ctx).await.unwrap();
    assert_nothing_left(&w, KEY).await;
}

#[tokio::test]
async fn one_sweep_deals_with_everything_that_is_due_eight_rows_at_a_time() {
    let w = world().await;
    let abandoned = |n: u32| Saga {
        user_id: UserId::derived(&format!("shopper/{n}")),
        key: KEY.into(),
        request: "request".into(),
        checkout_id: CheckoutId::derived(&format!("checkout/{n}")),
        attempt: 1,
        state: SagaState::Working { lease_until: w.ctx.clock.now() },
        begun_at: w.ctx.clock.now(),
    };
    // Twelve for each of eight shards: more than one look at the index brings.
    let sagas: Vec<_> = (0..96).map(abandoned).collect();
    for saga in &sagas {
        w.ctx.table.create(saga).await.unwrap();
    }
    // However busy the machine is: what counts is that no second sweep is needed.
    sweep_within(&w.ctx, std::time::Duration::from_mins(1)).await.unwrap();
    assert_eq!(w.ctx.table.due(w.ctx.clock.now(), 100).await.unwrap(), []);
    assert!(w.most_at_once() > 1 && w.most_at_once() <= 8, "{}", w.most_at_once());
}

async fn payment(w: &World) -> Payment {
    let id = saga(w, KEY).await.checkout_id;
    w.ctx.table.get_consistent::<Payment>(payment_key(id)).await.unwrap().unwrap().into_row()
}

/// Stores that need not accept, so that nothing else ends the orders.
fn accepted_beforehand(w: &World) {
    for store in ["a", "b"] {
        w.store(contracts::StoreTerms { auto_accept: true, ..crate::testkit::terms(store) });
    }
}

#[tokio::test]
async fn the_hold_of_an_open_order_never_ends() {
    let mut w = world().await;
    w.ctx.clocks.ship_within = SignedDuration::from_hours(30 * 24);
    accepted_beforehand(&w);
    place(&w.ctx, &command(shopper(), KEY)).await.unwrap();
    for _ in 0..20 {
        w.ctx.clock.advance(SignedDuration::from_hours(12));
        // The neighbours do not answer for half a day in between.
        w.fail(At::Extend, Fault::Unavailable);
        let _ = sweep(&w.ctx).await;
        w.heal();
        w.ctx.clock.advance(SignedDuration::from_mins(6));
        sweep(&w.ctx).await.unwrap();
        assert!(payment(&w).await.hold_until > w.ctx.clock.now() + SignedDuration::from_hours(11));
    }
    assert_eq!((w.held(), orders(&w).await.len()), (1, 2));
}

#[tokio::test]
async fn the_hold_of_an_open_order_is_prolonged_by_a_week_at_a_time() {
    let w = world().await;
    accepted_beforehand(&w);
    place(&w.ctx, &command(shopper(), KEY)).await.unwrap();
    w.ctx.clock.advance(SignedDuration::from_hours(24));
    sweep(&w.ctx).await.unwrap();
    assert_eq!(payment(&w).await.hold_until, w.ctx.clock.now() + SignedDuration::from_hours(7 * 24));
    assert_eq!(payment(&w).await.look_at, Some(w.ctx.clock.now() + SignedDuration::from_hours(6 * 24)));
}
