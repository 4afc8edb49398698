use contracts::{Fact, ImportFailed, ImportFailure, StoreStatus};
use domain::{Money, business_day};
use dynamodb::{OutboxRow, Query};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;

use crate::domain::{Fault, Format, Import, ImportStatus, Product, Status};
use crate::file_name;
use crate::ops::change_product::{Change, change};
use crate::ops::sweep::sweep;
use crate::ops::work_off::work_off;
use crate::table::{Card, RefusedRow, product_key, products_of, refusals_of};
use crate::testbed::{World, by, cpu, id_of, store};

pub(super) async fn refusals(w: &World, import: &Import) -> Vec<(u32, String, Fault)> {
    let rows = w.ctx.table.query_all::<RefusedRow>(refusals_of(import.import_id), 1_000).await.unwrap();
    let reasons = |row: &RefusedRow| {
        let number = row.number;
        row.reasons.iter().map(move |r| (number, r.field.clone(), r.fault)).collect::<Vec<_>>()
    };
    rows.iter().flat_map(|row| reasons(row)).collect()
}

pub(super) async fn products(w: &World) -> usize {
    w.ctx.table.query_all::<Card>(products_of(store()), 10_000).await.unwrap().len()
}

/// What the outbox holds of imports.
async fn told(w: &World) -> Vec<Fact> {
    let mut told = Vec::new();
    for partition in OutboxRow::partitions(business_day(w.clock.now())) {
        let rows = w.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 1_000).await.unwrap();
        told.extend(rows.iter().map(|row| serde_json::from_str::<contracts::Event>(&row.event).unwrap().fact));
    }
    told.retain(|fact| matches!(fact, Fact::ImportFinished(_) | Fact::ImportFailed(_)));
    told
}

async fn times_told_finished(w: &World) -> usize {
    told(w).await.iter().filter(|fact| matches!(fact, Fact::ImportFinished(_))).count()
}

/// The fact that `import` was given up.
fn failed(import: &Import, reason: ImportFailure) -> Fact {
    let Import { import_id, store_id, requested_by, .. } = *import;
    Fact::ImportFailed(ImportFailed { import_id, store_id, requested_by, reason })
}

pub(super) fn counts(import: &Import) -> (ImportStatus, u32, u32, u32, u32) {
    (import.status, import.done, import.accepted, import.updated, import.refused)
}

#[tokio::test]
async fn every_row_becomes_a_product_or_says_why_not() {
    let w = World::with_catalogue().await;
    let mut rows: Vec<_> = (0..200).map(|n| cpu(&format!("cpu-{n}"), 1_000_000 + n, 3)).collect();
    rows[10]["metadata"]["name"] = "".into();
    rows[11]["price"] = json!("free");
    rows[12]["socket"] = json!(null);
    rows[13]["opendb_id"] = rows[5]["opendb_id"].clone();
    rows[150]["opendb_id"] = rows[5]["opendb_id"].clone();
    rows[151]["stock"] = json!(2.5);
    let import = w.import(&rows).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 200, 194, 0, 6));
    assert_eq!(
        refusals(&w, &import).await,
        [
            (11, "title".to_owned(), Fault::Missing),
            (12, "price".to_owned(), Fault::Price),
            (13, "specs.socket".to_owned(), Fault::Missing),
            (14, "sku".to_owned(), Fault::DuplicateSku),
            (151, "sku".to_owned(), Fault::DuplicateSku),
            (152, "stock".to_owned(), Fault::Stock),
        ]
    );
    assert_eq!((products(&w).await, times_told_finished(&w).await), (194, 1));
    let product = w.get::<Product>(product_key(id_of("cpu-7"))).await.unwrap();
    assert_eq!((product.status, product.price()), (Status::Active, Some(Money::tiyin(100_000_700))));
}

