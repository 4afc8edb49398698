//! What bounds imports: their number, the plan, what the table takes, and what a refused row leaves behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use contracts::ImportFailure;
use domain::{Localized, Money};
use dynamodb::{Error, Table};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;

use super::imports::{counts, products, refusals};
use crate::domain::{Fault, Format, Import, ImportStatus, Product, SentFile};
use crate::ops::categories;
use crate::ops::change_product::{Change, change};
use crate::ops::upload::{File, UploadError, announce, cancel, start, take};
use crate::ops::work_off::work_off;
use crate::table::{Brand, Card, RefusedRow, SlugClaim, brand_key, card_key, import_key, product_key, refusals_of};
use crate::testbed::{World, by, by_owner, cpu, id_of, plan, store};
use crate::{Ctx, Intake};

fn small() -> SentFile {
    SentFile { format: Format::Ndjson, length: 2 }
}

async fn take_one(w: &World) -> Result<Import, UploadError> {
    let bytes = cpu("a", 1_000_000, 1).to_string().into_bytes();
    take(&w.intake, plan(), File { format: Format::Ndjson, bytes }).await
}

#[tokio::test]
async fn a_store_has_at_most_two_imports_under_way() {
    let w = World::with_catalogue().await;
    let at_once = join_all((0..6).map(|n| {
        let w = &w;
        async move {
            if n % 2 == 0 { take_one(w).await } else { announce(&w.intake, plan(), small()).await.map(|(i, _)| i) }
        }
    }));
    let begun: Vec<_> = at_once.await;
    let ids: Vec<_> = begun.iter().filter_map(|begun| Some(begun.as_ref().ok()?.import_id)).collect();
    assert_eq!(ids.len(), 2);
    let told =
        |error: &UploadError| matches!(error, UploadError::TooMany(places) if places.iter().all(|id| ids.contains(id)));
    assert!(begun.iter().filter_map(|begun| begun.as_ref().err()).all(told), "{begun:?}");

    // One that is stopped, or done, leaves its place.
    for id in ids {
        cancel(&w.ctx, (store(), id), by_owner()).await.unwrap();
    }
    for _ in 0..3 {
        take_one(&w).await.unwrap();
        w.settle_queue().await;
    }
    // So does an announcement whose time is over, and it never starts.
    let (left, _) = announce(&w.intake, plan(), small()).await.unwrap();
    announce(&w.intake, plan(), small()).await.unwrap();
    assert!(matches!(take_one(&w).await, Err(UploadError::TooMany(_))));
    w.clock.advance(SignedDuration::from_hours(2));
    let taken: Vec<_> = join_all((0..3).map(|_| take_one(&w))).await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 2);
    let started = start(&w.intake, (store(), left.import_id), by_owner()).await;
    assert!(matches!(started, Err(UploadError::NotFound)), "{started:?}");
}

/// Transactions that were sent.
#[derive(Debug, Default, Clone)]
struct Transactions(Arc<AtomicU32>);

