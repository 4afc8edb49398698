//! `POST /v1/orders`: the cart becomes orders, or nothing happened.
//!
//! | step | what | repeated | a crash after it leaves | undone by |
//! | --- | --- | --- | --- | --- |
//! | 1 claim | saga row, if its key is free: `Working`, with a lease | waits for the other, gets its answer | the saga | sweep: `Idle` |
//! | 2 agree | cart, terms of each store, limits: reads only | | the same | the same |
//! | 3 reserve | one hold over all lines, its id derived from saga and attempt | the same hold | saga and hold | sweep: `Undoing`, release, `Idle`; a refusal: release, `Idle` |
//! | 4 write | one transaction: orders, history, payment, buyer, event, saga `Placed` | refused: the saga's version has changed | orders with their hold | nothing: it is done |
//! | 5 answer | | the saga's | | |
//!
//! Undoing is in steps as well: `Undoing` changes the saga's version, so that a write of step 4 that is still under way
//! cannot succeed any more; then the hold is released (again, if a crash came between); then the saga is `Idle`, and
//! the next request with the key begins a new attempt with a hold of its own. A release also bars its id, so that a
//! request for the hold that comes late holds nothing.
//!
//! The lease is longer than a function and the one it calls can live together: when it is over, nothing of the
//! attempt is still moving.

mod agree;
mod claim;
mod undo;
mod write;

#[cfg(test)]
mod tests;

pub use contracts::{CHECKOUT_LINES_MAX as LINES_MAX, CHECKOUT_STORES_MAX as STORES_MAX};
use contracts::{CartLine, DeliveryAddress, LineRefusal, PaymentMethod};
use domain::{AddressId, CheckoutId, CorrelationId, Money, MoneyError, StoreId, UserId};
use dynamodb::{Error, Stored};
use jiff::SignedDuration;
use lambda::calls::CallError;
use serde::Serialize;
use tracing::{info, warn};
use uuid::Uuid;

use crate::Ctx;
use crate::domain::{CashRefusal, ForbiddenMove, PlacedCheckout};
use crate::neighbours::Reserved;
use crate::table::Saga;
use agree::agree;
use claim::{Claim, claim};
pub(super) use undo::undo;
use write::write;

/// How long one attempt is left alone: 10 s that this function may live, 10 s that the function it called may still
/// live after it, and room.
const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How long goods are held at first: 24 hours in which a cash order has to be confirmed, and as long again that a
/// breakdown of the sweep may last.
pub const HOLD_FOR: SignedDuration = SignedDuration::from_hours(48);
/// How long the hold of an open order lasts from each time it is prolonged: the longer, the fewer open orders are due
/// in one minute. tech-product holds for 14 days at most.
pub const PROLONG_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a checkout waits to be paid in advance.
pub const PAY_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// How long the goods of such a checkout are held at first: as long as it waits, and the sweep may be late by half an hour.
pub const HOLD_UNPAID_FOR: SignedDuration = SignedDuration::from_mins(60);

/// How long goods are held at first.
const fn hold_for(method: PaymentMethod) -> SignedDuration {
    if method.in_advance() { HOLD_UNPAID_FOR } else { HOLD_FOR }
}

/// Where the orders go.
#[derive(Debug, Clone, Serialize)]
pub enum DeliverTo {
    /// One of the shopper's saved addresses.
    Saved(AddressId),
    /// This one.
    Given(DeliveryAddress),
}

/// Place the cart as orders.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// Who buys.
    #[serde(skip)]
    pub user_id: UserId,
    /// `Idempotency-Key`.
    #[serde(skip)]
    pub key: String,
    /// The request.
    #[serde(skip)]
    pub correlation_id: CorrelationId,
    /// How it is paid.
    pub method: PaymentMethod,
    /// Where it goes.
    pub deliver_to: DeliverTo,
    /// The version of the cart that the shopper looked at.
    pub cart_version: Option<u64>,
    /// The total that the shopper agreed to.
    pub expected_total: Option<Money>,
}

impl Place {
    /// The same for the same body.
    fn fingerprint(&self) -> Result<String, serde_json::Error> {
        let body = serde_json::to_vec(self)?;
        Ok(Uuid::new_v5(&Uuid::NAMESPACE_OID, &body).to_string())
    }
}