#[tokio::test]
async fn the_same_file_again_changes_and_doubles_nothing() {
    let w = World::with_catalogue().await;
    let mut rows: Vec<_> = (0..5).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    w.import(&rows).await;
    let page = |sku: &'static str| async { w.get::<Product>(product_key(id_of(sku))).await.unwrap().into_row() };
    let before = page("cpu-0").await;
    rows[1]["price"] = json!("900 000,50 so'm");
    rows[2]["stock"] = json!(9);
    let again = w.import(&rows).await;
    assert_eq!((counts(&again), again.unchanged), ((ImportStatus::Completed, 5, 0, 2, 0), 3));
    assert_eq!((products(&w).await, page("cpu-0").await.updated_at), (5, before.updated_at));
    assert_eq!(w.stock("cpu-1").await.unit_price, Money::tiyin(90_000_050));
    assert_eq!((w.stock("cpu-2").await.on_hand, w.stock("cpu-0").await.on_hand), (9, 3));
}

#[tokio::test]
async fn a_message_that_comes_many_times_at_once_counts_each_row_once() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..120).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    let import = w.take(&rows).await;
    w.queue.sent.lock().unwrap().clear();
    for _ in 0..4 {
        for answer in join_all((0..3).map(|_| work_off(&w.intake, import.import_id))).await {
            answer.unwrap();
        }
    }
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 120, 120, 0, 0));
    assert_eq!((products(&w).await, times_told_finished(&w).await), (120, 1));
    assert_eq!(w.stock("cpu-119").await.on_hand, 3);
}

/// Answers when the store has so many products.
async fn until_there_are(w: &World, count: usize) {
    while products(w).await < count {
        tokio::task::yield_now().await;
    }
}

/// A worker that is killed among its rows, before the import's progress is written: the chunk is done again.
#[tokio::test]
async fn a_crash_in_the_middle_of_a_chunk_loses_and_doubles_nothing() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..60).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    let import = w.take(&rows).await;
    tokio::select! {
        _ = Box::pin(work_off(&w.intake, import.import_id)) => panic!("done before the crash"),
        () = until_there_are(&w, 5) => {}
    }
    assert_eq!(w.reload(&import).await.done, 0);
    w.settle_queue().await;
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 60, 60, 0, 0));
    assert_eq!((products(&w).await, w.stock("cpu-0").await.on_hand), (60, 3));
}

#[tokio::test]
async fn a_slow_chunk_ends_before_the_worker_is_killed_and_the_next_goes_on_there() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..60).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    let import = w.take(&rows).await;
    w.queue.sent.lock().unwrap().clear();
    let slow = async {
        until_there_are(&w, 5).await;
        w.clock.advance(SignedDuration::from_secs(3));
    };
    futures::join!(Box::pin(work_off(&w.intake, import.import_id)), slow).0.unwrap();
    let done = w.reload(&import).await.done;
    assert!((5..60).contains(&done), "{done} rows");
    assert_eq!(w.queue.sent.lock().unwrap().len(), 1);
    w.settle_queue().await;
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 60, 60, 0, 0));
}

#[tokio::test]
async fn a_lost_message_is_sent_again_by_the_sweep() {
    let w = World::with_catalogue().await;
    *w.queue.broken.lock().unwrap() = true;
    let import = w.take(&[cpu("a", 1_000_000, 1)]).await;
    *w.queue.broken.lock().unwrap() = false;
    sweep(&w.intake).await.unwrap();
    assert!(w.queue.sent.lock().unwrap().is_empty(), "not before a minute has passed");
    w.clock.advance(SignedDuration::from_secs(60));
    sweep(&w.intake).await.unwrap();
    sweep(&w.intake).await.unwrap();
    assert_eq!(w.queue.sent.lock().unwrap().len(), 1);
    w.settle_queue().await;
    assert_eq!(w.reload(&import).await.status, ImportStatus::Completed);
    w.clock.advance(SignedDuration::from_hours(1));
    sweep(&w.intake).await.unwrap();
    assert!(w.queue.sent.lock().unwrap().is_empty(), "what is over is due no more");
}

