//! Looking at a checkout when its time has come: not paid, not accepted, or a hold that ends soon.

use contracts::{CancelReason, Fulfilment};
use domain::CheckoutId;
use dynamodb::{Error, Stored};
use jiff::SignedDuration;
use lambda::calls::CallError;

use super::advance::MoveError;
use super::cancel::cancel_late;
use super::whole::{ACCEPT_WITHIN, Checkout, PROLONG_BEFORE_END, next_look};
use crate::Ctx;
use crate::domain::is_held;
use crate::ops::checkout::PROLONG_FOR;
use crate::table::Payment;

/// When something that could not be done is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The goods of an open order are not held any more: somebody has to look.
    #[error("the hold of the open checkout {0} is gone")]
    Lost(CheckoutId),
    /// An order could not be ended.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// tech-product does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Does what the checkout's time has come for, and sets its next time. Safe to repeat.
pub(super) async fn watch(ctx: &Ctx, id: CheckoutId) -> Result<(), WatchError> {
    let due = |checkout: &Checkout| checkout.payment.look_at.is_some_and(|at| at <= ctx.clock.now());
    let Some(checkout) = Checkout::load(&ctx.table, id).await?.filter(|checkout| due(checkout)) else { return Ok(()) };
    // Put off first: one that cannot be helped, or is cut off, does not stand before those that can.
    put_off(ctx, &checkout).await?;
    end_what_is_late(ctx, id).await?;
    prolong(ctx, id).await
}

async fn end_what_is_late(ctx: &Ctx, id: CheckoutId) -> Result<(), WatchError> {
    let now = ctx.clock.now();
    let Some(checkout) = Checkout::load(&ctx.table, id).await? else { return Ok(()) };
    if checkout.is_unpaid() {
        let late = checkout.payment.pay_by.is_some_and(|by| by <= now) && checkout.payment.open_transaction.is_none();
        if let (true, Some(first)) = (late, checkout.orders.first()) {
            cancel_late(ctx, &checkout, first, CancelReason::NotPaid).await?;
        }
        return Ok(());
    }
    let late = |order: &&Stored<_>| is_late(order, now);
    let ids: Vec<_> = checkout.orders.iter().filter(late).map(|order| order.order_id).collect();
    for order in ids {
        // Each ending changes the payment: read it anew.
        let Some(checkout) = Checkout::load(&ctx.table, id).await? else { return Ok(()) };
        if let Some(order) = checkout.orders.iter().find(|read| read.order_id == order && is_late(read, now)) {
            cancel_late(ctx, &checkout, order, CancelReason::NotAccepted).await?;
        }
    }
    Ok(())
}

fn is_late(order: &crate::domain::Order, now: domain::Timestamp) -> bool {
    order.fulfilment == Fulfilment::Pending && order.moved_at + ACCEPT_WITHIN <= now
}

/// Keeps the hold of open orders alive, and sets the next time. Safe to repeat: the other side only ever lengthens a hold.
async fn prolong(ctx: &Ctx, id: CheckoutId) -> Result<(), WatchError> {
    let Some(checkout) = Checkout::load(&ctx.table, id).await? else { return Ok(()) };
    let mut next = Payment::clone(&checkout.payment);
    let now = ctx.clock.now();
    let held = checkout.orders.iter().any(|order| is_held(order.fulfilment));
    if held && !checkout.is_unpaid() && next.hold_until - PROLONG_BEFORE_END <= now {
        let seconds = u32::try_from(PROLONG_FOR.as_secs()).unwrap_or(u32::MAX);
        let reservation = ctx.neighbours.extend(next.reservation_id, seconds).await?.ok_or(WatchError::Lost(id))?;
        next.hold_until = reservation.expires_at;
    }
    next.look_at = next_look(&next, checkout.orders.iter().map(|order| &**order));
    write(ctx, &checkout.payment, next).await
}

async fn put_off(ctx: &Ctx, checkout: &Checkout) -> Result<(), WatchError> {
    let next = Payment { look_at: Some(ctx.clock.now() + AGAIN_AFTER), ..Payment::clone(&checkout.payment) };
    write(ctx, &checkout.payment, next).await
}

/// Somebody who wrote meanwhile knows better.
async fn write(ctx: &Ctx, read: &Stored<Payment>, next: Payment) -> Result<(), WatchError> {
    if next == **read {
        return Ok(());
    }
    match ctx.table.replace(read, next).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
