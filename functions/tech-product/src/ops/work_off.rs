//! Working off an import, a chunk at a time.

use std::collections::{HashMap, HashSet};

use contracts::{Actor, Event, Fact, ImportFailure, ImportFinished, Service, StoreStatus};
use domain::{Change, EventId, ImportId, ProductId};
use dynamodb::{Error, Stored, Tx};
use jiff::SignedDuration;
use lambda::calls::CallError;
use serde_json::Value;
use tracing::{info, warn};

use super::brands;
use super::give_up::give_up;
use super::upsert::{Context, Outcome};
use crate::domain::{
    Fault, Field, Import, ImportRow, ImportStatus, Product, Progress, ROW_BYTES_MAX, ROWS_PER_CHUNK, Refusal,
    SpecTemplate, look_up, product_id, read_row,
};
use crate::files::{FileError, file_name};
use crate::queue::QueueError;
use crate::table::{RefusedRow, import_key, product_key, template_key};
use crate::{Ctx, Intake};

/// Bytes read for one chunk: rows of the usual 3 KB fill it, and the longest row fits.
const CHUNK_BYTES: u64 = 512 * 1024;
const _: () = assert!(CHUNK_BYTES > ROW_BYTES_MAX as u64);
/// After so long no further row is begun: the worker is killed after five seconds.
const TIME_MAX: SignedDuration = SignedDuration::from_millis(3_000);

