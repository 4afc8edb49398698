//! Keeping the hold of an open order alive.

use domain::CheckoutId;
use dynamodb::{Error, Stored};
use jiff::SignedDuration;
use lambda::calls::CallError;

use crate::Ctx;
use crate::domain::PaymentStatus;
use crate::ops::checkout::{PROLONG_BEFORE_END, PROLONG_FOR};
use crate::table::{Payment, payment_key};

/// When a hold that could not be prolonged is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Why a hold was not prolonged.
#[derive(Debug, thiserror::Error)]
pub enum ProlongError {
    /// The goods of an open order are not held any more: somebody has to look.
    #[error("the hold of the open checkout {0} is gone")]
    Lost(CheckoutId),
    /// tech-product does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Prolongs the hold of a checkout whose time has come. Safe to repeat: the other side only ever lengthens a hold.
pub(super) async fn prolong(ctx: &Ctx, checkout: CheckoutId) -> Result<(), ProlongError> {
    let now = ctx.clock.now();
    let Some(payment) = ctx.table.get_consistent::<Payment>(payment_key(checkout)).await? else { return Ok(()) };
    if payment.status != PaymentStatus::Pending || payment.prolong_at > now {
        return Ok(());
    }
    let seconds = u32::try_from(PROLONG_FOR.as_secs()).unwrap_or(u32::MAX);
    let mut next = Payment::clone(&payment);
    let outcome = match ctx.neighbours.extend(payment.reservation_id, seconds).await {
        Ok(Some(reservation)) => {
            next.hold_until = reservation.expires_at;
            next.prolong_at = reservation.expires_at - PROLONG_BEFORE_END;
            Ok(())
        }
        Ok(None) => Err(ProlongError::Lost(checkout)),
        Err(error) => Err(error.into()),
    };
    if outcome.is_err() {
        // Later, so that one that cannot be helped does not stand before those that can.
        next.prolong_at = now + AGAIN_AFTER;
    }
    write(ctx, &payment, next).await?;
    outcome
}

/// Somebody who wrote meanwhile knows better.
async fn write(ctx: &Ctx, read: &Stored<Payment>, next: Payment) -> Result<(), Error> {
    match ctx.table.replace(read, next).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
