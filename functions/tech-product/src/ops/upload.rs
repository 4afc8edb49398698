//! Taking an import: the file first, then its row, then the first message.

use contracts::{Actor, StoreStatus};
use domain::{CorrelationId, ImportId, Slug, StoreId, UserId};
use dynamodb::Tx;
use lambda::calls::CallError;
use serde_json::{Value, json};
use tracing::warn;

use super::audit::audit;
use crate::domain::{Format, Import, ImportStatus, Mapping, UploadFault, to_lines};
use crate::files::{FileError, file_name};
use crate::table::category_key;
use crate::{Intake, domain::Category};

/// A file of products.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Whose products.
    pub store_id: StoreId,
    /// The category of every row.
    pub category: Slug,
    /// Where the fields stand.
    pub mapping: Mapping,
    /// How rows are written.
    pub format: Format,
    /// Whether it is packed.
    pub gzip: bool,
    /// The file as sent.
    pub bytes: Vec<u8>,
    /// Who sent it.
    pub by: UserId,
    /// The request.
    pub correlation: CorrelationId,
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
    /// The store may not sell.
    #[error("the store is not active")]
    StoreNotActive,
    /// It could not be kept.
    #[error(transparent)]
    File(#[from] FileError),
    /// The table.
    #[error(transparent)]
    Table(#[from] dynamodb::Error),
    /// The store service.
    #[error(transparent)]
    Store(#[from] CallError),
}

/// Takes an import. Once this answers, every row will be looked at: if the first message is lost, the sweep sends it
/// again. A crash before the row is written leaves a file that nobody reads, which the bucket drops in time.
pub async fn take(intake: &Intake, upload: Upload) -> Result<Import, UploadError> {
    let ctx = &intake.ctx;
    let Upload { store_id, category, mapping, by, correlation, .. } = upload;
    let lines = to_lines(&upload.bytes, upload.format, upload.gzip)?;
    let known = ctx.table.get_consistent::<Category>(category_key(&category)).await?;
    known.filter(|category| !category.retired).ok_or(UploadError::NoCategory)?;
    let terms = intake.stores.terms(store_id).await?;
    if terms.is_none_or(|terms| terms.status != StoreStatus::Active) {
        return Err(UploadError::StoreNotActive);
    }
    let now = ctx.clock.now();
    let import = Import {
        import_id: ImportId::generate(now, &*ctx.entropy),
        store_id,
        requested_by: by,
        correlation_id: correlation,
        category,
        mapping,
        status: ImportStatus::Pending,
        failure: None,
        sent: None,
        total: lines.rows,
        done: 0,
        accepted: 0,
        updated: 0,
        refused: 0,
        offset: 0,
        nudges: 0,
        look_at: Import::look_after(now),
        created_at: now,
        finished_at: None,
    };
    intake.files.keep(&file_name(store_id, import.import_id), lines.bytes).await?;
    let after = json!({"store": store_id, "category": import.category, "rows": import.total});
    let resource = format!("import/{}", import.import_id);
    let told = audit(ctx, (Actor::User { id: by }, correlation), "import.start", resource, (Value::Null, after));
    ctx.table.commit(Tx::new().create("import", &import).tell(told)).await?;
    if let Err(cause) = intake.queue.send(import.import_id).await {
        // The row is due in a minute.
        warn!(import.id = %import.import_id, %cause, "the first message was not sent");
    }
    Ok(import)
}
