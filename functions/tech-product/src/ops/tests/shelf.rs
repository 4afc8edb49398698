use std::collections::HashSet;

use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, ReturnConsumedCapacity};
use domain::{Localized, Money, PageLimit, Slug};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::domain::{FiscalDefaults, Product, Status, Wanted};
use crate::ops::categories::{self, NewCategory};
use crate::ops::change_product::{Change, change};
use crate::ops::shelf::{Asked, Found, LOOKED_AT_MAX, Narrowed, Shelves, Sort, page};
use crate::table::{Card, product_key};
use crate::testbed::{World, by, cpu, cpu_fields, id_of, mapping, store};

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

/// A processor with so many cores, made by that maker.
fn row(sku: &str, som: u64, stock: i64, cores: u32, maker: &str) -> Value {
    let mut row = cpu(sku, som, stock);
    row["cores"]["total"] = cores.into();
    row["metadata"]["manufacturer"] = maker.into();
    row
}

/// `cpu` and `am5` below it, products in both by turns: prices fall as they come, every third is sold out.
async fn world(count: u64) -> World {
    let w = World::with_catalogue().await;
    let below = NewCategory {
        slug: slug("am5"),
        names: Localized::same("AM5"),
        parent: Some(slug("cpu")),
        position: 0,
        visible: true,
        fields: cpu_fields(),
        fiscal: FiscalDefaults { ikpu: Some("08542031001000000".into()), ..FiscalDefaults::default() },
    };
    categories::create(&w.ctx, below, by()).await.unwrap();
    for n in 0..count {
        let maker = if n % 4 == 0 { "Intel" } else { "AMD" };
        let cores = if n % 2 == 0 { 8 } else { 16 };
        let line = row(&format!("p-{n:02}"), 2_000 - n, i64::from(n % 3 != 0), cores, maker).to_string();
        let category = if n % 2 == 0 { "cpu" } else { "am5" };
        w.take_into(category, mapping(), &line).await;
        w.settle_queue().await;
    }
    w
}

fn asked(sort: Sort, narrowed: Narrowed) -> Asked {
    let shelves = Shelves::Categories(vec![slug("cpu"), slug("am5")]);
    Asked { shelves, narrowed, sort, limit: PageLimit::new(4).unwrap(), after: None }
}

/// Every page, and how many there were.
async fn all(w: &World, mut asked: Asked) -> (Vec<String>, usize) {
    let (mut skus, mut pages) = (Vec::new(), 0);
    loop {
        let Found { cards, next } = page(&w.ctx, &asked).await.unwrap();
        pages += 1;
        assert!(cards.len() <= asked.limit.get() as usize);
        skus.extend(cards.into_iter().map(|card| card.sku));
        match next {
            Some(next) => asked.after = Some(next),
            None => return (skus, pages),
        }
    }
}

fn numbered(numbers: impl IntoIterator<Item = u64>) -> Vec<String> {
    numbers.into_iter().map(|n| format!("p-{n:02}")).collect()
}

#[tokio::test]
async fn a_list_holds_everything_below_its_category_once_and_in_order() {
    let w = world(13).await;
    let everything = |sort| asked(sort, Narrowed::default());
    assert_eq!(all(&w, everything(Sort::Newest)).await.0, numbered((0..13).rev()));
    assert_eq!(all(&w, everything(Sort::Cheapest)).await.0, numbered((0..13).rev()));
    assert_eq!(all(&w, everything(Sort::Dearest)).await.0, numbered(0..13));
    let store = Asked { shelves: Shelves::Store(store()), ..everything(Sort::Newest) };
    assert_eq!(all(&w, store).await.0, numbered((0..13).rev()));
    let one = Asked { shelves: Shelves::Categories(vec![slug("am5")]), ..everything(Sort::Newest) };
    assert_eq!(all(&w, one).await.0, numbered((0..13).rev().filter(|n| n % 2 == 1)));
}

#[tokio::test]
async fn a_narrowed_list_holds_what_is_asked_for_and_nothing_else() {
    let w = world(13).await;
    let price = |som: u64| Some(i64::try_from(som * 100).unwrap());
    let (min_price, max_price) = (price(1_991), price(1_997));
    for sort in [Sort::Newest, Sort::Cheapest, Sort::Dearest] {
        let mut found = all(&w, asked(sort, Narrowed { min_price, max_price, ..Narrowed::default() })).await.0;
        found.sort();
        assert_eq!(found, numbered(3..=9), "{sort:?}");
    }
    let intel = Narrowed { brands: vec![slug("intel")], ..Narrowed::default() };
    assert_eq!(all(&w, asked(Sort::Dearest, intel)).await.0, numbered([0, 4, 8, 12]));
    let cores = Narrowed { specs: vec![("cores".into(), Wanted::Within(10.0, 20.0))], ..Narrowed::default() };
    assert_eq!(all(&w, asked(Sort::Dearest, cores)).await.0, numbered([1, 3, 5, 7, 9, 11]));
    let there = Narrowed { in_stock: true, ..Narrowed::default() };
    assert_eq!(all(&w, asked(Sort::Dearest, there)).await.0, numbered((0..13).filter(|n| n % 3 != 0)));
}

