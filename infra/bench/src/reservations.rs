//! A thousand reservations at once over few variants, asked of the internal API as the order service asks it.

use std::time::Instant;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use contracts::{Reservation, ReservationStatus, Reserve, ReserveLine};
use domain::{Currency, Money, ReservationId, UserId};
use e2e::Cloud;
use futures::StreamExt;
use lambda::calls::Calls;

use crate::market::{BOARD_PRICE, Goods, Market};

/// How many are made.
const RESERVATIONS: usize = 1_000;
/// Over how many variants.
const VARIANTS: usize = 20;
/// How many are under way at once.
const AT_ONCE: usize = 50;

/// Runs it and prints its seconds.
///
/// # Panics
/// When one of them is not held, or the stock is not less by exactly what they hold.
pub(crate) async fn over_few_variants(cloud: &Cloud, market: &Market) {
    eprintln!("{RESERVATIONS} reservations over {VARIANTS} variants");
    let calls = as_order_service(cloud);
    let shelf: Vec<Goods> = market.caller.shelf("motherboard").await.into_iter().take(VARIANTS).collect();
    let before = market.pieces(&shelf).await;
    let begun = Instant::now();
    let reserve = |n: usize| {
        let (calls, body) = (&calls, request(&shelf, n));
        async move {
            let id = ReservationId::derived(&format!("bench/{n}"));
            let answer = calls.put(&format!("/internal/reservations/{id}"), &body).await.expect("it is answered");
            let held: Reservation = answer.ok().expect("it is held");
            assert_eq!(held.status, ReservationStatus::Held);
        }
    };
    futures::stream::iter(0..RESERVATIONS).map(reserve).buffer_unordered(AT_ONCE).collect::<()>().await;
    let seconds = begun.elapsed().as_secs_f64();
    let taken = before - market.pieces(&shelf).await;
    println!("\n| reservations | variants | lines each | at once | seconds | pieces held |");
    println!("| --: | --: | --: | --: | --: | --: |");
    println!("| {RESERVATIONS} | {VARIANTS} | 2 | {AT_ONCE} | {seconds:.1} | {taken} |");
    assert_eq!(taken, 2 * i64::try_from(RESERVATIONS).expect("it is small"), "each holds one piece of two variants");
}

/// One piece of each of two neighbours on the shelf.
fn request(shelf: &[Goods], n: usize) -> Reserve {
    let line = |goods: &Goods| ReserveLine {
        product_id: goods.product_id.parse().expect("a product's id"),
        variant_id: goods.variant_id.parse().expect("a variant's id"),
        quantity: 1,
        unit_price: Money::tiyin(BOARD_PRICE * 100),
    };
    let lines = [n, n + 1].map(|at| line(&shelf[at % shelf.len()])).to_vec();
    Reserve { user_id: UserId::derived(&n.to_string()), hold_for_seconds: 600, currency: Currency::UZS, lines }
}

fn as_order_service(cloud: &Cloud) -> Calls {
    let (id, secret) = cloud.keys_of("um-dev-order-api");
    let credentials = SharedCredentialsProvider::new(Credentials::new(id, secret, None, None, "bench"));
    let region = Region::new(cloud.text("region").to_owned());
    let aws = SdkConfig::builder().region(region).credentials_provider(credentials).build();
    let internal = cloud.endpoints["apis"]["InternalApi"].as_str().expect("there is an internal API");
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    Calls::signed(http, internal, &aws).expect("region and keys are there")
}
