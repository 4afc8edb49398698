//! A file that was uploaded as it was, made into the lines that are worked off.

use contracts::ImportFailure;
use dynamodb::Stored;
use tracing::warn;

use super::give_up::give_up;
use super::work_off::WorkError;
use crate::Intake;
use crate::domain::{Import, SentFile, to_lines};
use crate::files::{FileError, file_name, sent_name};

/// Keeps the lines of the file and counts them. Done again, or twice at once, it comes to the same lines. `false` when the
/// import cannot go on, or somebody else moved it.
pub(super) async fn unpack(intake: &Intake, import: &Stored<Import>, sent: SentFile) -> Result<bool, WorkError> {
    let ctx = &intake.ctx;
    let name = sent_name(import.store_id, import.import_id);
    let bytes = match intake.files.part(&name, 0, sent.length).await {
        Err(FileError::Gone(_)) => return Ok(give_up(ctx, import, ImportFailure::FileGone).await.map(|()| false)?),
        other => other?,
    };
    let lines = match to_lines(&bytes, sent.format, &import.mapping) {
        Ok(lines) => lines,
        Err(fault) => {
            warn!(import.id = %import.import_id, %fault, "an uploaded file is none of rows");
            return Ok(give_up(ctx, import, ImportFailure::BadFile).await.map(|()| false)?);
        }
    };
    drop(bytes);
    intake.files.keep(&file_name(import.store_id, import.import_id), lines.bytes).await?;
    match ctx.table.replace(import, import.in_lines(lines.rows, ctx.clock.now())).await {
        Ok(_) => Ok(true),
        Err(error) if error.refused().is_some() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
