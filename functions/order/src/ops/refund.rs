//! Money goes back by hand: neither provider gives back a part of what it took.

use domain::{OrderId, Timestamp};
use dynamodb::{Error, Tx};

use super::book::{self, BookError};
use super::doer::Doer;
use super::look::locate;
use super::whole::Checkout;
use crate::Ctx;
use crate::domain::{Order, PaidFrom, Repaid};

/// How often it is worked out again when somebody else was faster.
const ATTEMPTS_MAX: u32 = 6;

/// An operator gave the money of an order back.
#[derive(Debug, Clone)]
pub struct CompleteRefund {
    /// The order, whose id the refund has.
    pub order_id: OrderId,
    /// What the bank or the provider calls the transfer.
    pub reference: String,
    /// Where it was taken from.
    pub paid_from: PaidFrom,
}

/// Why a refund is not completed.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// No such refund.
    #[error("no such refund")]
    NotFound,
    /// The buyer got it back before, by another transfer.
    #[error("it was given back by {reference} already")]
    Completed {
        /// Which transfer.
        reference: String,
        /// When.
        at: Timestamp,
    },
    /// Others were faster again and again.
    #[error("others were faster")]
    Contended,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// A bug.
    #[error("{0}")]
    Bug(String),
}

impl From<BookError> for RefundError {
    fn from(error: BookError) -> Self {
        Self::Bug(error.to_string())
    }
}

/// Books that the buyer has the money of an order. The same transfer again is the same answer; another one is refused, so
/// that nobody is paid back twice unnoticed.
pub async fn complete_refund(ctx: &Ctx, command: &CompleteRefund, doer: &Doer) -> Result<Order, RefundError> {
    for _ in 0..ATTEMPTS_MAX {
        let order = locate(&ctx.table, command.order_id).await?.ok_or(RefundError::NotFound)?;
        match order.refund.as_ref().ok_or(RefundError::NotFound)?.done.clone() {
            Some(done) if done.reference == command.reference && done.paid_from == command.paid_from => {
                return Ok(order);
            }
            Some(Repaid { reference, at, .. }) => return Err(RefundError::Completed { reference, at }),
            None => {}
        }
        let id = order.checkout_id;
        let checkout = Checkout::load(&ctx.table, id).await?;
        let checkout = checkout.ok_or_else(|| RefundError::Bug(format!("{id} has no payment")))?;
        // What is read with the checkout is newer: it may be done by now.
        let Some(read) = checkout.orders.iter().find(|o| o.order_id == order.order_id && o.is_owed()) else { continue };
        let repaid =
            Repaid { at: doer.at, by: doer.actor, reference: command.reference.clone(), paid_from: command.paid_from };
        match ctx.table.commit(book::repaid(Tx::new(), &checkout, read, &repaid, doer)?).await {
            Ok(()) => {}
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(RefundError::Contended)
}
