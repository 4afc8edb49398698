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
/// When not exactly as many orders are placed as there are pieces.
pub(crate) async fn last_pieces(market: &Market) {
    market.fill_carts(&[market.scarce(PIECES).await]).await;
    let begun = Instant::now();
    let order = |shopper| market.order(shopper, "CASH_ON_DELIVERY", "the-last-pieces");
    let answers = join_all(market.shoppers.iter().map(order)).await;
    let seconds = begun.elapsed().as_secs_f64();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    for answer in &answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    let racers = market.shoppers.len();
    println!(
        "\n{racers} shoppers at once for the last {PIECES} pieces: {seconds:.2} s; answers by status: {statuses:?}"
    );
    assert_eq!(statuses.get(&201), Some(&PIECES), "every piece is sold once");
}
