//! Many buyers at once, where transactions that touch the same row conflict.

use std::collections::HashMap;
use std::time::Instant;

use contracts::{Reservation, ReservationStatus};
use domain::{Entropy, ReservationId, SeededEntropy};
use futures::StreamExt;
use futures::future::join_all;

use crate::ops::reserve::{ReserveError, reserve};
use crate::ops::settle::{SettleError, commit, release};
use crate::table::{Movement, Stock, movements_of};
use crate::testbed::{World, cpu, id_of};

fn id(name: impl std::fmt::Display) -> ReservationId {
    ReservationId::derived(&name.to_string())
}

fn pieces(stock: &Stock) -> (i64, i64, i64) {
    (stock.on_hand, stock.reserved, stock.available)
}

#[tokio::test]
async fn fifty_buyers_who_conflict_over_the_last_ten_are_ten_holds_and_forty_clear_refusals() {
    let w = World::contended().await;
    w.import(&[cpu("a", 1_000_000, 10)]).await;
    let request = w.request(&[("a", 1)]).await;
    let began = Instant::now();
    let answers = join_all((0..50).map(|n| reserve(&w.ctx, id(n), &request))).await;
    let took = began.elapsed();
    let held = answers.iter().filter(|a| a.is_ok()).count();
    let short = answers.iter().filter(|a| matches!(a, Err(ReserveError::StockShort(lines)) if lines[0].available == 0));
    assert_eq!((held, short.count()), (10, 40), "{took:?}");
    assert_eq!(pieces(&w.stock("a").await), (10, 10, 0));
}

#[tokio::test]
async fn parts_that_end_at_once_where_they_conflict_all_end() {
    let w = World::contended().await;
    w.import(&[cpu("a", 1_000_000, 20)]).await;
    let request = w.request(&[("a", 2)]).await;
    join_all((0..8).map(|n| reserve(&w.ctx, id(n), &request))).await.into_iter().for_each(|held| drop(held.unwrap()));
    let settle = async |n: u32| {
        if n.is_multiple_of(2) { commit(&w.ctx, id(n), None).await } else { release(&w.ctx, id(n), None).await }
    };
    for settled in join_all((0..8).map(settle)).await {
        settled.unwrap();
    }
    assert_eq!(pieces(&w.stock("a").await), (12, 0, 12));
}

/// What became of the reservations, summed by product.
async fn told_by_holds(w: &World, count: u32) -> HashMap<domain::ProductId, (i64, i64)> {
    let mut sums: HashMap<_, (i64, i64)> = HashMap::new();
    for n in 0..count {
        let Some(Reservation { status, lines, .. }) = w.reservation(id(n)).await else { continue };
        for line in lines {
            let (held, left) = sums.entry(line.product_id).or_default();
            match status {
                ReservationStatus::Held => *held += i64::from(line.quantity),
                ReservationStatus::Committed => *left += i64::from(line.quantity),
                ReservationStatus::Released => {}
            }
        }
    }
    sums
}

#[tokio::test]
async fn a_thousand_reservations_over_twenty_variants_are_exact() {
    const RESERVATIONS: u32 = 1_000;
    const OPENING: i64 = 60;
    let w = World::with_catalogue().await;
    let skus: Vec<String> = (0..20).map(|n| format!("cpu-{n}")).collect();
    let rows: Vec<_> = skus.iter().map(|sku| cpu(sku, 1_000_000, OPENING)).collect();
    assert_eq!(w.import(&rows).await.refused, 0);
    let all = w.request(&skus.iter().map(|sku| (sku.as_str(), 1)).collect::<Vec<_>>()).await;
    let entropy = SeededEntropy::new(1_000);
    let mut requests = Vec::new();
    for n in 0..RESERVATIONS {
        let mut request = all.clone();
        let first = usize::try_from(entropy.below(20)).unwrap();
        request.lines.rotate_left(first);
        request.lines.truncate(usize::try_from(1 + entropy.below(3)).unwrap());
        for line in &mut request.lines {
            line.quantity = 1 + entropy.below(3);
        }
        requests.push((n, request, entropy.below(3)));
    }
    let live = |(n, request, end): (u32, contracts::Reserve, u32)| {
        let w = &w;
        async move {
            match reserve(&w.ctx, id(n), &request).await {
                Ok(_) => {}
                Err(ReserveError::StockShort(_)) => return false,
                Err(other) => panic!("{other}"),
            }
            let ended: Result<_, SettleError> = match end {
                0 => commit(&w.ctx, id(n), None).await,
                1 => release(&w.ctx, id(n), None).await,
                _ => return true,
            };
            ended.unwrap();
            true
        }
    };
    let held: Vec<bool> = futures::stream::iter(requests).map(live).buffer_unordered(50).collect().await;
    let held = held.into_iter().filter(|held| *held).count();
    assert!((300..1_000).contains(&held), "{held} of 1000: some are short, many are not");
    let sums = told_by_holds(&w, RESERVATIONS).await;
    for sku in &skus {
        let (stock, (reserved, left)) = (w.stock(sku).await, sums.get(&id_of(sku)).copied().unwrap_or_default());
        assert_eq!(pieces(&stock), (OPENING - left, reserved, OPENING - left - reserved), "{sku}");
        assert!(stock.available >= 0);
        let moved = w.ctx.table.query_all::<Movement>(movements_of(id_of(sku)), 1_000).await.unwrap();
        assert_eq!(moved.iter().map(|m| m.delta).sum::<i64>(), stock.on_hand, "the log of {sku}");
    }
}
