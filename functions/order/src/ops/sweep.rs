//! What is done every minute.

use std::collections::HashSet;
use std::time::Duration;

use dynamodb::{Error, Key};
use futures::StreamExt;
use lambda::calls::CallError;
use tokio::time::{Instant, timeout};
use tracing::{error, warn};

use super::checkout::undo;
use super::settle::{SettleError, settle};
use super::watch::{WatchError, watch};
use crate::Ctx;
use crate::payme::{Transaction, end_overdue};
use crate::table::{PAYMENT, SAGAS, SETTLEMENTS, Saga, Settlement, TRANSACTION};

/// Rows of each of eight shards that one look at the index brings.
const ROWS_PER_SHARD: i32 = 10;
/// Rows worked on at once.
const CONCURRENCY: usize = 8;
/// No row is begun later in a sweep: with [`ROW_TIME`] it ends within the function's five seconds.
const BEGIN_WITHIN: Duration = Duration::from_millis(3_500);
/// What one row may take. One that is cut off is as one that crashed: the next sweep goes on with it.
/// A machine that is busy with tests may take its time.
const ROW_TIME: Duration = Duration::from_secs(if cfg!(test) { 30 } else { 1 });

/// What a sweep could not do; the next one tries again.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// Another service.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A checkout.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// What tech-product has to be told.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// A transaction of Payme's.
    #[error("{0}")]
    Payme(String),
    /// A row took longer than it may.
    #[error("it was not done within {ROW_TIME:?}")]
    Slow,
    /// A row is due that nobody looks after.
    #[error("nobody looks after {0}")]
    Unknown(String),
    /// Some rows failed; each was logged.
    #[error("{0} due rows were not dealt with")]
    Some(usize),
}

/// Undoes checkouts whose lease is over, ends what was not paid or accepted in time, prolongs holds, tells tech-product what
/// a request could not, until nothing is due or the time is used up;
/// what is left then is due in the next sweep. One row's failure does not stop the others, and none is tried twice.
pub async fn sweep(ctx: &Ctx) -> Result<(), SweepError> {
    sweep_within(ctx, BEGIN_WITHIN).await
}

/// The same with another time.
pub(super) async fn sweep_within(ctx: &Ctx, begin_within: Duration) -> Result<(), SweepError> {
    let begin_until = Instant::now() + begin_within;
    let mut tried = HashSet::new();
    let mut failed = 0;
    loop {
        let mut due = ctx.table.due(ctx.clock.now(), ROWS_PER_SHARD).await?;
        // The index lags, and what failed may still be due: only rows that were not tried yet count.
        due.retain(|key| tried.insert(key.clone()));
        if due.is_empty() {
            break;
        }
        let in_time = futures::stream::iter(due).take_while(|_| std::future::ready(Instant::now() < begin_until));
        let dealt = in_time.map(|key| attempt(ctx, key)).buffer_unordered(CONCURRENCY);
        failed += dealt.filter(|done| std::future::ready(!done)).count().await;
        if Instant::now() >= begin_until {
            warn!(rows.tried = tried.len(), "the time of a sweep was used up");
            break;
        }
    }
    if failed == 0 { Ok(()) } else { Err(SweepError::Some(failed)) }
}

/// Whether the row was dealt with; if not, why is in the log.
async fn attempt(ctx: &Ctx, key: Key) -> bool {
    let dealt = timeout(ROW_TIME, deal_with(ctx, &key)).await.unwrap_or(Err(SweepError::Slow));
    dealt.inspect_err(|cause| error!(%cause, row.pk = key.pk, row.sk = key.sk, "a due row was not dealt with")).is_ok()
}

async fn deal_with(ctx: &Ctx, key: &Key) -> Result<(), SweepError> {
    if key.sk.starts_with(SAGAS) {
        let saga = ctx.table.get_consistent::<Saga>(key.clone()).await?;
        let over = |saga: &Saga| saga.lease_until().is_some_and(|until| until <= ctx.clock.now());
        if let Some(saga) = saga.filter(|saga| over(saga)) {
            undo(ctx, &saga).await?;
        }
        return Ok(());
    }
    if key.sk.starts_with(SETTLEMENTS) {
        return match ctx.table.get_consistent::<Settlement>(key.clone()).await? {
            Some(settlement) if settlement.settle_at <= ctx.clock.now() => Ok(settle(ctx, settlement).await?),
            _ => Ok(()),
        };
    }
    if key.sk == TRANSACTION {
        return match ctx.table.get_consistent::<Transaction>(key.clone()).await? {
            Some(transaction) => end_overdue(ctx, &transaction).await.map_err(SweepError::Payme),
            None => Ok(()),
        };
    }
    let checkout = key.pk.strip_prefix("CHECKOUT#").and_then(|id| id.parse().ok());
    match checkout {
        Some(checkout) if key.sk == PAYMENT => Ok(watch(ctx, checkout).await?),
        _ => Err(SweepError::Unknown(key.pk.clone())),
    }
}
