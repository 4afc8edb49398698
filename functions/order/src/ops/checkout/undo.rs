//! Taking back what an attempt left.

use dynamodb::{Error, Stored};
use lambda::calls::CallError;

use super::{LEASE, Left};
use crate::Ctx;
use crate::table::{Saga, SagaState};

/// Why something is still left; the lease ends and the sweep tries again.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// tech-product does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

impl From<UndoError> for super::PlaceError {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Call(error) => error.into(),
            UndoError::Table(error) => error.into(),
        }
    }
}

impl From<UndoError> for crate::ops::SweepError {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Call(error) => error.into(),
            UndoError::Table(error) => error.into(),
        }
    }
}

/// Undoes an attempt whose lease is over: first nobody can write its orders any more, then its hold ends, then the key is
/// free. Nothing happens when somebody else moved the saga meanwhile.
pub(in crate::ops) async fn undo(ctx: &Ctx, saga: &Stored<Saga>) -> Result<(), UndoError> {
    let state = SagaState::Undoing { lease_until: ctx.clock.now() + LEASE };
    let undoing = match ctx.table.replace(saga, Saga { state, ..Saga::clone(saga) }).await {
        Ok(undoing) => undoing,
        Err(Error::Refused(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    ctx.neighbours.release(undoing.reservation_id(), None).await?;
    idle(ctx, &undoing).await
}

/// Undoes our own attempt, whose end we know.
pub(super) async fn back_out(ctx: &Ctx, saga: &Stored<Saga>, left: Left) -> Result<(), UndoError> {
    match left {
        Left::Unknown => return Ok(()),
        Left::Hold => ctx.neighbours.release(saga.reservation_id(), None).await?,
        Left::Nothing => {}
    }
    idle(ctx, saga).await
}

/// The next request with the key begins anew.
async fn idle(ctx: &Ctx, saga: &Stored<Saga>) -> Result<(), UndoError> {
    match ctx.table.replace(saga, Saga { state: SagaState::Idle, ..Saga::clone(saga) }).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
