//! | row | PK | SK | due |
//! | --- | --- | --- | --- |
//! | [`Order`] | `USER#<user>` | `ORDER#<order>` | |
//! | [`Buyer`] | `USER#<user>` | `BUYER` | |
//! | [`Saga`] | `USER#<user>` | `CHECKOUT#<idempotency key>` | while it is worked on: the end of the lease |
//! | [`StoreOrder`] | `STORE#<store>` | `ORDER#<order>` | |
//! | [`HistoryEntry`] | `NUMBER#<order number>` | `MOVE#<0001>` | |
//! | [`Payment`] | `CHECKOUT#<checkout>` | `PAYMENT` | while it is open: when its hold has to be prolonged |
//! | ledger entries | from the first delivery on: cash moves nothing before | | |
//! | outbox | the kit's | | |
//!
//! | question | answered by |
//! | --- | --- |
//! | a shopper's orders, newest first | `Query` of `USER#…`, prefix `ORDER#`, descending: order ids grow with time |
//! | a shopper's order | `GetItem` with the caller's own id: a foreign one is not there |
//! | a store's orders, newest first | `Query` of `STORE#…`, descending, then `BatchGetItem` |
//! | a store's order | `GetItem` of [`StoreOrder`], then of [`Order`] |
//! | an order's history | `Query` of `NUMBER#…` |
//! | whether a number is free | the first move is written only if its key is |
//! | the answer to a repeated checkout | `GetItem` of [`Saga`] |
//! | whether a cart version was bought, open cash orders | `GetItem` of [`Buyer`], replaced by version with the orders |
//! | what a crash left, holds to be prolonged | the index of due rows |
//!
//! [`StoreOrder`] is a row rather than an index on [`Order`]: written once with the order (2 units), where an index
//! with all attributes would be written again with each of an order's eight or so moves, and it is consistent.

use contracts::Actor;
use domain::{CheckoutId, Money, OrderId, ReservationId, StoreId, Timestamp, UserId};
use dynamodb::{Due, Key, Row, TableSchema};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{Move, Order, OrderNumber, PaymentMethod, PaymentStatus, PlacedCheckout};

/// The table's shape.
pub const SCHEMA: TableSchema = TableSchema { indexes: &[] };

/// How long a key is remembered after its request began.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The prefix of orders in a user's or a store's partition.
pub const ORDERS: &str = "ORDER#";
/// The prefix of sagas.
pub const SAGAS: &str = "CHECKOUT#";
/// The sort key of payments.
pub const PAYMENT: &str = "PAYMENT";

/// A user's partition.
pub fn user_partition(user: UserId) -> String {
    format!("USER#{user}")
}

/// A store's partition.
pub fn store_partition(store: StoreId) -> String {
    format!("STORE#{store}")
}

/// The partition of an order's history.
pub fn history_partition(number: &OrderNumber) -> String {
    format!("NUMBER#{number}")
}

/// Where `user`'s order is.
pub fn order_key(user: UserId, order: OrderId) -> Key {
    Key::new(user_partition(user), format!("{ORDERS}{order}"))
}

/// Where a store finds its order.
pub fn store_order_key(store: StoreId, order: OrderId) -> Key {
    Key::new(store_partition(store), format!("{ORDERS}{order}"))
}

/// Where the saga of a user's key is.
pub fn saga_key(user: UserId, key: &str) -> Key {
    Key::new(user_partition(user), format!("{SAGAS}{key}"))
}

/// Where a user's counters are.
pub fn buyer_key(user: UserId) -> Key {
    Key::new(user_partition(user), "BUYER")
}

/// Where a checkout's payment is.
pub fn payment_key(checkout: CheckoutId) -> Key {
    Key::new(format!("CHECKOUT#{checkout}"), PAYMENT)
}

impl Row for Order {
    const KIND: &'static str = "order";

    fn key(&self) -> Key {
        order_key(self.user_id, self.order_id)
    }
}

