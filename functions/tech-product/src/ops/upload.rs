//! Taking an import: the file first, then its row, then the first message.

use std::time::Duration;

use contracts::{Actor, Event, StoreStatus};
use domain::{CorrelationId, ImportId, Slug, StoreId, UserId};
use dynamodb::{Error, Stored, Tx};
use lambda::calls::CallError;
use serde_json::{Value, json};
use tracing::warn;

use super::audit::audit;
use super::{categories, import_places};
use crate::domain::{Format, Import, ImportStatus, Mapping, SentFile, UNPACKED_MAX, UploadFault, to_lines};
use crate::files::{FileError, UploadTo, file_name, sent_name};
use crate::table::import_key;
use crate::{Ctx, Intake};

/// How long a file may be on its way to the bucket.
const UPLOAD_TIME: Duration = Duration::from_hours(1);
/// How often an import that the worker moves at the same time is tried to be stopped.
const ATTEMPTS_MAX: u32 = 10;

/// What an import is to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose products.
    pub store_id: StoreId,
    /// The category of every row.
    pub category: Slug,
    /// Where the fields stand.
    pub mapping: Mapping,
    /// Who sends it.
    pub by: UserId,
    /// The request.
    pub correlation: CorrelationId,
}

/// A file that came with the request.
#[derive(Debug, Clone)]
pub struct File {
    /// How rows are written.
    pub format: Format,
    /// The file as sent.
    pub bytes: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// What is wrong with it.
    #[error(transparent)]
    Fault(#[from] UploadFault),
    /// There is no such category.
    #[error("there is no such category")]
    NoCategory,
    /// The category has no such specification.
    #[error("the category has no specification {0}")]
    NoSpecification(String),
    /// The store may not sell.
    #[error("the store is not active")]
    StoreNotActive,
    /// The store has as many imports under way as it may: these.
    #[error("{} imports are under way", .0.len())]
    TooMany(Vec<ImportId>),
    /// The store has no such import.
    #[error("there is no such import")]
    NotFound,
    /// The bucket has no file of the length that was said.
    #[error("{0}")]
    NotUploaded(&'static str),
    /// It was over before.
    #[error("the import is over")]
    Over(ImportStatus),
    /// It moved again and again while it was to be stopped.
    #[error("the import moves too fast")]
    Contended,
    /// It could not be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// The store service.
    #[error(transparent)]
    Store(#[from] CallError),
}

/// Takes an import with its file. Once this answers, every row will be looked at: if the first message is lost, the sweep
/// sends it again. A crash before the row is written leaves a file that nobody reads, which the bucket drops in time.
pub async fn take(intake: &Intake, plan: Plan, file: File) -> Result<Import, UploadError> {
    let lines = to_lines(&file.bytes, file.format, &plan.mapping)?;
    check(intake, &plan).await?;
    let import = Import { total: lines.rows, ..begun(&intake.ctx, &plan, ImportStatus::Pending) };
    intake.files.keep(&file_name(import.store_id, import.import_id), lines.bytes).await?;
    let after = json!({"store": plan.store_id, "category": import.category, "rows": import.total});
    let told = said(&intake.ctx, &import, (plan.by, plan.correlation), "import.start", (Value::Null, after));
    import_places::begin(&intake.ctx, &import, &told).await?;
    send(intake, import.import_id).await;
    Ok(import)
}

/// Takes an import whose file goes to the bucket by itself, and answers where to: an address for exactly the length and
/// type that were said. The import begins when it is started; until then it has one of the store's places, for two hours
/// at most.
pub async fn announce(intake: &Intake, plan: Plan, sent: SentFile) -> Result<(Import, UploadTo), UploadError> {
    if sent.length == 0 {
        return Err(UploadFault::Empty.into());
    }
    if sent.length > UNPACKED_MAX {
        return Err(UploadFault::TooLarge.into());
    }
    check(intake, &plan).await?;
    let import = Import { sent: Some(sent), ..begun(&intake.ctx, &plan, ImportStatus::Uploading) };
    let name = sent_name(import.store_id, import.import_id);
    let to = intake.files.address(&name, sent.length, sent.format.media_type(), UPLOAD_TIME).await?;
    let after = json!({"store": plan.store_id, "category": import.category, "bytes": sent.length});
    let told = said(&intake.ctx, &import, (plan.by, plan.correlation), "import.upload", (Value::Null, after));
    import_places::begin(&intake.ctx, &import, &told).await?;
    Ok((import, to))
}

/// Starts an import whose file has arrived. Started before, it is answered as it is.
pub async fn start(
    intake: &Intake,
    (store, id): (StoreId, ImportId),
    by: (UserId, CorrelationId),
) -> Result<Import, UploadError> {
    let import = find(&intake.ctx, store, id).await?;
    let Some(sent) = import.sent.filter(|_| import.status == ImportStatus::Uploading) else {
        return Ok(import.into_row());
    };
    match intake.files.length(&sent_name(store, id)).await? {
        None => return Err(UploadError::NotUploaded("no file has arrived")),
        Some(length) if length != sent.length => return Err(UploadError::NotUploaded("the file has another length")),
        Some(_) => {}
    }
    let after = import.started(intake.ctx.clock.now());
    let told = said(&intake.ctx, &after, by, "import.start", moved(&import, &after));
    match intake.ctx.table.commit(Tx::new().replace("import", &import, &after).tell(told)).await {
        Ok(()) => {
            send(intake, id).await;
            Ok(after)
        }
        // Somebody else started it, or stopped it.
        Err(Error::Refused(_)) => Ok(find(&intake.ctx, store, id).await?.into_row()),
        Err(error) => Err(error.into()),
    }
}

/// Stops an import: no further row is looked at, rows done until then stay. Those that the worker has in hand at this
/// moment may become products without being counted. Stopped before, it is answered as it is.
pub async fn cancel(
    ctx: &Ctx,
    (store, id): (StoreId, ImportId),
    by: (UserId, CorrelationId),
) -> Result<Import, UploadError> {
    for _ in 0..ATTEMPTS_MAX {
        let import = find(ctx, store, id).await?;
        match import.status {
            ImportStatus::Cancelled => return Ok(import.into_row()),
            over if import.is_over() => return Err(UploadError::Over(over)),
            _ => {}
        }
        let after = import.cancelled(ctx.clock.now());
        let told = said(ctx, &after, by, "import.cancel", moved(&import, &after));
        match ctx.table.commit(Tx::new().replace("import", &import, &after).tell(told)).await {
            Ok(()) => return Ok(after),
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(UploadError::Contended)
}

/// The store's import of that id.
pub async fn find(ctx: &Ctx, store: StoreId, id: ImportId) -> Result<Stored<Import>, UploadError> {
    let import = ctx.table.get_consistent::<Import>(import_key(id)).await?;
    import.filter(|import| import.store_id == store).ok_or(UploadError::NotFound)
}

async fn check(intake: &Intake, plan: &Plan) -> Result<(), UploadError> {
    let template = categories::open_template(&intake.ctx, &plan.category).await?.ok_or(UploadError::NoCategory)?;
    if let Some(unknown) = plan.mapping.specifications().find(|name| template.field(name).is_none()) {
        return Err(UploadError::NoSpecification(unknown.to_owned()));
    }
    let terms = intake.stores.terms(plan.store_id).await?;
    if terms.is_none_or(|terms| terms.status != StoreStatus::Active) {
        return Err(UploadError::StoreNotActive);
    }
    import_places::look(&intake.ctx, plan.store_id).await
}

fn begun(ctx: &Ctx, plan: &Plan, status: ImportStatus) -> Import {
    let now = ctx.clock.now();
    Import {
        import_id: ImportId::generate(now, &*ctx.entropy),
        store_id: plan.store_id,
        requested_by: plan.by,
        correlation_id: plan.correlation,
        category: plan.category.clone(),
        mapping: plan.mapping.clone(),
        status,
        failure: None,
        fault: None,
        sent: None,
        lines: None,
        total: 0,
        done: 0,
        accepted: 0,
        updated: 0,
        unchanged: 0,
        refused: 0,
        offset: 0,
        nudges: 0,
        look_at: Import::look_after(now),
        created_at: now,
        started_at: None,
        finished_at: None,
    }
}

fn said(
    ctx: &Ctx,
    import: &Import,
    (by, correlation): (UserId, CorrelationId),
    action: &str,
    change: (Value, Value),
) -> Event {
    audit(ctx, (Actor::User { id: by }, correlation), action, format!("import/{}", import.import_id), change)
}

fn moved(before: &Import, after: &Import) -> (Value, Value) {
    (json!({"status": before.status}), json!({"status": after.status}))
}

async fn send(intake: &Intake, id: ImportId) {
    if let Err(cause) = intake.queue.send(id).await {
        // The row is due in a minute.
        warn!(import.id = %id, %cause, "the first message was not sent");
    }
}