/// Why a chunk was not worked off. The message comes again.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// The store service.
    #[error(transparent)]
    Store(#[from] CallError),
    /// The bucket.
    #[error(transparent)]
    File(#[from] FileError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The category has no template.
    #[error("the category {0} has no template")]
    NoTemplate(domain::Slug),
}

/// A row of the file.
struct Line {
    number: u32,
    /// Where the next one begins.
    ends_at: u64,
    sku: Option<String>,
    read: Result<ImportRow, Vec<Refusal>>,
}

/// Works off the next chunk of an import and sends the message of the one after it. A message that comes twice, or at
/// the same moment, moves the import once: rows are idempotent, and the import's version decides who counts them.
pub async fn work_off(intake: &Intake, id: ImportId) -> Result<(), WorkError> {
    let ctx = &intake.ctx;
    let Some(import) = ctx.table.get_consistent::<Import>(import_key(id)).await? else {
        warn!(import.id = %id, "a message names an import that is not there");
        return Ok(());
    };
    if import.is_over() {
        return Ok(());
    }
    let terms = intake.stores.terms(import.store_id).await?;
    let Some(terms) = terms.filter(|terms| terms.status == StoreStatus::Active) else {
        return Ok(give_up(ctx, &import, ImportFailure::StoreNotActive).await?);
    };
    let template = ctx.table.get_consistent::<SpecTemplate>(template_key(&import.category)).await?;
    let template = template.ok_or_else(|| WorkError::NoTemplate(import.category.clone()))?;
    let name = file_name(import.store_id, import.import_id);
    let bytes = match intake.files.part(&name, import.offset, CHUNK_BYTES).await {
        Err(FileError::Gone(_)) => return Ok(give_up(ctx, &import, ImportFailure::FileGone).await?),
        other => other?,
    };
    let lines = spelled(ctx, read_lines(&bytes, &import, &template)).await?;
    let context = Context { ctx, import: &import, template: &template, products_max: terms.products_max };
    let (progress, refused) = make_true(&context, lines).await?;
    if progress.rows == 0 {
        // The file is shorter than it was when its rows were counted.
        return Ok(give_up(ctx, &import, ImportFailure::FileGone).await?);
    }
    let after = import.advanced(progress, ctx.clock.now());
    if record(ctx, &import, &after, &refused).await? && !after.is_over() {
        intake.queue.send(id).await?;
    }
    Ok(())
}

/// Rows one after another: they share the counter of the store's products.
async fn make_true(context: &Context<'_>, lines: Vec<Line>) -> Result<(Progress, Vec<RefusedRow>), WorkError> {
    let (ctx, import) = (context.ctx, context.import);
    let stop_at = ctx.clock.now() + TIME_MAX;
    let mut known = known(ctx, import, &lines).await?;
    let mut progress = Progress { offset: import.offset, ..Progress::default() };
    let mut refused = Vec::new();
    for Line { number, ends_at, sku, read } in lines {
        let outcome = match read {
            Ok(row) => {
                let product = known.remove(&product_id(import.store_id, &row.sku));
                Box::pin(context.upsert(number, &row, product)).await?
            }
            Err(refusals) => Outcome::Refused(refusals),
        };
        progress.rows += 1;
        progress.offset = ends_at;
        match outcome {
            Outcome::Created => progress.accepted += 1,
            Outcome::Updated => progress.updated += 1,
            Outcome::Refused(reasons) => {
                refused.push(RefusedRow { import_id: import.import_id, number, sku, reasons });
            }
        }
        if ctx.clock.now() >= stop_at {
            break;
        }
    }
    Ok((progress, refused))
}

/// Writes what the chunk came to; the fact that an import is finished goes with its last chunk. `false` when another
/// delivery of the same message was first.
async fn record(ctx: &Ctx, before: &Stored<Import>, after: &Import, refused: &[RefusedRow]) -> Result<bool, WorkError> {
    let mut tx = Tx::new().replace("import", before, after);
    for row in refused {
        tx = tx.create("refused row", row);
    }
    if after.status == ImportStatus::Completed {
        tx = tx.tell(finished(ctx, after));
    }
    match ctx.table.commit(tx).await {
        Ok(()) => {
            info!(import.id = %after.import_id, rows.done = after.done, rows.total = after.total, "a chunk is done");
            Ok(true)
        }
        Err(error) if error.refused() == Some("import") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The complete lines of `bytes`, at most a chunk of them.
fn read_lines(bytes: &[u8], import: &Import, template: &SpecTemplate) -> Vec<Line> {
    let mut ends_at = import.offset;
    let lines = bytes.split_inclusive(|b| *b == b'\n').filter(|line| line.ends_with(b"\n"));
    let numbered = (import.done + 1..).zip(lines).take(ROWS_PER_CHUNK);
    let line = |(number, line): (u32, &[u8])| {
        ends_at += line.len() as u64;
        let Ok(row @ Value::Object(_)) = serde_json::from_slice(line) else {
            let found = Refusal::new("row", Fault::Unreadable).found(&String::from_utf8_lossy(line));
            return Line { number, ends_at, sku: None, read: Err(vec![found]) };
        };
        let sku = look_up(&row, import.mapping.path(Field::Sku)).and_then(Value::as_str).map(str::to_owned);
        Line { number, ends_at, sku, read: read_row(&row, &import.mapping, template) }
    };
    numbered.map(line).collect()
}

/// The lines with brands as they are known.
async fn spelled(ctx: &Ctx, mut lines: Vec<Line>) -> Result<Vec<Line>, Error> {
    let named = lines.iter().filter_map(|line| match &line.read.as_ref().ok()?.patch.brand {
        Change::Set(brand) => Some(brand),
        Change::Keep | Change::Clear => None,
    });
    let brands = brands::ensure(ctx, named).await?;
    for row in lines.iter_mut().filter_map(|line| line.read.as_mut().ok()) {
        if let Change::Set(brand) = &mut row.patch.brand
            && let Some(known) = brands.get(&brand.slug)
        {
            brand.clone_from(known);
        }
    }
    Ok(lines)
}

/// The products that the lines speak of and that exist already.
async fn known(ctx: &Ctx, import: &Import, lines: &[Line]) -> Result<HashMap<ProductId, Stored<Product>>, Error> {
    let skus = lines.iter().filter_map(|line| Some(&line.read.as_ref().ok()?.sku));
    let ids: HashSet<ProductId> = skus.map(|sku| product_id(import.store_id, sku)).collect();
    let products = ctx.table.get_many::<Product>(ids.into_iter().map(product_key)).await?;
    Ok(products.into_iter().map(|product| (product.product_id, product)).collect())
}

fn finished(ctx: &Ctx, import: &Import) -> Event {
    let fact = ImportFinished {
        import_id: import.import_id,
        store_id: import.store_id,
        requested_by: import.requested_by,
        accepted: import.accepted + import.updated,
        refused: import.refused,
    };
    let id = EventId::derived(&format!("import/{}/finished", import.import_id));
    let actor = Actor::System { service: Service::TechProduct };
    Event::new(id, ctx.clock.now(), actor, import.correlation_id, Fact::ImportFinished(fact))
}
