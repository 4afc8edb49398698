//! Files that go to the bucket by themselves, and imports that are stopped.

use contracts::ImportFailure;
use futures::future::join_all;
use jiff::SignedDuration;

use super::imports::{counts, refusals};
use crate::domain::{Format, Import, ImportStatus, SentFile, UploadFault};
use crate::ops::sweep::sweep;
use crate::ops::unpack::unpack;
use crate::ops::upload::{File, UploadError, announce, cancel, start, take};
use crate::ops::work_off::work_off;
use crate::table::import_key;
use crate::testbed::{World, by_owner, cpu, owner, plan, store};
use crate::{file_name, sent_name};

fn rows(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3).to_string()).collect();
    rows.join("\n")
}

/// An import whose file has been put where it was told to go.
async fn uploaded(w: &World, bytes: &[u8], sent: SentFile) -> Import {
    let (import, to) = announce(&w.intake, plan(), sent).await.unwrap();
    assert!(to.headers.contains(&("content-length".to_owned(), sent.length.to_string())));
    w.files.0.lock().unwrap().insert(sent_name(store(), import.import_id), bytes.to_vec());
    import
}

fn ndjson(bytes: &[u8]) -> SentFile {
    SentFile { format: Format::Ndjson, length: bytes.len() as u64 }
}

#[tokio::test]
async fn an_uploaded_file_is_worked_off_once_it_is_started() {
    let w = World::with_catalogue().await;
    let bytes = rows(40).into_bytes();
    let import = uploaded(&w, &bytes, ndjson(&bytes)).await;
    assert_eq!(import.status, ImportStatus::Uploading);
    w.clock.advance(SignedDuration::from_hours(1));
    sweep(&w.intake).await.unwrap();
    assert!(w.queue.sent.lock().unwrap().is_empty(), "nobody started it");
    for started in join_all((0..5).map(|_| start(&w.intake, (store(), import.import_id), by_owner()))).await {
        assert_eq!(started.unwrap().status, ImportStatus::Pending);
    }
    assert_eq!(w.queue.sent.lock().unwrap().len(), 1);
    w.settle_queue().await;
    let import = w.reload(&import).await;
    assert_eq!((counts(&import), import.total), ((ImportStatus::Completed, 40, 40, 0, 0), 40));
}

#[tokio::test]
async fn an_import_whose_file_is_missing_or_another_does_not_start() {
    let w = World::with_catalogue().await;
    let bytes = rows(1).into_bytes();
    let (missing, _) = announce(&w.intake, plan(), ndjson(&bytes)).await.unwrap();
    let other = uploaded(&w, &bytes, SentFile { length: 7, ..ndjson(&bytes) }).await;
    for import in [missing, other] {
        let refused = start(&w.intake, (store(), import.import_id), by_owner()).await;
        assert!(matches!(refused, Err(UploadError::NotUploaded(_))), "{refused:?}");
    }
    for (length, fault) in [(0, UploadFault::Empty), (64 * 1024 * 1024 + 1, UploadFault::TooLarge)] {
        let refused = announce(&w.intake, plan(), SentFile { length, ..ndjson(&bytes) }).await;
        assert!(matches!(refused, Err(UploadError::Fault(found)) if found == fault));
    }
}

#[tokio::test]
async fn an_uploaded_file_that_is_none_of_rows_ends_its_import() {
    let w = World::with_catalogue().await;
    let bytes = b"not gzip".to_vec();
    let import = uploaded(&w, &bytes, SentFile { format: Format::Gzip, ..ndjson(&bytes) }).await;
    start(&w.intake, (store(), import.import_id), by_owner()).await.unwrap();
    w.settle_queue().await;
    let import = w.reload(&import).await;
    assert_eq!((import.status, import.failure), (ImportStatus::Failed, Some(ImportFailure::BadFile)));
}

#[tokio::test]
async fn a_file_that_is_put_again_while_it_is_unpacked_is_never_mixed() {
    let w = World::with_catalogue().await;
    let first = rows(30).into_bytes();
    let import = uploaded(&w, &first, ndjson(&first)).await;
    start(&w.intake, (store(), import.import_id), by_owner()).await.unwrap();
    let delivered_twice = w.get::<Import>(import_key(import.import_id)).await.unwrap();
    let sent = delivered_twice.sent.unwrap();
    assert!(unpack(&w.intake, &delivered_twice, sent).await.unwrap());
    // Of the same length, and none of its lines ends where one of the first ends.
    let mut second = vec![b'x'; first.len()];
    second[7] = b'\n';
    w.files.0.lock().unwrap().insert(sent_name(store(), import.import_id), second);
    assert!(!unpack(&w.intake, &delivered_twice, sent).await.unwrap());
    w.settle_queue().await;
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 30, 30, 0, 0));
}

