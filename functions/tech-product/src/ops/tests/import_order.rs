//! Imports that speak of the same product, worked off in any order.

use domain::Money;
use jiff::SignedDuration;

use super::imports::{counts, refusals};
use super::stock::{command, command_of};
use crate::domain::{Fault, Format, Import, ImportStatus, Product, SentFile};
use crate::ops::change_product::{Change, change};
use crate::ops::stock::{MoveStock, Pieces, move_stock};
use crate::ops::upload::{announce, start};
use crate::ops::work_off::work_off;
use crate::sent_name;
use crate::table::{Stock, product_key};
use crate::testbed::{World, by, by_owner, cpu, id_of, plan, store};

/// An announced import whose file is put a while later, and started a minute after that.
async fn announced(w: &World, file: &str, before_the_file: impl AsyncFnOnce()) -> Import {
    let sent = SentFile { format: Format::Ndjson, length: file.len() as u64 };
    let (import, _) = announce(&w.intake, plan(), sent).await.unwrap();
    before_the_file().await;
    w.files.0.lock().unwrap().insert(sent_name(store(), import.import_id), file.into());
    w.clock.advance(SignedDuration::from_mins(1));
    start(&w.intake, (store(), import.import_id), by_owner()).await.unwrap()
}

#[tokio::test]
async fn an_announced_file_is_as_new_as_its_start() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 500_000, 3), cpu("b", 500_000, 3)]).await;
    let file = [cpu("a", 900_000, 9), cpu("b", 900_000, 9)].map(|row| row.to_string()).join("\n");
    let import = announced(&w, &file, async || {
        w.clock.advance(SignedDuration::from_mins(10));
        let product = w.get::<Product>(product_key(id_of("a"))).await.unwrap();
        let dearer = Change { price: Some(Money::tiyin(70_000_000)), ..Change::default() };
        change(&w.ctx, product, dearer, by()).await.unwrap();
        w.clock.advance(SignedDuration::from_mins(10));
        w.import(&[cpu("b", 600_000, 6)]).await;
        w.clock.advance(SignedDuration::from_mins(20));
    })
    .await;
    let older = w.take(&[cpu("b", 100_000, 1)]).await;
    let import = deliver_again(&w, &import).await;
    assert_eq!((counts(&import), refusals(&w, &import).await.len()), ((DONE, 2, 0, 2, 0), 0));
    assert_eq!(price(&w, "a").await, Some(Money::tiyin(90_000_000)));
    // What came with its call after the start is newer, and was worked off before.
    assert_eq!(counts(&w.reload(&older).await), (DONE, 1, 0, 1, 0));
    assert_eq!(price(&w, "b").await, Some(Money::tiyin(10_000_000)));
}

const DONE: ImportStatus = ImportStatus::Completed;

async fn price(w: &World, sku: &str) -> Option<Money> {
    w.get::<Product>(product_key(id_of(sku))).await.unwrap().price()
}

/// An import whose worker is killed once its first row, five pieces of `a`, is true, before the progress is written.
async fn killed_after_its_first_row(w: &World) -> Import {
    let others = (0..40).map(|n| cpu(&format!("other-{n}"), 1_000_000, 3));
    let rows: Vec<_> = std::iter::once(cpu("a", 1_000_000, 5)).chain(others).collect();
    let import = w.take(&rows).await;
    let first_row = async {
        while w.stock("a").await.on_hand != 5 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = Box::pin(work_off(&w.intake, import.import_id)) => panic!("done before the crash"),
        () = first_row => {}
    }
    assert_eq!(w.reload(&import).await.done, 0);
    w.queue.sent.lock().unwrap().clear();
    import
}

async fn deliver_again(w: &World, import: &Import) -> Import {
    w.queue.sent.lock().unwrap().push(import.import_id);
    w.settle_queue().await;
    w.reload(import).await
}

#[tokio::test]
async fn an_older_import_leaves_what_a_newer_one_wrote() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("known", 500_000, 3)]).await;
    let old = w.take(&[cpu("known", 1_000_000, 3), cpu("new", 1_000_000, 3), cpu("other", 1_000_000, 3)]).await;
    w.queue.sent.lock().unwrap().clear();
    let correction = w.import(&[cpu("known", 900_000, 4), cpu("new", 900_000, 4)]).await;
    assert_eq!(counts(&correction), (DONE, 2, 1, 1, 0));
    let old = deliver_again(&w, &old).await;
    assert_eq!(counts(&old), (DONE, 3, 1, 0, 2));
    let superseded = |row| (row, "sku".to_owned(), Fault::Superseded);
    assert_eq!(refusals(&w, &old).await, [superseded(1), superseded(2)]);
    for sku in ["known", "new"] {
        assert_eq!(price(&w, sku).await, Some(Money::tiyin(90_000_000)), "{sku}");
        let stock = w.stock(sku).await;
        assert_eq!((stock.on_hand, stock.unit_price), (4, Money::tiyin(90_000_000)), "{sku}");
    }
}