#[tokio::test]
async fn an_import_that_never_moves_is_given_up() {
    let w = World::with_catalogue().await;
    let import = w.take(&[cpu("a", 1_000_000, 1)]).await;
    for _ in 0..=90 {
        w.clock.advance(SignedDuration::from_secs(60));
        sweep(&w.intake).await.unwrap();
    }
    let import = w.reload(&import).await;
    assert_eq!((import.status, import.failure), (ImportStatus::Failed, Some(ImportFailure::Stalled)));
    assert_eq!(told(&w).await, [failed(&import, ImportFailure::Stalled)], "once, however often it is swept");
}

#[tokio::test]
async fn an_import_whose_file_or_store_is_gone_says_so() {
    let w = World::with_catalogue().await;
    let import = w.take(&[cpu("a", 1_000_000, 1)]).await;
    w.files.0.lock().unwrap().remove(&file_name(store(), import.import_id));
    for delivered in join_all((0..3).map(|_| work_off(&w.intake, import.import_id))).await {
        delivered.unwrap();
    }
    w.settle_queue().await;
    assert_eq!(w.reload(&import).await.failure, Some(ImportFailure::FileGone));
    assert_eq!(told(&w).await, [failed(&import, ImportFailure::FileGone)]);
    let import = w.take(&[cpu("a", 1_000_000, 1)]).await;
    w.stores.terms.lock().unwrap().status = StoreStatus::Suspended;
    w.settle_queue().await;
    assert_eq!(w.reload(&import).await.failure, Some(ImportFailure::StoreNotActive));
    assert_eq!(told(&w).await.len(), 2);
    assert!(told(&w).await.contains(&failed(&import, ImportFailure::StoreNotActive)));
}

#[tokio::test]
async fn the_plans_limit_refuses_the_rows_beyond_it() {
    let w = World::with_catalogue().await;
    w.products_max(2);
    let rows: Vec<_> = (0..4).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    let import = w.import(&rows).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 4, 2, 0, 2));
    let limit = |n| (n, "sku".to_owned(), Fault::ProductsMax);
    assert_eq!(refusals(&w, &import).await, [limit(3), limit(4)]);
    let again = w.import(&rows[..2]).await;
    assert_eq!((counts(&again), again.unchanged), ((ImportStatus::Completed, 2, 0, 0, 0), 2), "known products fit");
}

#[tokio::test]
async fn a_spreadsheet_is_read_by_its_columns() {
    let w = World::with_catalogue().await;
    let csv = "opendb_id,metadata.name,metadata.manufacturer,socket,cores.total,cores.threads,clocks.performance.base,specifications.memory.types,price,stock\n\
        c-1,\"Ryzen, boxed\",AMD,am5,8,16,\"4,7\",DDR5,\"6 850 000\",12\n\
        c-2,Ryzen,AMD\n";
    let import = w.take_text(csv, Format::Csv).await;
    w.settle_queue().await;
    let import = w.reload(&import).await;
    assert_eq!(counts(&import), (ImportStatus::Completed, 2, 1, 0, 1));
    assert_eq!(refusals(&w, &import).await, [(2, "row".to_owned(), Fault::Unreadable)]);
    let product = w.get::<Product>(product_key(id_of("c-1"))).await.unwrap();
    assert_eq!((product.details.title.uz.as_str(), product.details.specs.len()), ("Ryzen, boxed", 5));
}

#[tokio::test]
async fn what_a_store_took_off_sale_stays_off_and_promised_pieces_stay() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3), cpu("b", 1_000_000, 3)]).await;
    let product = w.get::<Product>(product_key(id_of("a"))).await.unwrap();
    let off = Change { status: Some(Status::Inactive), ..Change::default() };
    change(&w.ctx, product, off, by()).await.unwrap();
    let request = w.request(&[("b", 2)]).await;
    crate::ops::reserve::reserve(&w.ctx, domain::ReservationId::derived("r"), &request).await.unwrap();
    let import = w.import(&[cpu("a", 2_000_000, 3), cpu("b", 1_000_000, 1)]).await;
    assert_eq!(refusals(&w, &import).await, [(2, "stock".to_owned(), Fault::StockReserved)]);
    let product = w.get::<Product>(product_key(id_of("a"))).await.unwrap();
    assert_eq!((product.status, product.price()), (Status::Inactive, Some(Money::tiyin(200_000_000))));
}
