use std::collections::HashMap;

use contracts::{Reservation, ReservationStatus, Reserve, ReservedLine};
use domain::{Money, ReservationId};
use dynamodb::{Adjust, Tx};
use futures::FutureExt;
use futures::future::join_all;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::domain::{Details, Fiscal, HoldError};
use crate::ops::change_product::{Change, change};
use crate::ops::reserve::{ReserveError, hold, reserve};
use crate::ops::settle::{SettleError, commit, expire, extend, release};
use crate::ops::sweep::sweep;
use crate::table::{Stock, product_key, stock_key};
use crate::testbed::{World, by, catalogue, cpu, id_of};

fn id(name: impl std::fmt::Display) -> ReservationId {
    ReservationId::derived(&name.to_string())
}

async fn world(stock: &[(&str, i64)]) -> World {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = stock.iter().map(|(sku, pieces)| cpu(sku, 1_000_000, *pieces)).collect();
    assert_eq!(w.import(&rows).await.refused, 0);
    w
}

fn pieces(stock: &Stock) -> (i64, i64, i64) {
    (stock.on_hand, stock.reserved, stock.available)
}

#[tokio::test]
async fn fifty_buyers_of_ten_pieces_are_ten_holds_and_forty_clear_refusals() {
    let w = world(&[("a", 10)]).await;
    let request = w.request(&[("a", 1)]).await;
    let answers = join_all((0..50).map(|n| reserve(&w.ctx, id(n), &request))).await;
    let held = answers.iter().filter(|a| a.is_ok()).count();
    let short = answers.iter().filter(|a| matches!(a, Err(ReserveError::StockShort(lines)) if lines[0].available == 0));
    assert_eq!((held, short.count()), (10, 40));
    assert_eq!(pieces(&w.stock("a").await), (10, 10, 0));
}

#[tokio::test]
async fn one_request_sent_twenty_times_at_once_is_one_hold_with_one_answer() {
    let w = world(&[("a", 3)]).await;
    let request = w.request(&[("a", 3)]).await;
    let answers = join_all((0..20).map(|_| reserve(&w.ctx, id("r"), &request))).await;
    let first = answers[0].as_ref().unwrap();
    assert!(answers.iter().all(|a| a.as_ref().unwrap() == first));
    assert_eq!(pieces(&w.stock("a").await), (3, 3, 0));
}

#[tokio::test]
async fn an_id_answers_for_its_own_lines_only() {
    let w = world(&[("a", 9), ("b", 9)]).await;
    let request = w.request(&[("a", 1), ("b", 2)]).await;
    reserve(&w.ctx, id("r"), &request).await.unwrap();
    let mut turned = request.clone();
    turned.lines.reverse();
    reserve(&w.ctx, id("r"), &turned).await.unwrap();
    for other in [w.request(&[("a", 1)]).await, w.request(&[("a", 1), ("b", 3)]).await] {
        assert!(matches!(reserve(&w.ctx, id("r"), &other).await, Err(ReserveError::OtherLines)));
    }
    assert_eq!(pieces(&w.stock("b").await), (9, 2, 7));
}

#[tokio::test]
async fn a_refusal_names_each_short_line_and_holds_nothing() {
    let w = world(&[("a", 5), ("b", 2), ("c", 0)]).await;
    let request = w.request(&[("a", 5), ("b", 3), ("c", 1)]).await;
    let Err(ReserveError::StockShort(lines)) = reserve(&w.ctx, id("r"), &request).await else { panic!("held") };
    let named: Vec<_> = lines.iter().map(|l| (l.product_id, l.requested, l.available)).collect();
    assert_eq!(named, [(id_of("b"), 3, 2), (id_of("c"), 1, 0)]);
    assert_eq!(pieces(&w.stock("a").await), (5, 0, 5));
}