/// Killed while it kept the lines: some stand there, the row does not count them. The next message makes them again.
#[tokio::test]
async fn a_worker_killed_while_it_unpacks_loses_nothing() {
    let w = World::with_catalogue().await;
    let bytes = rows(30).into_bytes();
    let import = uploaded(&w, &bytes, ndjson(&bytes)).await;
    start(&w.intake, (store(), import.import_id), by_owner()).await.unwrap();
    w.files.0.lock().unwrap().insert(file_name(store(), import.import_id), bytes[..100].to_vec());
    for worked in join_all((0..3).map(|_| work_off(&w.intake, import.import_id))).await {
        worked.unwrap();
    }
    assert_eq!(w.reload(&import).await.total, 30);
    w.settle_queue().await;
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 30, 30, 0, 0));
}

#[tokio::test]
async fn an_import_that_is_stopped_looks_at_no_further_row() {
    let w = World::with_catalogue().await;
    let import = w.take_text(&rows(400), Format::Ndjson).await;
    w.queue.sent.lock().unwrap().clear();
    let first_chunk = async {
        while w.reload(&import).await.done == 0 {
            tokio::task::yield_now().await;
        }
        cancel(&w.ctx, (store(), import.import_id), by_owner()).await.unwrap()
    };
    let (worked, stopped) = futures::join!(Box::pin(work_off(&w.intake, import.import_id)), first_chunk);
    worked.unwrap();
    assert_eq!((stopped.status, stopped.done < 400), (ImportStatus::Cancelled, true));
    assert!(w.queue.sent.lock().unwrap().is_empty());
    work_off(&w.intake, import.import_id).await.unwrap();
    assert_eq!(w.reload(&import).await, stopped);
    let again = cancel(&w.ctx, (store(), import.import_id), by_owner()).await.unwrap();
    assert_eq!(again, stopped);
    let over = w.import(&[cpu("b", 1_000_000, 1)]).await;
    let refused = cancel(&w.ctx, (store(), over.import_id), by_owner()).await;
    assert!(matches!(refused, Err(UploadError::Over(ImportStatus::Completed))));
    let foreign = cancel(&w.ctx, (domain::StoreId::derived("other"), over.import_id), by_owner()).await;
    assert!(matches!(foreign, Err(UploadError::NotFound)));
}

/// Killed again and again, each time some steps later, until it is through.
#[tokio::test]
async fn a_worker_killed_at_any_step_is_gone_on_with_by_the_next() {
    let w = World::with_catalogue().await;
    let mut lines: Vec<_> = (0..150).map(|n| cpu(&format!("cpu-{n}"), 1_000_000, 3)).collect();
    lines[20]["price"] = "free".into();
    lines[100]["opendb_id"] = lines[7]["opendb_id"].clone();
    let import = w.take(&lines).await;
    let mut steps = 1;
    while w.get::<Import>(import_key(import.import_id)).await.unwrap().done < 150 {
        let killed = async {
            for _ in 0..steps {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            done = Box::pin(work_off(&w.intake, import.import_id)) => done.unwrap(),
            () = killed => {}
        }
        steps += 1 + steps / 2;
    }
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 150, 148, 0, 2));
    assert_eq!(refusals(&w, &import).await.iter().map(|(row, ..)| *row).collect::<Vec<_>>(), [21, 101]);
    assert_eq!(w.stock("cpu-149").await.on_hand, 3);
}

#[tokio::test]
async fn a_file_maps_its_own_columns_to_specifications() {
    let w = World::with_catalogue().await;
    let mut plan = plan();
    let pairs = [("title", "name"), ("specs.socket", "sokcet"), ("specs.tdp", "watts")];
    plan.mapping = crate::domain::Mapping::parse(pairs).unwrap();
    let csv = "sku,name,brand,price,stock,sokcet,cores.total,cores.threads,clocks.performance.base,specifications.memory.types,watts\n\
        a,Ryzen,AMD,1000000,3,AM5,8,16,4.7,DDR5,120\n";
    let file = || File { format: Format::Csv, bytes: csv.into() };
    let import = take(&w.intake, plan.clone(), file()).await.unwrap();
    w.settle_queue().await;
    assert_eq!(counts(&w.reload(&import).await), (ImportStatus::Completed, 1, 1, 0, 0));
    plan.mapping = crate::domain::Mapping::parse([("title", "name"), ("specs.colour", "x")]).unwrap();
    let refused = take(&w.intake, plan, file()).await;
    assert!(matches!(refused, Err(UploadError::NoSpecification(name)) if name == "colour"));
    assert_eq!(import.requested_by, owner());
}
