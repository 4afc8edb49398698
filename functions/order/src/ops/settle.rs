//! Telling tech-product what became of the goods.

use domain::CheckoutId;
use dynamodb::{Error, Stored, Tx};
use http::StatusCode;
use jiff::SignedDuration;
use lambda::calls::CallError;
use tracing::warn;

use crate::Ctx;
use crate::table::{Settlement, Way, settlement_key};

/// When what could not be settled is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);

/// Why something is not settled yet.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// tech-product does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The hold had ended the other way: somebody has to look. Said once.
    #[error("tech-product refused to settle a part of {0}: {1}")]
    Refused(CheckoutId, String),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Settles right after the transaction that decided it; what fails is left to the sweep.
pub(crate) async fn settle_now(ctx: &Ctx, settlements: &[Settlement]) {
    for settlement in settlements {
        let settled = async {
            tell(ctx, settlement).await?;
            let key = settlement_key(settlement.checkout_id, settlement.store_id);
            let row = ctx.table.get_consistent::<Settlement>(key).await?;
            done(ctx, row).await
        };
        if let Err(cause) = settled.await {
            warn!(%cause, checkout.id = %settlement.checkout_id, "the sweep has to settle with tech-product");
        }
    }
}

/// Settles what a request did not. Put off first: one that cannot be helped, or is cut off, does not stand before those
/// that can.
pub(super) async fn settle(ctx: &Ctx, row: Stored<Settlement>) -> Result<(), SettleError> {
    let again = Settlement { settle_at: ctx.clock.now() + AGAIN_AFTER, ..Settlement::clone(&row) };
    let row = match ctx.table.replace(&row, again).await {
        Ok(row) => row,
        Err(Error::Refused(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    match tell(ctx, &row).await {
        Err(CallError::Unexpected(_, StatusCode::CONFLICT | StatusCode::NOT_FOUND, why)) => {
            refused(ctx, &row, why).await
        }
        told => {
            told?;
            done(ctx, Some(row)).await
        }
    }
}

/// Kept, but not tried again: it would be refused for ever.
async fn refused(ctx: &Ctx, row: &Stored<Settlement>, why: String) -> Result<(), SettleError> {
    let next = Settlement { refused: Some(why.clone()), ..Settlement::clone(row) };
    match ctx.table.replace(row, next).await {
        Ok(_) => Err(SettleError::Refused(row.checkout_id, why)),
        Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn tell(ctx: &Ctx, settlement: &Settlement) -> Result<(), CallError> {
    match (settlement.way, settlement.store_id) {
        (Way::Commit, Some(store)) => ctx.neighbours.commit(settlement.reservation_id, store).await,
        (Way::Commit | Way::Release, store) => ctx.neighbours.release(settlement.reservation_id, store).await,
    }
}

async fn done(ctx: &Ctx, row: Option<Stored<Settlement>>) -> Result<(), SettleError> {
    let Some(row) = row else { return Ok(()) };
    match ctx.table.commit(Tx::new().delete("settlement", &row)).await {
        Ok(()) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
