use domain::UserId;
use futures::future::join_all;
use jiff::SignedDuration;

use super::super::agree::agree;
use super::super::claim::{Claim, claim};
use super::super::write::write;
use super::super::{Failed, HOLD_FOR};
use super::{assert_complete, assert_nothing_left, orders, saga};
use crate::neighbours::Reserved;
use crate::ops::{PlaceError, place, sweep};
use crate::table::SagaState;
use crate::testkit::{At, Fault, command, line, shopper, som, world};

#[tokio::test]
async fn one_order_sent_twenty_times_at_once_is_one_order_with_one_answer() {
    let w = world().await;
    let command = command(shopper(), "key-0001");
    let answers = join_all((0..20).map(|_| place(&w.ctx, &command))).await;
    assert_eq!(saga(&w, "key-0001").await.state, SagaState::Placed);
    let placed = place(&w.ctx, &command).await.unwrap();
    for answer in answers {
        match answer {
            Ok(answer) => assert_eq!(answer, placed),
            Err(error) => assert!(matches!(error, PlaceError::InFlight), "{error}"),
        }
    }
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn a_cart_checked_out_in_many_tabs_is_bought_once() {
    let w = world().await;
    let commands: Vec<_> = (0..5).map(|tab| command(shopper(), &format!("key-of-tab-{tab}"))).collect();
    let answers = join_all(commands.iter().map(|command| place(&w.ctx, command))).await;
    let placed: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(placed.len(), 1, "{answers:?}");
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(error, PlaceError::AlreadyOrdered(id) if *id == placed[0].checkout_id), "{error:?}");
    }
    assert_eq!((orders(&w).await.len(), w.held(), w.available("cpu")), (2, 1, 8), "the others gave their holds back");
}

#[tokio::test]
async fn fifty_shoppers_buy_the_last_ten() {
    let w = world().await;
    let shoppers: Vec<_> = (0..50).map(|n| UserId::derived(&format!("shopper/{n}"))).collect();
    w.stock("cpu", 10, som(100_000));
    for shopper in &shoppers {
        w.cart(*shopper, 1, vec![line("a", "cpu", 1)]);
    }
    let commands: Vec<_> = shoppers.iter().map(|shopper| command(*shopper, "key-0001")).collect();
    let answers = join_all(commands.iter().map(|command| place(&w.ctx, command))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 10);
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Err(PlaceError::StockShort(_)))).count(), 40);
    assert_eq!((w.held(), w.available("cpu")), (10, 0));
}

#[tokio::test]
async fn a_delayed_request_for_a_hold_that_was_refused_holds_nothing_any_more() {
    for price in [som(100_000), som(99_000)] {
        let w = world().await;
        w.stock("cpu", if price == som(100_000) { 1 } else { 10 }, price);
        let command = command(shopper(), "key-0001");
        let refused = place(&w.ctx, &command).await;
        assert!(matches!(refused, Err(PlaceError::StockShort(_) | PlaceError::PriceChanged(_))), "{refused:?}");
        w.stock("cpu", 10, som(100_000));
        w.bring_again();
        assert_nothing_left(&w, "key-0001").await;
        place(&w.ctx, &command).await.unwrap();
        w.bring_again();
        assert_complete(&w, "key-0001").await;
        assert_eq!(w.available("cpu"), 8);
    }
}

#[tokio::test]
async fn a_delayed_request_for_the_hold_of_an_undone_attempt_holds_nothing_any_more() {
    let w = world().await;
    w.fail(At::BeforeReserve, Fault::Unavailable);
    assert!(matches!(place(&w.ctx, &command(shopper(), "key-0001")).await, Err(PlaceError::Call(_))));
    w.heal();
    w.ctx.clock.advance(SignedDuration::from_secs(31));
    sweep(&w.ctx).await.unwrap();
    w.bring_again();
    assert_nothing_left(&w, "key-0001").await;
}

/// What a client does whose first sending was carried out and whose answer was lost.
#[tokio::test]
async fn a_transaction_sent_twice_answers_what_the_first_one_wrote() {
    let w = world().await;
    let command = command(shopper(), "key-0001");
    let Claim::Ours(saga) = claim(&w.ctx, &command).await.unwrap() else { panic!("somebody else's") };
    let agreed = agree(&w.ctx, &command).await.unwrap();
    let request = agreed.reserve(shopper(), HOLD_FOR);
    let Reserved::Held(hold) = w.ctx.neighbours.reserve(saga.reservation_id(), request).await.unwrap() else {
        panic!("refused")
    };
    let first = write(&w.ctx, &saga, &command, &agreed, &hold).await;
    let again = write(&w.ctx, &saga, &command, &agreed, &hold).await;
    let told = |outcome: Result<_, Failed>| outcome.map_err(|failed| (failed.error.to_string(), failed.left));
    assert_eq!(told(again), told(first));
    assert_complete(&w, "key-0001").await;
}

#[tokio::test]
async fn an_attempt_that_was_overtaken_leaves_the_hold_of_the_other_alone() {
    let w = world().await;
    w.fail(At::AfterReserve, Fault::Pause);
    let command = command(shopper(), "key-0001");
    let late = Box::pin(place(&w.ctx, &command));
    let overtaking = Box::pin(async {
        w.reached().await;
        w.heal();
        w.ctx.clock.advance(SignedDuration::from_secs(31));
        let placed = place(&w.ctx, &command).await.unwrap();
        w.resume();
        placed
    });
    let (late, placed) = futures::future::join(late, overtaking).await;
    assert_eq!(late.unwrap(), placed, "one key, one answer");
    assert_complete(&w, "key-0001").await;
}
