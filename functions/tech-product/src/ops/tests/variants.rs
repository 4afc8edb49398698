use std::collections::BTreeMap;

use domain::{CorrelationId, Money, ReservationId, VariantId};
use dynamodb::Stored;
use futures::future::join_all;

use crate::domain::{Fault, Product, VariantFault};
use crate::ops::ProductError;
use crate::ops::prices::lowest;
use crate::ops::reserve::reserve;
use crate::ops::settle::release;
use crate::ops::variants::{By, NewVariant, VariantChange, add, change, remove};
use crate::table::{Card, Movement, Stock, card_key, movements_of, product_key, stock_key};
use crate::testbed::{World, cpu, id_of, owner, store};

fn by() -> By {
    (owner(), CorrelationId::derived("request"))
}

fn new(sku: &str, colour: &str) -> NewVariant {
    NewVariant {
        sku: sku.into(),
        options: BTreeMap::from([("Rang".to_owned(), colour.to_owned())]),
        price: Money::tiyin(90_000_000),
        stock: 3,
        default: false,
    }
}

async fn world() -> World {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 5), cpu("b", 1_000_000, 5)]).await;
    w
}

async fn product(w: &World, sku: &str) -> Stored<Product> {
    w.get(product_key(id_of(sku))).await.unwrap()
}

async fn stock(w: &World, id: VariantId) -> Option<Stored<Stock>> {
    w.get(stock_key(id_of("a"), id)).await
}

#[tokio::test]
async fn a_variant_has_its_own_price_and_stock_and_the_card_shows_the_cheapest() {
    let w = world().await;
    let with = add(&w.ctx, product(&w, "a").await, new("a-red", "Qizil"), by()).await.unwrap();
    let red = with.variants[1].clone();
    assert_eq!((with.price(), with.lowest_price()), (Some(Money::tiyin(100_000_000)), Some(red.price)));
    let card = w.get::<Card>(card_key(store(), "a")).await.unwrap();
    assert_eq!((card.price, card.variants().count()), (red.price, 2));
    let stock = stock(&w, red.variant_id).await.unwrap();
    assert_eq!((stock.on_hand, stock.available, stock.unit_price, stock.active), (3, 3, red.price, true));
    assert_eq!(stock.fiscal, with.fiscal);
    let again = add(&w.ctx, with.clone(), new("a-red", "Qizil"), by()).await.unwrap();
    assert_eq!(again.version(), with.version(), "the very same again is there already");
}

#[tokio::test]
async fn a_sku_names_one_thing_in_a_store() {
    let w = world().await;
    let taken = |e: &ProductError, sku| matches!(e, ProductError::SkuTaken(id) if *id == id_of(sku));
    let error = add(&w.ctx, product(&w, "a").await, new("b", "Qizil"), by()).await.unwrap_err();
    assert!(taken(&error, "b"), "a product's: {error}");
    add(&w.ctx, product(&w, "a").await, new("x", "Qizil"), by()).await.unwrap();
    let error = add(&w.ctx, product(&w, "b").await, new("x", "Qizil"), by()).await.unwrap_err();
    assert!(taken(&error, "a"), "a variant's: {error}");
    let import = w.import(&[cpu("x", 1_000_000, 1)]).await;
    assert_eq!((import.accepted, import.refused), (0, 1));
    let refused = w.ctx.table.query::<crate::table::RefusedRow>(crate::table::refusals_of(import.import_id)).await;
    assert_eq!(refused.unwrap().rows[0].reasons[0].fault, Fault::VariantSku);
}

#[tokio::test]
async fn of_ten_that_add_a_variant_at_once_one_does() {
    let w = world().await;
    let before = product(&w, "a").await;
    let adding = join_all((0..10).map(|n| add(&w.ctx, before.clone(), new(&format!("v-{n}"), "Qizil"), by()))).await;
    assert_eq!(adding.iter().filter(|a| a.is_ok()).count(), 1);
    assert!(adding.iter().filter_map(|a| a.as_ref().err()).all(|e| matches!(e, ProductError::Changed)));
    assert_eq!(product(&w, "a").await.variants.len(), 2);
}

#[tokio::test]
async fn exactly_one_variant_is_the_default_and_it_stays() {
    let w = world().await;
    let with = add(&w.ctx, product(&w, "a").await, new("a-red", "Qizil"), by()).await.unwrap();
    let (first, red) = (with.variants[0].variant_id, with.variants[1].variant_id);
    assert!(matches!(remove(&w.ctx, with.clone(), first, by()).await, Err(ProductError::DefaultVariant)));
    let swapped = VariantChange { default: true, ..VariantChange::default() };
    let with = change(&w.ctx, with, red, swapped, by()).await.unwrap();
    assert_eq!(with.default_variant().map(|v| v.variant_id), Some(red));
    for stays in [first, red] {
        assert!(matches!(remove(&w.ctx, with.clone(), stays, by()).await, Err(ProductError::DefaultVariant)));
    }
    let same = add(&w.ctx, with, new("a-2", "qizil"), by()).await;
    assert!(matches!(same, Err(ProductError::Variants(VariantFault::SameOptions))));
}

