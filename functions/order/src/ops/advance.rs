//! An order goes on, by its store or by the platform.

use contracts::{CancelReason, Fulfilment, LineRefusal};
use domain::{OrderId, StoreId, UserId};
use dynamodb::{Error, Row, Stored, Tx};
use lambda::calls::CallError;

use super::book::{self, BookError, Repayment};
use super::doer::Doer;
use super::hold::{HoldError, before_move};
use super::look::locate;
use super::settle::settle_now;
use super::whole::Checkout;
use crate::Ctx;
use crate::domain::{ForbiddenMove, Order, Party, enter, is_held};
use crate::table::{StoreOrder, order_key, store_order_key};

/// How often a move is worked out again when somebody else was faster.
const ATTEMPTS_MAX: u32 = 6;

/// Why an order stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// No such order, or not this caller's.
    #[error("no such order")]
    NotFound,
    /// The table of moves has no such move, or it is not the store's to make.
    #[error(transparent)]
    Forbidden(#[from] ForbiddenMove),
    /// A shopper may no longer cancel by themselves.
    #[error("it is too late to cancel an order that is {0:?}")]
    TooLate(Fulfilment),
    /// A provider's transaction is open.
    #[error("the payment of the checkout is under way")]
    PaymentUnderWay,
    /// Its goods are not held any more and cannot be held anew: these lines are short, or have another price today.
    #[error("the goods of the order are not held any more")]
    NotHeld(Vec<LineRefusal>),
    /// Others were faster again and again.
    #[error("others were faster")]
    Contended,
    /// tech-product does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// A bug.
    #[error("{0}")]
    Bug(String),
}

impl From<BookError> for MoveError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Move(error) => error.into(),
            BookError::Money(_) | BookError::Unbalanced(..) | BookError::Count(..) => Self::Bug(error.to_string()),
        }
    }
}

impl From<HoldError> for MoveError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Lost(lines) => Self::NotHeld(lines),
            HoldError::Call(error) => error.into(),
            HoldError::Table(error) => error.into(),
        }
    }
}

/// Staff of `store` move its order to `to`. The same move again is the same answer.
pub async fn advance(ctx: &Ctx, store: StoreId, id: OrderId, to: Fulfilment, doer: &Doer) -> Result<Order, MoveError> {
    let found = ctx.table.get_consistent::<StoreOrder>(store_order_key(store, id)).await?;
    go_to(ctx, found.ok_or(MoveError::NotFound)?.user_id, id, to, doer).await
}

/// The platform's staff move any order, by the same table of moves.
pub async fn advance_any(ctx: &Ctx, id: OrderId, to: Fulfilment, doer: &Doer) -> Result<Order, MoveError> {
    let order = locate(&ctx.table, id).await?.ok_or(MoveError::NotFound)?;
    go_to(ctx, order.user_id, id, to, doer).await
}

async fn go_to(ctx: &Ctx, user: UserId, id: OrderId, to: Fulfilment, doer: &Doer) -> Result<Order, MoveError> {
    for _ in 0..ATTEMPTS_MAX {
        let order = ctx.table.get_consistent::<Order>(order_key(user, id)).await?.ok_or(MoveError::NotFound)?;
        if order.fulfilment == to {
            return Ok(order.into_row());
        }
        if let Some(moved) = attempt(ctx, &order, to, doer).await? {
            return Ok(moved);
        }
    }
    Err(MoveError::Contended)
}

/// The order after the move; none when somebody else moved meanwhile.
async fn attempt(ctx: &Ctx, order: &Stored<Order>, to: Fulfilment, doer: &Doer) -> Result<Option<Order>, MoveError> {
    let id = order.checkout_id;
    let checkout =
        Checkout::load(&ctx.table, id).await?.ok_or_else(|| MoveError::Bug(format!("{id} has no payment")))?;
    // Somebody may have made this very move in between: that is its answer, not a refusal.
    if checkout.has_moved(order) {
        return Ok(None);
    }
    let ends = match to {
        Fulfilment::Cancelled if doer.party == Party::Platform => Some(CancelReason::Platform),
        Fulfilment::Cancelled => Some(CancelReason::Store),
        Fulfilment::Failed => Some(CancelReason::Lost),
        _ => None,
    };
    if let Some(reason) = ends {
        return end(ctx, &checkout, order.order_id, reason, doer).await;
    }
    enter(Some(order.fulfilment), to)?;
    // Only money makes a store's order of one that waits for it.
    if order.fulfilment == Fulfilment::PendingPayment {
        return Err(ForbiddenMove { from: Some(order.fulfilment), to }.into());
    }
    if is_held(order.fulfilment) && before_move(ctx, &checkout, to == Fulfilment::Shipped).await?.is_some() {
        return Ok(None);
    }
    let (tx, settlements) = book::moved(Tx::new(), &checkout, order, to, doer)?;
    match ctx.table.commit(tx).await {
        Ok(()) => {
            settle_now(ctx, &settlements).await;
            Ok(ctx.table.get_consistent::<Order>(order.key()).await?.map(Stored::into_row))
        }
        Err(error) if error.refused().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Gives an order up; all of its checkout while that is not paid. None when somebody else moved meanwhile.
pub(super) async fn end(
    ctx: &Ctx,
    checkout: &Checkout,
    id: OrderId,
    reason: CancelReason,
    doer: &Doer,
) -> Result<Option<Order>, MoveError> {
    if checkout.payment.open_transaction.is_some() {
        return Err(MoveError::PaymentUnderWay);
    }
    let held = checkout.orders.iter().filter(|order| is_held(order.fulfilment)).map(|order| order.order_id);
    let which: Vec<OrderId> = if checkout.is_unpaid() { held.collect() } else { vec![id] };
    let (tx, settlements) = book::given_up(Tx::new(), checkout, &which, (reason, Repayment::Due), doer)?;
    match ctx.table.commit(tx).await {
        Ok(()) => {
            settle_now(ctx, &settlements).await;
            let key = order_key(checkout.payment.user_id, id);
            Ok(ctx.table.get_consistent::<Order>(key).await?.map(Stored::into_row))
        }
        Err(error) if error.refused().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::place;
    use crate::testkit::{command, shopper, world};

    #[tokio::test]
    async fn a_cancellation_that_meets_the_same_one_in_between_gets_its_answer() {
        let w = world().await;
        let placed = place(&w.ctx, &command(shopper(), "key-0001")).await.unwrap();
        let (store, id) = (placed.orders[0].store_id, placed.orders[0].order_id);
        let read = w.ctx.table.get_consistent::<Order>(order_key(shopper(), id)).await.unwrap().unwrap();
        let doer = Doer::itself(&w.ctx, placed.checkout_id);
        let first = advance(&w.ctx, store, id, Fulfilment::Cancelled, &doer).await.unwrap();
        let overtaken = attempt(&w.ctx, &read, Fulfilment::Cancelled, &doer).await;
        assert!(matches!(overtaken, Ok(None)), "{overtaken:?}");
        assert_eq!(advance(&w.ctx, store, id, Fulfilment::Cancelled, &doer).await.unwrap(), first);
    }
}