/// What a buyer meets whose read was overtaken: the condition inside the transaction.
#[tokio::test]
async fn the_condition_of_the_transaction_names_the_short_lines_too() {
    let w = world(&[("a", 4), ("b", 4)]).await;
    let request = w.request(&[("a", 3), ("b", 1)]).await;
    let answers = join_all((0..4).map(|n| reserve(&w.ctx, id(n), &request))).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    for refused in answers.into_iter().filter_map(Result::err) {
        let ReserveError::StockShort(lines) = refused else { panic!("{refused}") };
        assert_eq!(lines.iter().map(|l| (l.product_id, l.available)).collect::<Vec<_>>(), [(id_of("a"), 1)]);
    }
    assert_eq!(pieces(&w.stock("b").await), (4, 1, 3));
}

#[tokio::test]
async fn an_old_price_is_never_held() {
    let w = world(&[("a", 5)]).await;
    let request = w.request(&[("a", 1)]).await;
    let product = w.get(product_key(id_of("a"))).await.unwrap();
    let dearer = Change { price: Some(Money::tiyin(200_000_000)), ..Change::default() };
    change(&w.ctx, product, dearer, by()).await.unwrap();
    let Err(ReserveError::PriceChanged(lines)) = reserve(&w.ctx, id("r"), &request).await else { panic!("held") };
    assert_eq!((lines[0].available, lines[0].unit_price), (5, Some(Money::tiyin(200_000_000))));
    reserve(&w.ctx, id("r"), &w.request(&[("a", 1)]).await).await.unwrap();
}

#[tokio::test]
async fn what_is_taken_off_sale_is_not_held() {
    let w = world(&[("a", 5)]).await;
    let request = w.request(&[("a", 1)]).await;
    let product = w.get(product_key(id_of("a"))).await.unwrap();
    let off = Change { status: Some(crate::domain::Status::Inactive), ..Change::default() };
    change(&w.ctx, product, off, by()).await.unwrap();
    let Err(ReserveError::StockShort(lines)) = reserve(&w.ctx, id("r"), &request).await else { panic!("held") };
    assert_eq!((lines[0].available, lines[0].unit_price), (0, None));
}

#[tokio::test]
async fn commit_and_release_at_once_end_a_hold_one_way() {
    let w = world(&[("a", 10)]).await;
    for n in 0..5 {
        let request = w.request(&[("a", 1)]).await;
        reserve(&w.ctx, id(n), &request).await.unwrap();
        let before = w.stock("a").await;
        let settle = async |at: u32| match at % 2 {
            0 => commit(&w.ctx, id(n), None).await,
            _ => release(&w.ctx, id(n), None).await,
        };
        let answers = join_all((0..6).map(settle)).await;
        let states: Vec<_> = answers.iter().filter_map(|a| a.as_ref().ok()).map(|r| r.status).collect();
        assert_eq!(states.len(), 3);
        assert!(states.iter().all(|s| *s == states[0]));
        assert!(
            answers
                .iter()
                .filter_map(|a| a.as_ref().err())
                .all(|e| matches!(e, SettleError::Hold(HoldError::Ended(_))))
        );
        let after = w.stock("a").await;
        let expected = match states[0] {
            ReservationStatus::Committed => (before.on_hand - 1, 0, before.available),
            _ => (before.on_hand, 0, before.available + 1),
        };
        assert_eq!(pieces(&after), expected);
    }
}

#[tokio::test]
async fn the_sweep_releases_what_is_overdue_and_nothing_else() {
    let w = world(&[("a", 10)]).await;
    let request = w.request(&[("a", 1)]).await;
    for name in ["overdue", "extended", "committed"] {
        reserve(&w.ctx, id(name), &request).await.unwrap();
    }
    extend(&w.ctx, id("extended"), 7_200).await.unwrap();
    commit(&w.ctx, id("committed"), None).await.unwrap();
    w.clock.advance(SignedDuration::from_secs(1_799));
    sweep(&w.intake).await.unwrap();
    assert_eq!(pieces(&w.stock("a").await), (9, 2, 7), "a second before the end");
    w.clock.advance(SignedDuration::from_secs(1));
    sweep(&w.intake).await.unwrap();
    sweep(&w.intake).await.unwrap();
    assert_eq!(pieces(&w.stock("a").await), (9, 1, 8));
    let late = commit(&w.ctx, id("overdue"), None).await;
    assert!(matches!(late, Err(SettleError::Hold(HoldError::Ended(ReservationStatus::Released)))));
}