#[tokio::test]
async fn a_row_that_changes_nothing_still_counts_as_the_newest_word() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("known", 500_000, 3)]).await;
    let old = w.take(&[cpu("known", 1_000_000, 9)]).await;
    w.queue.sent.lock().unwrap().clear();
    let same = w.import(&[cpu("known", 500_000, 3), cpu("known", 700_000, 3)]).await;
    assert_eq!((counts(&same), same.unchanged), ((DONE, 2, 0, 0, 1), 1));
    assert_eq!(refusals(&w, &same).await, [(2, "sku".to_owned(), Fault::DuplicateSku)]);
    let same = deliver_again(&w, &same).await;
    assert_eq!((counts(&same), same.unchanged), ((DONE, 2, 0, 0, 1), 1));
    assert_eq!(counts(&deliver_again(&w, &old).await), (DONE, 1, 0, 0, 1));
    assert_eq!((price(&w, "known").await, w.stock("known").await.on_hand), (Some(Money::tiyin(50_000_000)), 3));
}

#[tokio::test]
async fn a_chunk_done_again_after_a_newer_import_leaves_that_ones_rows() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 500_000, 3)]).await;
    let killed = killed_after_its_first_row(&w).await;
    w.import(&[cpu("a", 900_000, 7)]).await;
    let killed = deliver_again(&w, &killed).await;
    assert_eq!(counts(&killed), (DONE, 41, 40, 0, 1));
    assert_eq!(refusals(&w, &killed).await, [(1, "sku".to_owned(), Fault::Superseded)]);
    assert_eq!((price(&w, "a").await, w.stock("a").await.on_hand), (Some(Money::tiyin(90_000_000)), 7));
}

/// The movement remembers a row even where the product's mark does not: releases before the order of imports let an
/// older one set it.
#[tokio::test]
async fn a_row_whose_pieces_were_counted_is_done_whatever_the_mark_says() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let older = w.get::<Product>(product_key(id_of("a"))).await.unwrap().imported;
    let killed = killed_after_its_first_row(&w).await;
    let product = w.get::<Product>(product_key(id_of("a"))).await.unwrap();
    let marked_by_older = Product { imported: older, ..(*product).clone() };
    w.ctx.table.replace(&product, marked_by_older).await.unwrap();
    move_stock(&w.ctx, &command(&w, Pieces::Adjust(1), "delivery").await).await.unwrap();
    assert_eq!(counts(&deliver_again(&w, &killed).await), (DONE, 41, 40, 1, 0));
    assert_eq!(w.stock("a").await.on_hand, 6, "the later count stays");
}

#[tokio::test]
async fn an_import_leaves_what_was_changed_by_hand_after_its_upload() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("edited", 500_000, 3), cpu("counted", 500_000, 3), cpu("left", 500_000, 3)]).await;
    let import = w.take(&[cpu("edited", 900_000, 9), cpu("counted", 900_000, 9), cpu("left", 900_000, 9)]).await;
    w.clock.advance(SignedDuration::from_millis(1));
    let product = w.get::<Product>(product_key(id_of("edited"))).await.unwrap();
    let dearer = Change { price: Some(Money::tiyin(70_000_000)), ..Change::default() };
    change(&w.ctx, product, dearer, by()).await.unwrap();
    let Stock { product_id, variant_id, .. } = w.stock("counted").await;
    let count = MoveStock { product_id, variant_id, ..command_of(Pieces::Set(5), "count") };
    move_stock(&w.ctx, &count).await.unwrap();
    let import = deliver_again(&w, &import).await;
    assert_eq!(counts(&import), (DONE, 3, 0, 1, 2));
    let edited = |row, field: &str| (row, field.to_owned(), Fault::Edited);
    assert_eq!(refusals(&w, &import).await, [edited(1, "sku"), edited(2, "stock")]);
    assert_eq!(price(&w, "edited").await, Some(Money::tiyin(70_000_000)));
    assert_eq!((w.stock("counted").await.on_hand, w.stock("left").await.on_hand), (5, 9));
    let later = w.import(&[cpu("edited", 900_000, 9), cpu("counted", 900_000, 9)]).await;
    assert_eq!(counts(&later), (DONE, 2, 0, 2, 0), "what is uploaded after the change is newer than it");
}