/// Why there are no orders.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The same key is being worked on.
    #[error("the request is in progress")]
    InFlight,
    /// The same key came with another body.
    #[error("the key was used with another request")]
    KeyReused,
    /// Nothing to buy.
    #[error("the cart is empty")]
    CartEmpty,
    /// Not the cart that the shopper looked at.
    #[error("the cart is at version {version} now")]
    CartChanged {
        /// Now.
        version: u64,
        /// Now.
        lines: Vec<CartLine>,
    },
    /// This version of the cart was bought by another checkout.
    #[error("the cart was bought by {0}")]
    AlreadyOrdered(CheckoutId),
    /// What was bought last is still in the cart.
    #[error("the last purchase has not left the cart yet")]
    CartSettling,
    /// The shopper has no such address.
    #[error("no such address")]
    UnknownAddress,
    /// Stores that take no such payment; all of them when the platform does not.
    #[error("{} stores take no such payment", .0.len())]
    MethodNotTaken(Vec<StoreId>),
    /// More than [`LINES_MAX`] lines or [`STORES_MAX`] stores.
    #[error("the checkout is too large")]
    TooLarge,
    /// Stores that do not sell.
    #[error("{} stores do not sell", .0.len())]
    StoresNotSelling(Vec<StoreId>),
    /// Not the total that the shopper agreed to.
    #[error("the total is {0} now")]
    TotalChanged(Money),
    /// Too few are left.
    #[error("{} lines are short", .0.len())]
    StockShort(Vec<LineRefusal>),
    /// The price of lines is another today.
    #[error("the price of {} lines changed", .0.len())]
    PriceChanged(Vec<LineRefusal>),
    /// Not in cash.
    #[error(transparent)]
    Cash(#[from] CashRefusal),
    /// Other checkouts of the same buyer were faster again and again.
    #[error("other checkouts of the buyer were faster")]
    Contended,
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Another service.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// A bug.
    #[error("{0}")]
    Bug(String),
}

impl From<ForbiddenMove> for PlaceError {
    fn from(error: ForbiddenMove) -> Self {
        Self::Bug(error.to_string())
    }
}

/// What a failed attempt left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing but the saga.
    Nothing,
    /// A hold, or a request for one that may still arrive.
    Hold,
    /// Not known: what is under way may still take effect, so only the sweep may decide, once the lease is over.
    Unknown,
}

/// An attempt that did not become orders.
struct Failed {
    error: PlaceError,
    left: Left,
}

impl Failed {
    fn leaving(left: Left) -> impl Fn(PlaceError) -> Self {
        move |error| Self { error, left }
    }
}

/// Places the user's cart as one order per store, once for one key. The same key and body get the same answer.
pub async fn place(ctx: &Ctx, command: &Place) -> Result<PlacedCheckout, PlaceError> {
    let saga = match claim(ctx, command).await? {
        Claim::Ours(saga) => saga,
        Claim::Answered(placed) => return Ok(placed),
    };
    match attempt(ctx, &saga, command).await {
        Ok(placed) => {
            info!(checkout.id = %placed.checkout_id, orders = placed.orders.len(), total.minor = placed.total.minor(), "placed");
            Ok(placed)
        }
        Err(Failed { error, left }) => {
            if let Err(cause) = undo::back_out(ctx, &saga, left).await {
                warn!(%cause, checkout.id = %saga.checkout_id, "the sweep has to undo a checkout");
            }
            Err(error)
        }
    }
}

/// Steps 2 to 4.
async fn attempt(ctx: &Ctx, saga: &Stored<Saga>, command: &Place) -> Result<PlacedCheckout, Failed> {
    let agreed = agree(ctx, command).await.map_err(Failed::leaving(Left::Nothing))?;
    let request = agreed.reserve(command.user_id, hold_for(command.method));
    let reserved = ctx.neighbours.reserve(saga.reservation_id(), request).await;
    // The call may have been sent more than once, and this be the answer to the last sending: an earlier one that is still
    // on its way would hold the goods for nobody. The release bars it.
    let refused = Failed::leaving(Left::Hold);
    match reserved.map_err(|error| Failed { error: error.into(), left: Left::Unknown })? {
        Reserved::Held(reservation) => write(ctx, saga, command, &agreed, &reservation).await,
        Reserved::Short(lines) => Err(refused(PlaceError::StockShort(lines))),
        Reserved::PriceChanged(lines) => Err(refused(PlaceError::PriceChanged(lines))),
        // Only whoever took the saga over ends its hold.
        Reserved::Ended => Err(Failed { error: PlaceError::InFlight, left: Left::Unknown }),
    }
}
