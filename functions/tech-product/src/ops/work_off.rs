//! Working off an import: a message's worth of it, recorded chunk by chunk.

use contracts::{Actor, Event, Fact, ImportFailure, ImportFinished, Service, StoreStatus};
use domain::{EventId, ImportId, Timestamp};
use dynamodb::{Error, Stored, Tx};
use jiff::SignedDuration;
use lambda::calls::CallError;
use tracing::{info, warn};

use super::categories;
use super::give_up::give_up;
use super::learnt::Learnt;
use super::slice::{Line, ROWS_PER_SLICE, read_lines, work};
use super::unpack::unpack;
use super::upsert::{Context, Outcome};
use crate::domain::{Import, ImportStatus, Made, Progress, REFUSALS_PER_CHUNK, ROW_BYTES_MAX};
use crate::files::{FileError, lines_name};
use crate::queue::QueueError;
use crate::table::{RefusedRow, import_key};
use crate::{Ctx, Intake};

/// Bytes read at once: some 300 rows of the usual 3 KB, and the longest row fits.
const PART_BYTES: u64 = 1024 * 1024;
const _: () = assert!(PART_BYTES > ROW_BYTES_MAX as u64);
/// After so long no further slice is begun: the worker is killed after five seconds.
const TIME_MAX: SignedDuration = SignedDuration::from_millis(3_000);
/// A chunk is recorded once another slice's refusals might not fit into its record.
const REFUSALS_FULL: usize = REFUSALS_PER_CHUNK - ROWS_PER_SLICE;
/// Rows recorded together: what a killed worker's successor does again.
const ROWS_PER_CHUNK: u32 = 190;

/// Why a message was not worked off. It comes again.
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
}

/// Works off an import for some seconds and sends the message that goes on with it. A message that comes twice, or at
/// the same moment, moves the import once: rows are idempotent, and the import's version decides who counts them.
///
/// Messages beget messages, some hundreds an import; what bounds them is the file. A message is sent only after the import
/// moved: from a file to its lines, once, or on by a slice of rows at least, to the end of at most 100,000. One that moves
/// nothing sends none; the sweep sends for those that stand still, at most 90 times in a row, and then gives them up.
pub async fn work_off(intake: &Intake, id: ImportId) -> Result<(), WorkError> {
    let ctx = &intake.ctx;
    let stop_at = ctx.clock.now() + TIME_MAX;
    let Some(mut import) = ctx.table.get_consistent::<Import>(import_key(id)).await? else {
        warn!(import.id = %id, "a message names an import that is not there");
        return Ok(());
    };
    if !import.is_under_way() {
        return Ok(());
    }
    let terms = intake.stores.terms(import.store_id).await?;
    let Some(terms) = terms.filter(|terms| terms.status == StoreStatus::Active) else {
        return Ok(give_up(ctx, &import, ImportFailure::StoreNotActive).await?);
    };
    let Some(template) = categories::open_template(ctx, &import.category).await? else {
        return Ok(give_up(ctx, &import, ImportFailure::CategoryRetired).await?);
    };
    if let Some(sent) = import.sent {
        // That takes most of a message's time: the next one begins with the rows.
        if unpack(intake, &import, sent).await? {
            intake.queue.send(id).await?;
        }
        return Ok(());
    }
    let name = lines_name(&import);
    let mut learnt = Learnt::default();
    while import.is_under_way() && ctx.clock.now() < stop_at {
        let bytes = match intake.files.part(&name, import.offset, PART_BYTES).await {
            Err(FileError::Gone(_)) => return Ok(give_up(ctx, &import, ImportFailure::FileGone).await?),
            other => other?,
        };
        let mut lines = read_lines(&bytes, &import, &template).into_iter().peekable();
        if lines.peek().is_none() {
            // The file is shorter than it was when its rows were counted.
            return Ok(give_up(ctx, &import, ImportFailure::FileGone).await?);
        }
        while lines.peek().is_some() && ctx.clock.now() < stop_at {
            let context = Context { ctx, import: &import, template: &template, products_max: terms.products_max };
            let (progress, refused) = Box::pin(chunk(&context, &mut lines, &mut learnt, stop_at)).await?;
            let after = import.advanced(progress, ctx.clock.now());
            let Some(recorded) = record(ctx, &import, after, &refused).await? else { return Ok(()) };
            import = recorded;
        }
    }
    if import.is_under_way() {
        intake.queue.send(id).await?;
    }
    Ok(())
}

/// Slices of the lines until the chunk is full or the time is over, one slice at least.
async fn chunk(
    context: &Context<'_>,
    lines: &mut impl Iterator<Item = Line>,
    learnt: &mut Learnt,
    stop_at: Timestamp,
) -> Result<(Progress, Vec<RefusedRow>), Error> {
    let mut progress = Progress { offset: context.import.offset, ..Progress::default() };
    let mut refused = Vec::new();
    loop {
        let mut slice: Vec<Line> = lines.take(ROWS_PER_SLICE).collect();
        if slice.is_empty() {
            break;
        }
        let outcomes = work(context, &mut slice, learnt).await?;
        for (line, outcome) in slice.into_iter().zip(outcomes) {
            progress.rows += 1;
            progress.offset = line.ends_at;
            match outcome {
                Outcome::Done(Made::Created) => progress.accepted += 1,
                Outcome::Done(Made::Updated) => progress.updated += 1,
                Outcome::Done(Made::Unchanged) => progress.unchanged += 1,
                Outcome::Refused(reasons) => {
                    let (import_id, refused_at) = (context.import.import_id, Some(context.ctx.clock.now()));
                    let Line { number, sku, .. } = line;
                    refused.push(RefusedRow { import_id, number, sku, reasons, refused_at });
                }
            }
        }
        let full = progress.rows >= ROWS_PER_CHUNK || refused.len() > REFUSALS_FULL;
        if full || context.ctx.clock.now() >= stop_at {
            break;
        }
    }
    Ok((progress, refused))
}

/// Writes what the chunk came to and answers the import as it is now; the fact that it is finished goes with its last
/// chunk. `None` when somebody else moved it: another delivery of the same message, or whoever stopped it.
async fn record(
    ctx: &Ctx,
    before: &Stored<Import>,
    after: Import,
    refused: &[RefusedRow],
) -> Result<Option<Stored<Import>>, Error> {
    let mut tx = Tx::new().replace("import", before, &after);
    for row in refused {
        tx = tx.create("refused row", row);
    }
    if after.status == ImportStatus::Completed {
        tx = tx.tell(finished(ctx, &after));
    }
    match ctx.table.commit(tx).await {
        Ok(()) => {
            info!(import.id = %after.import_id, rows.done = after.done, rows.total = after.total, "a chunk is done");
            ctx.table.get_consistent(import_key(after.import_id)).await
        }
        Err(error) if error.refused() == Some("import") => Ok(None),
        Err(error) => Err(error),
    }
}

fn finished(ctx: &Ctx, import: &Import) -> Event {
    let fact = ImportFinished {
        import_id: import.import_id,
        store_id: import.store_id,
        requested_by: import.requested_by,
        accepted: import.accepted + import.updated + import.unchanged,
        refused: import.refused,
    };
    let id = EventId::derived(&format!("import/{}/finished", import.import_id));
    let actor = Actor::System { service: Service::TechProduct };
    Event::new(id, ctx.clock.now(), actor, import.correlation_id, Fact::ImportFinished(fact))
}
