//! What is done every minute.

use dynamodb::{Error, Key};
use lambda::calls::CallError;
use tracing::error;

use super::checkout::undo;
use super::prolong::{ProlongError, prolong};
use crate::Ctx;
use crate::table::{PAYMENT, SAGAS, Saga};

/// Rows of each of eight shards in one sweep: what five seconds are enough for.
const ROWS_PER_SHARD: i32 = 5;

/// What a sweep could not do; the next one tries again.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// Another service.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A hold.
    #[error(transparent)]
    Prolong(#[from] ProlongError),
    /// A row is due that nobody looks after.
    #[error("nobody looks after {0}")]
    Unknown(String),
    /// Some rows failed; each was logged.
    #[error("{0} due rows were not dealt with")]
    Some(usize),
}

/// Undoes checkouts whose lease is over and prolongs holds that end soon. One row's failure does not stop the others.
pub async fn sweep(ctx: &Ctx) -> Result<(), SweepError> {
    let due = ctx.table.due(ctx.clock.now(), ROWS_PER_SHARD).await?;
    let failed = futures::future::join_all(due.iter().map(|key| deal_with(ctx, key))).await;
    let failed = failed.into_iter().zip(&due).filter_map(|(outcome, key)| outcome.err().map(|cause| (cause, key)));
    let mut count = 0;
    for (cause, key) in failed {
        count += 1;
        error!(%cause, row.pk = key.pk, row.sk = key.sk, "a due row was not dealt with");
    }
    if count == 0 { Ok(()) } else { Err(SweepError::Some(count)) }
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
    let checkout = key.pk.strip_prefix("CHECKOUT#").and_then(|id| id.parse().ok());
    match checkout {
        Some(checkout) if key.sk == PAYMENT => Ok(prolong(ctx, checkout).await?),
        _ => Err(SweepError::Unknown(key.pk.clone())),
    }
}