/// A request to place orders, by its idempotency key: what it asked and how far it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saga {
    /// Who asked.
    pub user_id: UserId,
    /// `Idempotency-Key`.
    pub key: String,
    /// The fingerprint of the body that came first.
    pub request: String,
    /// The checkout it becomes.
    pub checkout_id: CheckoutId,
    /// Grows with each try that begins anew, from 1: each try has a reservation of its own.
    pub attempt: u32,
    /// How far it got.
    pub state: SagaState,
    /// When the first try began.
    pub begun_at: Timestamp,
}

/// How far a saga got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SagaState {
    /// Somebody works on it until then; later nobody does any more.
    Working {
        /// The end of the lease.
        lease_until: Timestamp,
    },
    /// Somebody takes back what the last try left, until then.
    Undoing {
        /// The end of the lease.
        lease_until: Timestamp,
    },
    /// Nothing is left of the last try; the next request with the key begins anew.
    Idle,
    /// There are orders: the answer, for ever the same.
    Placed(PlacedCheckout),
}

impl Saga {
    /// The hold of this try.
    pub fn reservation_id(&self) -> ReservationId {
        ReservationId::derived(&format!("checkout/{}/{}", self.checkout_id, self.attempt))
    }

    /// The end of the lease, if somebody holds or held one.
    pub const fn lease_until(&self) -> Option<Timestamp> {
        match self.state {
            SagaState::Working { lease_until } | SagaState::Undoing { lease_until } => Some(lease_until),
            SagaState::Idle | SagaState::Placed(_) => None,
        }
    }
}

impl Row for Saga {
    const KIND: &'static str = "saga";

    fn key(&self) -> Key {
        saga_key(self.user_id, &self.key)
    }

    fn due(&self) -> Option<Due> {
        self.lease_until().map(Due)
    }

    /// Never while something may be left to undo.
    fn expires_at(&self) -> Option<Timestamp> {
        self.lease_until().is_none().then_some(self.begun_at + KEY_LIFETIME)
    }
}

/// What has to be exact about a buyer, however many checkouts run at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// Who.
    pub user_id: UserId,
    /// Cash orders that are neither delivered nor given up.
    pub open_cash_orders: u32,
    /// The last checkout.
    pub bought: Bought,
}

/// Which cart a checkout bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The version of the cart.
    pub cart_version: u64,
}

impl Row for Buyer {
    const KIND: &'static str = "buyer";

    fn key(&self) -> Key {
        buyer_key(self.user_id)
    }
}

/// By what a store finds an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreOrder {
    /// The seller.
    pub store_id: StoreId,
    /// The order.
    pub order_id: OrderId,
    /// The buyer, in whose partition the order is.
    pub user_id: UserId,
}

impl Row for StoreOrder {
    const KIND: &'static str = "store-order";

    fn key(&self) -> Key {
        store_order_key(self.store_id, self.order_id)
    }
}

/// One move of an order. The first one also takes the order's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The order's number.
    pub number: OrderNumber,
    /// From 1.
    pub sequence: u32,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The seller.
    pub store_id: StoreId,
    /// From where to where.
    pub step: Move,
    /// When.
    pub at: Timestamp,
    /// Whose doing it was.
    pub actor: Actor,
}

impl Row for HistoryEntry {
    const KIND: &'static str = "history";

    fn key(&self) -> Key {
        Key::new(history_partition(&self.number), format!("MOVE#{:04}", self.sequence))
    }
}

/// The one payment of a checkout, and the hold that it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// The orders it pays.
    pub orders: Vec<OrderId>,
    /// How.
    pub method: PaymentMethod,
    /// Where it is.
    pub status: PaymentStatus,
    /// What is to be paid.
    pub amount: Money,
    /// The hold over all lines.
    pub reservation_id: ReservationId,
    /// When the hold ends by itself.
    pub hold_until: Timestamp,
    /// When it has to be prolonged.
    pub prolong_at: Timestamp,
}

impl Row for Payment {
    const KIND: &'static str = "payment";

    fn key(&self) -> Key {
        payment_key(self.checkout_id)
    }

    fn due(&self) -> Option<Due> {
        (self.status == PaymentStatus::Pending).then_some(Due(self.prolong_at))
    }
}
