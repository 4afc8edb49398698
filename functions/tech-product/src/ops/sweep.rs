//! What nobody finished: holds whose time is over, imports that stand still, pictures that nobody confirmed or shows.

use contracts::ImportFailure;
use dynamodb::Key;
use futures::StreamExt;
use tracing::{error, info};

use super::give_up::give_up;
use super::images::leave;
use super::settle;
use crate::Intake;
use crate::domain::Import;
use crate::table::import_key;

/// Due rows of one shard that one tick looks at.
const PER_SHARD: i32 = 100;
/// Rows worked on at once: a tick has five seconds, a row takes some 20 milliseconds.
const CONCURRENCY: usize = 8;

type SweepError = Box<dyn std::error::Error + Send + Sync>;

/// Looks at every due row, each alone: one that fails keeps no other from its turn. Says how many failed.
pub async fn sweep(intake: &Intake) -> Result<(), SweepError> {
    let due = intake.ctx.table.due(intake.ctx.clock.now(), PER_SHARD).await?;
    let found = due.len();
    let look = |key: Key| async move {
        let looked = look_at(intake, &key).await;
        looked.inspect_err(|cause| error!(row.pk = key.pk, %cause, "a due row was not dealt with")).is_err()
    };
    let failed = futures::stream::iter(due).map(look).buffer_unordered(CONCURRENCY);
    let failed = failed.filter(|failed| std::future::ready(*failed)).count().await;
    if found > 0 {
        info!(rows.due = found, rows.failed = failed, "swept");
    }
    if failed > 0 { Err(format!("{failed} of {found} due rows were not dealt with").into()) } else { Ok(()) }
}

async fn look_at(intake: &Intake, key: &Key) -> Result<(), SweepError> {
    match key.pk.split_once('#') {
        Some(("RESERVATION", id)) => {
            settle::expire(&intake.ctx, id.parse()?).await?;
            Ok(())
        }
        Some(("IMAGE", id)) => Ok(leave::look_at(intake, id.parse()?).await?),
        Some(("IMPORT", id)) => nudge(intake, id.parse()?).await,
        _ => Err(format!("no rule for a due row at {}", key.pk).into()),
    }
}

/// Sends the message of an import that made no progress once more, or gives the import up.
async fn nudge(intake: &Intake, id: domain::ImportId) -> Result<(), SweepError> {
    let now = intake.ctx.clock.now();
    let Some(import) = intake.ctx.table.get_consistent::<Import>(import_key(id)).await? else { return Ok(()) };
    if !import.is_under_way() || import.look_at > now {
        return Ok(());
    }
    let Some(nudged) = import.nudged(now) else {
        return Ok(give_up(&intake.ctx, &import, ImportFailure::Stalled).await?);
    };
    match intake.ctx.table.replace(&import, nudged).await {
        // A crash between the two costs a minute: the row is due again.
        Ok(_) => Ok(intake.queue.send(id).await?),
        // It moved in between: nothing to do.
        Err(error) if error.refused().is_some() => Ok(()),
        Err(error) => Err(error.into()),
    }
}
