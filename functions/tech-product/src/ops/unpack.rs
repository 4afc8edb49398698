//! A file that was uploaded as it was, made into the lines that are worked off.

use contracts::ImportFailure;
use dynamodb::Stored;

use super::give_up::{give_up, refuse_file};
use super::work_off::WorkError;
use crate::Intake;
use crate::domain::{Import, SentFile, to_lines};
use crate::files::{FileError, lines_name, sent_name};

/// Keeps the lines of the file and counts them. Done twice at once, also of two files if another one was put in between,
/// the rows are those that were counted: each keeps its lines under a name of its own, and the import's row names one of
/// them. The others are left to the bucket. `false` when the import cannot go on, or somebody else moved it.
pub(super) async fn unpack(intake: &Intake, import: &Stored<Import>, sent: SentFile) -> Result<bool, WorkError> {
    let ctx = &intake.ctx;
    let name = sent_name(import.store_id, import.import_id);
    let bytes = match intake.files.part(&name, 0, sent.length).await {
        Err(FileError::Gone(_)) => return Ok(give_up(ctx, import, ImportFailure::FileGone).await.map(|()| false)?),
        other => other?,
    };
    let lines = match to_lines(&bytes, sent.format, &import.mapping) {
        Ok(lines) => lines,
        Err(fault) => return Ok(refuse_file(ctx, import, &fault).await.map(|()| false)?),
    };
    drop(bytes);
    let after = import.in_lines(lines.rows, ctx.random(), ctx.clock.now());
    intake.files.keep(&lines_name(&after), lines.bytes).await?;
    match ctx.table.replace(import, after).await {
        Ok(_) => Ok(true),
        Err(error) if error.refused().is_some() => Ok(false),
        Err(error) => Err(error.into()),
    }
}
