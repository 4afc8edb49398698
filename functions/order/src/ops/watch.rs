//! Looking at a checkout when its time has come: not paid, an order that is late, or a hold that ends soon.

use contracts::{CancelReason, Fulfilment};
use domain::{CheckoutId, Timestamp};
use dynamodb::{Error, Stored};
use jiff::SignedDuration;
use lambda::calls::CallError;
use tracing::warn;

use super::advance::MoveError;
use super::cancel::cancel_late;
use super::hold::{HoldError, secure};
use super::whole::{Checkout, PROLONG_BEFORE_END, next_look};
use crate::Ctx;
use crate::domain::{Order, is_held, is_on_its_way};
use crate::ops::checkout::PROLONG_FOR;
use crate::table::Payment;

/// When something that could not be done is tried again.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The goods of an open order are not held any more, and cannot be held anew: somebody has to look. Said once.
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
    look_ahead(ctx, id).await
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
    let late = |order: &&Stored<Order>| is_late(order, now).is_some();
    let ids: Vec<_> = checkout.orders.iter().filter(late).map(|order| order.order_id).collect();
    for order in ids {
        // Each ending changes the payment: read it anew.
        let Some(checkout) = Checkout::load(&ctx.table, id).await? else { return Ok(()) };
        let read = checkout.orders.iter().find(|read| read.order_id == order);
        if let Some((order, reason)) = read.and_then(|read| Some((read, is_late(read, now)?))) {
            cancel_late(ctx, &checkout, order, reason).await?;
        }
    }
    Ok(())
}

/// Why an order that its store has, and whose time is over, is cancelled.
fn is_late(order: &Order, now: Timestamp) -> Option<CancelReason> {
    let over = order.act_by.is_some_and(|by| by <= now) && is_held(order.fulfilment);
    let reason =
        if order.fulfilment == Fulfilment::Pending { CancelReason::NotAccepted } else { CancelReason::NotShipped };
    over.then_some(reason)
}

/// Sets the checkout's next time, having done what needs no more than the payment: goods that are late on their way cannot
/// be called back, so their order is shown to operators; the hold of open orders is kept alive. Safe to repeat: the other
/// side only ever lengthens a hold. One that is lost for good is an error once; then it stands in the payment.
async fn look_ahead(ctx: &Ctx, id: CheckoutId) -> Result<(), WatchError> {
    let Some(mut checkout) = Checkout::load(&ctx.table, id).await? else { return Ok(()) };
    show_what_is_overdue(ctx, &mut checkout).await?;
    let (now, mut next, mut lost) = (ctx.clock.now(), Payment::clone(&checkout.payment), false);
    let held = checkout.orders.iter().any(|order| is_held(order.fulfilment));
    let ends_soon = next.hold_lost_at.is_none() && next.hold_until - PROLONG_BEFORE_END <= now;
    if held && !checkout.is_unpaid() && ends_soon {
        match secure(ctx, &checkout, PROLONG_FOR).await {
            Ok(secured) => next = secured.under(&next),
            Err(HoldError::Lost(_)) => (next.hold_lost_at, lost) = (Some(now), true),
            Err(HoldError::Call(error)) => return Err(error.into()),
            Err(HoldError::Table(error)) => return Err(error.into()),
        }
    }
    next.look_at = next_look(&next, checkout.orders.iter().map(|order| &**order));
    write(ctx, &checkout.payment, next).await?;
    if lost { Err(WatchError::Lost(id)) } else { Ok(()) }
}

async fn show_what_is_overdue(ctx: &Ctx, checkout: &mut Checkout) -> Result<(), WatchError> {
    let now = ctx.clock.now();
    let is_overdue = |order: &Order| order.act_by.is_some_and(|by| by <= now) && is_on_its_way(order.fulfilment);
    for order in checkout.orders.iter_mut().filter(|order| is_overdue(order) && order.overdue_since.is_none()) {
        warn!(order.id = %order.order_id, "an order is late on its way");
        match ctx.table.replace(order, Order { overdue_since: Some(now), ..Order::clone(order) }).await {
            Ok(shown) => *order = shown,
            // Whoever moved it meanwhile knows better.
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
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
