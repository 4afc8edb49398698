//! The goods of orders that are worked on stay held.

use contracts::{LineRefusal, ReservationStatus, Reserve, ReserveLine};
use domain::{ReservationId, Timestamp};
use dynamodb::{Error, Stored};
use jiff::SignedDuration;
use lambda::calls::CallError;

use super::whole::{Checkout, PROLONG_BEFORE_END, next_look};
use crate::Ctx;
use crate::domain::{Order, OrderLine, is_held};
use crate::neighbours::Reserved;
use crate::table::Payment;

/// How long goods are held that were held anew: the sweep prolongs it at once, and should nobody hear of it, they are soon
/// on sale again.
const ANEW_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How often goods are held anew under the next id: an attempt that nobody heard of ends by itself, and bars its id.
const ATTEMPTS_MAX: u32 = 3;

/// Why it is not known that the goods are held.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// They are not, and cannot be held anew: these lines are short, or have another price today.
    #[error("the goods are not held any more, and {} lines cannot be held anew", .0.len())]
    Lost(Vec<LineRefusal>),
    /// tech-product does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// A live hold over everything of a checkout that has not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    reservation_id: ReservationId,
    until: Timestamp,
}

impl Held {
    /// The payment that stands on it.
    pub(super) fn under(self, payment: &Payment) -> Payment {
        let Self { reservation_id, until: hold_until } = self;
        Payment { reservation_id, hold_until, hold_lost_at: None, ..payment.clone() }
    }
}

/// Sees to it that what has not left is held for `length` at least: the hold is extended, or, when it is lost, the goods are
/// held anew at the prices of the order. Safe to repeat.
pub(super) async fn secure(ctx: &Ctx, checkout: &Checkout, length: SignedDuration) -> Result<Held, HoldError> {
    let id = checkout.payment.reservation_id;
    let Some(held) = ctx.neighbours.extend(id, seconds(length)).await? else { return anew(ctx, checkout).await };
    let is_lost = |order: &&Stored<Order>| {
        let part = held.parts.iter().find(|part| part.store_id == order.store_id);
        part.is_none_or(|part| part.status != ReservationStatus::Held)
    };
    if still_here(checkout).any(|order| is_lost(&order)) {
        // Other stores' parts of it live: it cannot be replaced.
        return Err(HoldError::Lost(Vec::new()));
    }
    Ok(Held { reservation_id: id, until: held.expires_at })
}

/// Before a move: `Some` when the checkout was written meanwhile and is to be read again.
///
/// Nobody works on goods that may be sold to somebody else: when they cannot be held, the move is refused, and the sweep
/// looks after the checkout at once.
pub(super) async fn before_move(ctx: &Ctx, checkout: &Checkout, leaves: bool) -> Result<Option<()>, HoldError> {
    let (now, payment) = (ctx.clock.now(), &checkout.payment);
    let ends_soon = payment.hold_until - PROLONG_BEFORE_END <= now;
    let length = match (leaves, ends_soon) {
        // What tech-product is told of the goods takes no longer, whatever breaks down.
        (true, _) => PROLONG_BEFORE_END,
        (false, true) => super::checkout::PROLONG_FOR,
        (false, false) => return Ok(None),
    };
    let mut next = match secure(ctx, checkout, length).await {
        Ok(held) => held.under(payment),
        Err(HoldError::Lost(lines)) => {
            if payment.hold_lost_at.is_none() {
                let looked_at = Payment { hold_until: now, look_at: Some(now), ..Payment::clone(payment) };
                write(ctx, checkout, looked_at).await?;
            }
            return Err(HoldError::Lost(lines));
        }
        Err(error) => return Err(error),
    };
    next.look_at = next_look(&next, checkout.orders.iter().map(|order| &**order));
    let same = (next.reservation_id, next.hold_until, next.hold_lost_at)
        == (payment.reservation_id, payment.hold_until, payment.hold_lost_at);
    if same { Ok(None) } else { write(ctx, checkout, next).await.map(Some) }
}

/// Somebody who wrote meanwhile knows better.
async fn write(ctx: &Ctx, checkout: &Checkout, next: Payment) -> Result<(), HoldError> {
    match ctx.table.replace(&checkout.payment, next).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn still_here(checkout: &Checkout) -> impl Iterator<Item = &Stored<Order>> {
    checkout.orders.iter().filter(|order| is_held(order.fulfilment))
}

/// A hold of its own in the place of one that is lost. Its id follows from that one's and from the orders: whoever tries
/// again gets the same hold.
async fn anew(ctx: &Ctx, checkout: &Checkout) -> Result<Held, HoldError> {
    let (payment, request) = (&checkout.payment, everything(checkout));
    let orders: Vec<String> = still_here(checkout).map(|order| order.order_id.to_string()).collect();
    let mut id = payment.reservation_id;
    for _ in 0..ATTEMPTS_MAX {
        id = ReservationId::derived(&format!("{id}/again/{}", orders.join("/")));
        match ctx.neighbours.reserve(id, request.clone()).await? {
            Reserved::Held(held) => return Ok(Held { reservation_id: id, until: held.expires_at }),
            Reserved::Short(lines) | Reserved::PriceChanged(lines) => return Err(HoldError::Lost(lines)),
            Reserved::Ended => {}
        }
    }
    Err(HoldError::Lost(Vec::new()))
}

/// All that has not left, at the prices of the orders.
fn everything(checkout: &Checkout) -> Reserve {
    let line = |line: &OrderLine| ReserveLine {
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: line.quantity,
        unit_price: line.unit_price,
    };
    Reserve {
        user_id: checkout.payment.user_id,
        hold_for_seconds: seconds(ANEW_FOR),
        currency: checkout.payment.amount.currency(),
        lines: still_here(checkout).flat_map(|order| order.lines.iter().map(line)).collect(),
    }
}

fn seconds(length: SignedDuration) -> u32 {
    u32::try_from(length.as_secs()).unwrap_or(u32::MAX)
}
