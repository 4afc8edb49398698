//! Somebody changes their mind, or a time is over.

use contracts::{CancelReason, Fulfilment};
use domain::{OrderId, UserId};
use dynamodb::Stored;

use super::advance::{MoveError, end};
use super::doer::Doer;
use super::whole::Checkout;
use crate::Ctx;
use crate::domain::Order;
use crate::table::order_key;

/// How often a cancellation is worked out again when somebody else was faster.
const ATTEMPTS_MAX: u32 = 6;

/// A shopper cancels an own order: freely until it is packed. Before it is paid the whole checkout ends. Again is the same
/// answer.
pub async fn cancel(ctx: &Ctx, user: UserId, id: OrderId, doer: &Doer) -> Result<Order, MoveError> {
    use Fulfilment::{Cancelled, Confirmed, Pending, PendingPayment, Processing};
    for _ in 0..ATTEMPTS_MAX {
        let order = ctx.table.get_consistent::<Order>(order_key(user, id)).await?.ok_or(MoveError::NotFound)?;
        match order.fulfilment {
            Cancelled => return Ok(order.into_row()),
            PendingPayment | Pending | Confirmed | Processing => {}
            late => return Err(MoveError::TooLate(late)),
        }
        let checkout = Checkout::load(&ctx.table, order.checkout_id).await?;
        let checkout = checkout.ok_or_else(|| MoveError::Bug(format!("{} has no payment", order.checkout_id)))?;
        // It may have been packed in between.
        if checkout.has_moved(&order) {
            continue;
        }
        if let Some(order) = end(ctx, &checkout, id, CancelReason::Shopper, doer).await? {
            return Ok(order);
        }
    }
    Err(MoveError::Contended)
}

/// The service itself ends an order whose time is over.
pub(super) async fn cancel_late(
    ctx: &Ctx,
    checkout: &Checkout,
    order: &Stored<Order>,
    reason: CancelReason,
) -> Result<(), MoveError> {
    // When somebody else was faster, the next look decides anew.
    end(ctx, checkout, order.order_id, reason, &Doer::itself(ctx, checkout.payment.checkout_id)).await.map(|_| ())
}
