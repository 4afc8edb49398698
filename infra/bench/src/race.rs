//! Fifty shoppers at once for the last ten pieces.

use std::collections::BTreeMap;
use std::time::Instant;

use futures::future::join_all;

use crate::market::Market;

/// Pieces that are left.
const PIECES: u64 = 10;

/// Runs it and prints the seconds from the first request to the last answer.
///
/// # Panics
/// When not exactly as many orders are placed as there are pieces, or anybody else hears something but 409.
pub(crate) async fn last_pieces(market: &Market) {
    eprintln!("a race for the last {PIECES} pieces");
    let goods = market.scarce(PIECES).await;
    market.fill_carts(std::slice::from_ref(&goods)).await;
    let begun = Instant::now();
    let order = |shopper| market.order(shopper, "CASH_ON_DELIVERY", "the-last-pieces");
    let answers = join_all(market.shoppers.iter().map(order)).await;
    let seconds = begun.elapsed().as_secs_f64();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    for answer in &answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    let (racers, left) = (market.shoppers.len() as u64, market.available(&goods).await);
    println!("\n| shoppers | pieces | seconds | 201 | 409 | others | pieces left |");
    println!("| --: | --: | --: | --: | --: | --: | --: |");
    let of = |status| statuses.get(&status).copied().unwrap_or_default();
    let others = racers - of(201) - of(409);
    println!("| {racers} | {PIECES} | {seconds:.2} | {} | {} | {others} | {left} |", of(201), of(409));
    assert_eq!((of(201), of(409), left), (PIECES, racers - PIECES, 0), "every piece is sold once: {statuses:?}");
}