#[test]
fn any_list_by_pages_is_the_list_at_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let w = runtime.block_on(world(11));
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let sorts = prop_oneof![Just(Sort::Newest), Just(Sort::Cheapest), Just(Sort::Dearest)];
    let cases = (sorts, 1_u32..12, prop::option::of(1_988_u64..2_002), any::<bool>(), any::<bool>());
    let outcome = runner.run(&cases, |(sort, limit, min, in_stock, amd)| {
        let narrowed = Narrowed {
            min_price: min.map(|som| i64::try_from(som * 100).unwrap()),
            brands: if amd { vec![slug("amd")] } else { Vec::new() },
            in_stock,
            ..Narrowed::default()
        };
        let small = Asked { limit: PageLimit::new(limit).unwrap(), ..asked(sort, narrowed) };
        let large = Asked { limit: PageLimit::new(100).unwrap(), ..small.clone() };
        let ((small, _), (large, _)) = runtime.block_on(async { (all(&w, small).await, all(&w, large).await) });
        prop_assert_eq!(small.iter().collect::<HashSet<_>>().len(), small.len());
        prop_assert_eq!(small, large);
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn a_page_looks_at_no_more_than_its_limit_and_says_where_to_go_on() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..LOOKED_AT_MAX + 50).map(|n| cpu(&format!("p-{n:03}"), 1_000, 1)).collect();
    w.import(&rows).await;
    let nobody = Narrowed { brands: vec![slug("nobody")], ..Narrowed::default() };
    let asked = Asked { shelves: Shelves::Categories(vec![slug("cpu")]), ..asked(Sort::Newest, nobody) };
    let first = page(&w.ctx, &asked).await.unwrap();
    assert!(first.cards.is_empty() && first.next.is_some(), "short, and honest about it");
    let second = page(&w.ctx, &Asked { after: first.next, ..asked }).await.unwrap();
    assert!(second.cards.is_empty() && second.next.is_none());
}

#[tokio::test]
async fn a_changed_price_moves_its_product_and_what_is_off_sale_leaves_the_list() {
    let w = world(4).await;
    let of = async |sku: &str| w.get::<Product>(product_key(id_of(sku))).await.unwrap();
    let dear = Change { price: Some(Money::tiyin(900_000_000)), ..Change::default() };
    change(&w.ctx, of("p-03").await, dear, by()).await.unwrap();
    assert_eq!(all(&w, asked(Sort::Dearest, Narrowed::default())).await.0, numbered([3, 0, 1, 2]));
    let off = Change { status: Some(Status::Inactive), ..Change::default() };
    change(&w.ctx, of("p-01").await, off, by()).await.unwrap();
    for sort in [Sort::Newest, Sort::Dearest] {
        let mut left = all(&w, asked(sort, Narrowed::default())).await.0;
        left.sort();
        assert_eq!(left, numbered([0, 2, 3]));
    }
}

/// What the README promises of the price of a page.
#[tokio::test]
async fn a_page_of_twenty_costs_at_most_three_read_units() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..25).map(|n| cpu(&format!("p-{n:03}"), 6_850_000, 1)).collect();
    w.import(&rows).await;
    for index in ["GSI1", "GSI3"] {
        let call = w.client().query().table_name(w.ctx.table.name()).index_name(index).limit(20);
        let call = call.key_condition_expression(format!("{index}PK = :pk"));
        let call = call.expression_attribute_values(":pk", AttributeValue::S("SALE#cpu".into()));
        let answer = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        let units = answer.consumed_capacity().and_then(ConsumedCapacity::capacity_units).unwrap();
        assert_eq!(answer.items().len(), 20);
        assert!(units > 0.5 && units <= 3.0, "{index}: {units} read units");
    }
}

#[tokio::test]
async fn a_card_shows_the_cheapest_variant_and_carries_what_can_be_filtered() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000, 1)]).await;
    let card = w.get::<Card>(crate::table::card_key(store(), "a")).await.unwrap();
    assert_eq!(card.price, Money::tiyin(100_000));
    assert_eq!(serde_json::to_value(&card.facets["socket"]).unwrap(), json!("AM5"));
    assert_eq!(serde_json::to_value(&card.facets["memory_types"]).unwrap(), json!(["DDR5"]));
    assert!(!card.facets.contains_key("base_clock"), "not filterable");
}