impl Intercept for Transactions {
    fn name(&self) -> &'static str {
        "transactions"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.request().headers().get("x-amz-target").is_some_and(|target| target.ends_with("TransactWriteItems"))
        {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[tokio::test]
async fn rows_beyond_the_plan_cost_no_transaction_each() {
    let w = World::with_catalogue().await;
    w.products_max(25);
    let mut rows: Vec<_> = (0..100).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    rows[3]["price"] = json!("free");
    rows[90]["opendb_id"] = rows[80]["opendb_id"].clone();
    let import = w.take(&rows).await;
    w.queue.sent.lock().unwrap().clear();
    let transactions = Transactions::default();
    let config = w.client().config().to_builder().interceptor(transactions.clone()).build();
    let table = Table::new(aws_sdk_dynamodb::Client::from_conf(config), w.ctx.table.name());
    let intake = Intake { ctx: Ctx { table, ..w.ctx.clone() }, ..w.intake.clone() };
    Box::pin(work_off(&intake, import.import_id)).await.unwrap();
    assert_eq!((counts(&w.reload(&import).await), products(&w).await), ((ImportStatus::Completed, 100, 25, 0, 75), 25));
    let refused = refusals(&w, &import).await;
    assert_eq!(
        refused.iter().map(|(row, ..)| *row).collect::<Vec<_>>(),
        [4].into_iter().chain(27..=100).collect::<Vec<_>>()
    );
    assert!(refused[1..].iter().all(|(_, _, fault)| *fault == Fault::ProductsMax));
    // 18 products, 7 products, the chunk and what it refused.
    assert_eq!(transactions.0.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_refused_row_makes_no_brand() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("known", 500_000, 3), cpu("respelled", 500_000, 3)]).await;
    w.products_max(3);
    let named = |sku: &str, brand: &str| {
        let mut row = cpu(sku, 1_000_000, 3);
        row["metadata"]["manufacturer"] = brand.into();
        row
    };
    let mut incomplete = named("incomplete", "Incomplete");
    incomplete["socket"] = json!(null);
    let rows = [
        incomplete,
        named("known", "Edited"),
        named("respelled", "Other"),
        named("fits", "Fits"),
        named("beyond", "Beyond"),
        named("beyond", "Twice"),
    ];
    let import = w.take(&rows).await;
    w.clock.advance(SignedDuration::from_millis(1));
    let product = w.get::<Product>(product_key(id_of("known"))).await.unwrap();
    let dearer = Change { price: Some(Money::tiyin(70_000_000)), ..Change::default() };
    change(&w.ctx, product, dearer, by()).await.unwrap();
    w.settle_queue().await;
    let import = w.reload(&import).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 6, 1, 1, 4));
    for (slug, made) in
        [("incomplete", false), ("edited", false), ("other", true), ("fits", true), ("beyond", false), ("twice", false)]
    {
        assert_eq!(w.get::<Brand>(brand_key(&slug.parse().unwrap())).await.is_some(), made, "{slug}");
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_stored_keeps_no_other_row_from_its_turn() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("heavy", 500_000, 3)]).await;
    // As large as a row of the table may be: 400 KB.
    let heavy = w.get::<Product>(product_key(id_of("heavy"))).await.unwrap();
    for length in (0..409_600).rev().step_by(100) {
        let mut full = Product::clone(&heavy);
        full.details.description = Some(Localized::same("x".repeat(length)));
        match w.ctx.table.replace(&heavy, full).await {
            Err(Error::Invalid { .. }) => {}
            kept => {
                kept.unwrap();
                break;
            }
        }
    }
    let mut rows: Vec<_> = (0..40).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    rows[5] = cpu("heavy", 600_000, 3);
    rows[5]["metadata"]["name"] = "long ".repeat(39).into();
    let import = w.import(&rows).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 40, 39, 0, 1));
    assert_eq!(refusals(&w, &import).await, [(6, "row".to_owned(), Fault::NotKept)]);
}

#[tokio::test]
async fn a_product_finds_a_slug_whatever_others_took() {
    let w = World::with_catalogue().await;
    let id = id_of("a");
    for slug in crate::ops::insert::slugs("AMD Ryzen a", id) {
        w.ctx.table.create(&SlugClaim { slug, product_id: id_of("somebody else's") }).await.unwrap();
    }
    let import = w.import(&[cpu("a", 1_000_000, 3), cpu("b", 1_000_000, 3)]).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 2, 2, 0, 0));
    let slug = w.get::<Card>(card_key(store(), "a")).await.unwrap().slug.clone();
    let claim = w.get::<SlugClaim>(crate::table::slug_key(&slug)).await.unwrap();
    assert_eq!(claim.product_id, id);
}

#[tokio::test]
async fn an_import_into_a_category_that_is_retired_meanwhile_is_given_up() {
    let w = World::with_catalogue().await;
    let import = w.take(&[cpu("a", 1_000_000, 1)]).await;
    categories::retire(&w.ctx, &"cpu".parse().unwrap(), by()).await.unwrap();
    w.settle_queue().await;
    let import = w.reload(&import).await;
    assert_eq!((import.status, import.failure), (ImportStatus::Failed, Some(ImportFailure::CategoryRetired)));
    assert_eq!(products(&w).await, 0);
}

#[tokio::test]
async fn refusals_are_forgotten_after_a_month() {
    let w = World::with_catalogue().await;
    let import = w.import(&[json!({"opendb_id": "a"})]).await;
    let row = w.ctx.table.query_all::<RefusedRow>(refusals_of(import.import_id), 10).await.unwrap().remove(0);
    let month = SignedDuration::from_hours(30 * 24);
    assert_eq!(dynamodb::Row::expires_at(&*row), Some(w.clock.now() + month));
    let finished = w.get::<Import>(import_key(import.import_id)).await.unwrap();
    assert_eq!(dynamodb::Row::expires_at(&*finished), None);
}

#[tokio::test]
async fn a_refusal_names_a_numeric_sku_and_the_beginning_of_a_long_one() {
    let w = World::with_catalogue().await;
    let rows = [json!({"opendb_id": 4711}), json!({"opendb_id": format!("  {}", "x".repeat(5_000))}), json!({})];
    let import = w.import(&rows).await;
    let rows = w.ctx.table.query_all::<RefusedRow>(refusals_of(import.import_id), 10).await.unwrap();
    let skus: Vec<_> = rows.iter().map(|row| row.sku.clone()).collect();
    assert_eq!(skus, [Some("4711".to_owned()), Some("x".repeat(64)), None]);
}