#[tokio::test]
async fn an_import_says_price_and_stock_of_the_variant_it_names() {
    let w = world().await;
    let default = NewVariant { default: true, ..new("a-red", "Qizil") };
    let with = add(&w.ctx, product(&w, "a").await, default, by()).await.unwrap();
    w.import(&[cpu("a", 2_000_000, 7)]).await;
    let after = product(&w, "a").await;
    let prices: Vec<_> = after.variants.iter().map(|v| v.price.minor()).collect();
    assert_eq!(prices, [200_000_000, 90_000_000]);
    let pieces = [stock(&w, with.variants[0].variant_id).await, stock(&w, with.variants[1].variant_id).await];
    assert_eq!(pieces.map(|s| s.unwrap().on_hand), [7, 3]);
}

#[tokio::test]
async fn a_variant_with_reserved_pieces_is_not_removed() {
    let w = world().await;
    let with = add(&w.ctx, product(&w, "a").await, new("a-red", "Qizil"), by()).await.unwrap();
    let red = with.variants[1].clone();
    let mut request = w.request(&[("b", 1)]).await;
    request.lines[0].product_id = id_of("a");
    (request.lines[0].variant_id, request.lines[0].unit_price) = (red.variant_id, red.price);
    let reservation = ReservationId::derived("hold");
    reserve(&w.ctx, reservation, &request).await.unwrap();
    let refused = remove(&w.ctx, with.clone(), red.variant_id, by()).await;
    assert!(matches!(refused, Err(ProductError::Reserved(1))));
    release(&w.ctx, reservation, None).await.unwrap();
    let left = remove(&w.ctx, with, red.variant_id, by()).await.unwrap();
    assert!(stock(&w, red.variant_id).await.is_none());
    assert!(w.get::<crate::table::SkuClaim>(card_key(store(), "a-red")).await.is_none());
    let log = w.ctx.table.query::<Movement>(movements_of(left.product_id)).await.unwrap().rows;
    let sum: i64 = log.iter().filter(|m| m.variant_id == red.variant_id).map(|m| m.delta).sum();
    assert_eq!(sum, 0, "what was opened with is written off");
    add(&w.ctx, left, new("a-red", "Qizil"), by()).await.unwrap();
}

#[tokio::test]
async fn a_hold_and_a_removal_at_once_leave_no_hold_without_stock() {
    for n in 0..8 {
        let w = world().await;
        let with = add(&w.ctx, product(&w, "a").await, new("a-red", "Qizil"), by()).await.unwrap();
        let red = with.variants[1].clone();
        let mut request = w.request(&[("b", 1)]).await;
        request.lines[0].product_id = id_of("a");
        (request.lines[0].variant_id, request.lines[0].unit_price) = (red.variant_id, red.price);
        let reservation = ReservationId::derived(&n.to_string());
        let (held, removed) =
            futures::join!(reserve(&w.ctx, reservation, &request), remove(&w.ctx, with, red.variant_id, by()));
        let stock = stock(&w, red.variant_id).await;
        assert_eq!(held.is_ok(), stock.as_ref().is_some_and(|s| s.reserved == 1), "{held:?} {removed:?}");
        assert!(removed.is_err() || stock.is_none());
    }
}

#[tokio::test]
async fn the_lowest_price_of_thirty_days_counts_what_was_in_force_when_they_began() {
    let w = world().await;
    let reprice = |som: i64| VariantChange { price: Some(Money::tiyin(som)), ..VariantChange::default() };
    let mut now = product(&w, "a").await;
    let id = now.variants[0].variant_id;
    let days = |n: i64| jiff::SignedDuration::from_hours(24 * n);
    // 100 000 000 until day 10, 80 until day 15, 120 until day 50, then 110.
    for (wait, price) in [(10, 80_000_000), (5, 120_000_000), (35, 110_000_000)] {
        w.clock.advance(days(wait));
        now = change(&w.ctx, now, id, reprice(price), by()).await.unwrap();
    }
    let at =
        async |now: &Product| lowest(&w.ctx, now.product_id, &now.variants[0], w.clock.now()).await.unwrap().minor();
    assert_eq!(at(&now).await, 110_000_000, "120 was in force on day 20");
    w.clock.advance(days(31));
    assert_eq!(at(&now).await, 110_000_000);
    let back = w.clock.now() - days(31) - days(10);
    assert_eq!(lowest(&w.ctx, now.product_id, &now.variants[0], back).await.unwrap().minor(), 80_000_000);
}