#[tokio::test]
async fn a_hold_nobody_swept_yet_can_still_be_committed() {
    let w = world(&[("a", 1)]).await;
    reserve(&w.ctx, id("r"), &w.request(&[("a", 1)]).await).await.unwrap();
    w.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(commit(&w.ctx, id("r"), None).await.unwrap().status, ReservationStatus::Committed);
    sweep(&w.intake).await.unwrap();
    assert_eq!(pieces(&w.stock("a").await), (0, 0, 0));
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_told_which() {
    let w = world(&[("a", 5)]).await;
    let good = w.request(&[("a", 1)]).await;
    let twice = Reserve { lines: vec![good.lines[0].clone(), good.lines[0].clone()], ..good.clone() };
    let mut zero = good.clone();
    zero.lines[0].quantity = 0;
    for (wrong, field) in [
        (Reserve { lines: Vec::new(), ..good.clone() }, "lines"),
        (twice, "lines"),
        (zero, "lines"),
        (Reserve { hold_for_seconds: 0, ..good.clone() }, "hold_for_seconds"),
        (Reserve { hold_for_seconds: u32::MAX, ..good.clone() }, "hold_for_seconds"),
        (Reserve { currency: domain::Currency::USD, ..good.clone() }, "currency"),
    ] {
        let answer = reserve(&w.ctx, id("r"), &wrong).await;
        assert!(matches!(answer, Err(ReserveError::Invalid(named, _)) if named == field), "{wrong:?}");
    }
}

#[tokio::test]
async fn what_was_released_before_it_was_asked_for_is_never_held() {
    let w = world(&[("a", 5)]).await;
    let request = w.request(&[("a", 1)]).await;
    for _ in 0..2 {
        assert_eq!(release(&w.ctx, id("r"), None).await.unwrap().status, ReservationStatus::Released);
    }
    assert!(matches!(reserve(&w.ctx, id("r"), &request).await, Err(ReserveError::Ended)));
    assert!(matches!(commit(&w.ctx, id("unknown"), None).await, Err(SettleError::NotFound)));
    assert!(matches!(expire(&w.ctx, id("unknown")).await, Err(SettleError::NotFound)));
    reserve(&w.ctx, id("unknown"), &request).await.unwrap();
    assert_eq!(pieces(&w.stock("a").await), (5, 1, 4));
}

#[tokio::test]
async fn a_request_and_its_release_at_once_leave_nothing_held() {
    let w = world(&[("a", 5)]).await;
    let request = w.request(&[("a", 1)]).await;
    for n in 0..10 {
        let (_, released) = futures::join!(reserve(&w.ctx, id(n), &request), release(&w.ctx, id(n), None));
        assert_eq!(released.unwrap().status, ReservationStatus::Released);
        assert_eq!(pieces(&w.stock("a").await), (5, 0, 5));
    }
}

#[tokio::test]
async fn a_hold_freezes_what_the_receipt_says_at_the_moment_it_begins() {
    let ikpu = Some("08471001001000000".to_owned());
    for now in [Fiscal { vat_rate: Some(0), ikpu, package_code: Some("1500001".into()) }, Fiscal::default()] {
        let w = world(&[("a", 5)]).await;
        let request = w.request(&[("a", 1)]).await;
        let read = w.stock("a").await;
        let category = serde_json::from_value(catalogue("cpu")["fiscal"].clone()).unwrap();
        assert_eq!(read.fiscal, Fiscal::of(&Details::default(), &category));
        let changed = Adjust::existing().set("fiscal", &now);
        let key = stock_key(read.product_id, read.variant_id);
        w.ctx.table.commit(Tx::new().adjust("stock", key, changed)).await.unwrap();
        let stale = HashMap::from([(read.variant_id, read)]);
        let raced = hold(&w.ctx, id("r"), &request, stale).await.unwrap();
        let unraced = reserve(&w.ctx, id("s"), &request).await.unwrap();
        for held in [raced, unraced] {
            let ReservedLine { vat_rate, ikpu, package_code, .. } = held.lines[0].clone();
            assert_eq!(Fiscal { vat_rate, ikpu, package_code }, now);
        }
        assert_eq!(pieces(&w.stock("a").await), (5, 2, 3));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Reserve { hold: u8, a: u32, b: u32 },
    Commit(u8),
    Release(u8),
    Expire(u8),
    Wait,
    Together(Vec<Step>),
}

fn step() -> impl Strategy<Value = Step> {
    let hold = 0..6_u8;
    let single = prop_oneof![
        3 => (hold.clone(), 0..4_u32, 0..4_u32).prop_map(|(hold, a, b)| Step::Reserve { hold, a, b }),
        1 => hold.clone().prop_map(Step::Commit),
        1 => hold.clone().prop_map(Step::Release),
        1 => hold.prop_map(Step::Expire),
        1 => Just(Step::Wait),
    ];
    prop_oneof![3 => single.clone(), 1 => prop::collection::vec(single, 2..5).prop_map(Step::Together)]
}

async fn carry_out(w: &World, step: Step) {
    match step {
        Step::Reserve { hold, a, b } => {
            let lines: Vec<_> = [("a", a), ("b", b)].into_iter().filter(|(_, q)| *q > 0).collect();
            // A refusal is one of the outcomes: only the stock's invariant is asked for.
            let _ = reserve(&w.ctx, id(hold), &w.request(&lines).await).await;
        }
        Step::Commit(hold) => drop(commit(&w.ctx, id(hold), None).await),
        Step::Release(hold) => drop(release(&w.ctx, id(hold), None).await),
        Step::Expire(hold) => drop(expire(&w.ctx, id(hold)).await),
        Step::Wait => w.clock.advance(SignedDuration::from_mins(20)),
        Step::Together(steps) => {
            join_all(steps.into_iter().map(|step| carry_out(w, step).boxed_local())).await;
        }
    }
}

#[test]
fn whatever_happens_available_and_reserved_are_what_is_on_hand_and_never_negative() {
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runner.run(&prop::collection::vec(step(), 1..30), |steps| {
        runtime.block_on(async {
            let w = world(&[("a", 7), ("b", 5)]).await;
            for step in steps {
                carry_out(&w, step).await;
                for sku in ["a", "b"] {
                    let stock = w.stock(sku).await;
                    let (on_hand, reserved, available) = pieces(&stock);
                    prop_assert_eq!(available + reserved, on_hand);
                    prop_assert!(available >= 0 && reserved >= 0 && on_hand >= 0);
                }
            }
            let mut held: HashMap<&str, i64> = HashMap::new();
            let mut left: HashMap<&str, i64> = HashMap::new();
            for hold in 0..6_u8 {
                let Some(Reservation { status, lines, .. }) = w.reservation(id(hold)).await else {
                    continue;
                };
                for line in lines {
                    let sku = if line.sku == "a" { "a" } else { "b" };
                    let counted = match status {
                        ReservationStatus::Held => &mut held,
                        ReservationStatus::Committed => &mut left,
                        ReservationStatus::Released => continue,
                    };
                    *counted.entry(sku).or_default() += i64::from(line.quantity);
                }
            }
            for (sku, opening) in [("a", 7), ("b", 5)] {
                let stock = w.stock(sku).await;
                prop_assert_eq!(stock.reserved, held.get(sku).copied().unwrap_or(0));
                prop_assert_eq!(stock.on_hand, opening - left.get(sku).copied().unwrap_or(0));
            }
            Ok(())
        })
    });
    outcome.unwrap();
}
