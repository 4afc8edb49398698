//! | row | PK | SK | GSI1 | due |
//! | --- | --- | --- | --- | --- |
//! | [`Order`] | `USER#<user>` | `ORDER#<order>` | | |
//! | [`Buyer`] | `USER#<user>` | `BUYER` | | |
//! | [`Saga`] | `USER#<user>` | `CHECKOUT#<idempotency key>` | | while it is worked on: the end of the lease |
//! | [`StoreOrder`] | `STORE#<store>` | `ORDER#<order>` | | |
//! | [`LedgerRow`] | `STORE#<store>` | `LEDGER#<order>#<kind>` | `LEDGER#<business day>` / time, order and kind | |
//! | balance | `STORE#<store>` | `BALANCE` | | |
//! | [`HistoryEntry`] | `NUMBER#<order number>` | `MOVE#<0001>` | | |
//! | [`Payment`] | `CHECKOUT#<checkout>` | `PAYMENT` | | when somebody has to look at the checkout |
//! | [`Settlement`] | `CHECKOUT#<checkout>` | `SETTLE#<store>` or `SETTLE#ALL` | | at once: until tech-product has done it |
//! | [`Transaction`] | `PAYME#<id>` | `TRANSACTION` | `PAYME#<month>` / Payme's time and id | while it is open: its end |
//! | outbox | the kit's | | | |
//!
//! | question | answered by |
//! | --- | --- |
//! | a shopper's orders, newest first | `Query` of `USER#…`, prefix `ORDER#`, descending: order ids grow with time |
//! | a shopper's order | `GetItem` with the caller's own id: a foreign one is not there |
//! | a store's orders, newest first | `Query` of `STORE#…`, prefix `ORDER#`, descending, then `BatchGetItem` |
//! | a store's order | `GetItem` of [`StoreOrder`], then of [`Order`] |
//! | a store's books, newest order first | `Query` of `STORE#…`, prefix `LEDGER#`, descending |
//! | the books of a business day, oldest first | `Query` of `LEDGER#…` in GSI1 |
//! | an order's history | `Query` of `NUMBER#…` |
//! | whether a number is free | the first move is written only if its key is |
//! | the answer to a repeated checkout | `GetItem` of [`Saga`] |
//! | whether a cart version was bought, open cash orders | `GetItem` of [`Buyer`], replaced by version with the orders |
//! | a checkout whole | `GetItem` of [`Payment`], then `BatchGetItem` of its orders |
//! | Payme's transactions from one time to another | `Query` of each month in GSI1 |
//! | what a crash left, what is not paid or accepted in time, holds to be prolonged, transactions to be ended | the index of due rows |
//!
//! [`StoreOrder`] is a row rather than an index on [`Order`]: written once with the order (2 units), where an index
//! with all attributes would be written again with each of an order's eight or so moves, and it is consistent.
//! The times of a checkout are one attribute of its payment, re-armed when they come: an attribute of each order would
//! write the index of due rows with every move. A [`Settlement`] is a row of its own, gone when it is done: 3 units,
//! where a flag on the order (2 KB) would cost another write of all of it.

use contracts::{Actor, PaymentMethod};
use domain::{CheckoutId, Date, Money, OrderId, ReservationId, StoreId, Timestamp, UserId, business_day};
use dynamodb::{Due, Index, IndexSchema, Key, Projection, Row, TableSchema};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{Entry, LedgerKind, Move, Order, OrderNumber, PaymentStatus, PlacedCheckout};
use crate::payme::Transaction;

/// The table's shape.
pub const SCHEMA: TableSchema =
    TableSchema { indexes: &[IndexSchema { index: Index::Gsi1, projection: Projection::All }] };

/// How long a key is remembered after its request began.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The prefix of orders in a user's or a store's partition.
pub const ORDERS: &str = "ORDER#";
/// The prefix of sagas.
pub const SAGAS: &str = "CHECKOUT#";
/// The sort key of payments.
pub const PAYMENT: &str = "PAYMENT";
/// The prefix of what tech-product has to be told.
pub const SETTLEMENTS: &str = "SETTLE#";
/// The prefix of a store's books.
pub const LEDGER: &str = "LEDGER#";
/// The partition of a business day's books in GSI1.
pub fn books_partition(day: Date) -> String {
    format!("{LEDGER}{day}")
}

/// The sort key of Payme's transactions.
pub const TRANSACTION: &str = "TRANSACTION";

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

/// A checkout's partition.
pub fn checkout_partition(checkout: CheckoutId) -> String {
    format!("CHECKOUT#{checkout}")
}

/// Where a checkout's payment is.
pub fn payment_key(checkout: CheckoutId) -> Key {
    Key::new(checkout_partition(checkout), PAYMENT)
}

/// Where it stands what tech-product has to be told of a store's part of a checkout, or of all of it.
pub fn settlement_key(checkout: CheckoutId, store: Option<StoreId>) -> Key {
    let part = store.map_or_else(|| "ALL".to_owned(), |store| store.to_string());
    Key::new(checkout_partition(checkout), format!("{SETTLEMENTS}{part}"))
}

/// Where a store's balances are; the attributes are those of [`Balance`].
pub fn balance_key(store: StoreId) -> Key {
    Key::new(store_partition(store), "BALANCE")
}

/// Where a transaction of Payme's is.
pub fn transaction_key(id: &str) -> Key {
    Key::new(format!("PAYME#{id}"), TRANSACTION)
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
    /// What they said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
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
    /// What was paid: in cash, order by order.
    pub paid: Money,
    /// What was paid back.
    pub refunded: Money,
    /// Orders that were not given up and, in cash, not delivered either.
    pub live_orders: u32,
    /// Until when it has to be paid; none when nothing is paid in advance.
    pub pay_by: Option<Timestamp>,
    /// When it was paid in advance.
    pub paid_at: Option<Timestamp>,
    /// The provider's transaction that has it: nothing else may happen to the checkout meanwhile.
    pub open_transaction: Option<String>,
    /// The hold over all lines.
    pub reservation_id: ReservationId,
    /// When the hold ends by itself.
    pub hold_until: Timestamp,
    /// When somebody has to look: it is late to be paid or accepted, or its hold ends soon.
    pub look_at: Option<Timestamp>,
}

impl Row for Payment {
    const KIND: &'static str = "payment";

    fn key(&self) -> Key {
        payment_key(self.checkout_id)
    }

    fn due(&self) -> Option<Due> {
        self.look_at.map(Due)
    }
}

/// What tech-product has to be told of a store's part of a hold: written with the move that decides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// Whose part; every part that is still held when none.
    pub store_id: Option<StoreId>,
    /// The hold.
    pub reservation_id: ReservationId,
    /// How it ends.
    pub way: Way,
    /// When the sweep does what the request did not.
    pub settle_at: Timestamp,
}

/// How a part of a hold ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// The goods have left.
    Commit,
    /// The goods can be sold again.
    Release,
}

impl Row for Settlement {
    const KIND: &'static str = "settlement";

    fn key(&self) -> Key {
        settlement_key(self.checkout_id, self.store_id)
    }

    fn due(&self) -> Option<Due> {
        Some(Due(self.settle_at))
    }
}

/// A transaction in the books. Never changed: a correction is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// What it books.
    pub kind: LedgerKind,
    /// Of which order.
    pub order_id: OrderId,
    /// Whose sale.
    pub store_id: StoreId,
    /// When.
    pub at: Timestamp,
    /// They sum to zero.
    pub entries: Vec<Entry>,
}

impl Row for LedgerRow {
    const KIND: &'static str = "ledger";

    fn key(&self) -> Key {
        Key::new(store_partition(self.store_id), format!("{LEDGER}{}#{}", self.order_id, self.kind.name()))
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{:013}#{}#{}", self.at.as_millisecond(), self.order_id, self.kind.name());
        vec![(Index::Gsi1, Key::new(books_partition(business_day(self.at)), place))]
    }
}

/// What the platform and a store owe each other, in minor units; what the store is owed is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// `SELLER_PENDING`: the return window is open.
    #[serde(default)]
    pub seller_pending: i64,
    /// `SELLER`: to be paid out, or to be paid by the store.
    #[serde(default)]
    pub seller: i64,
}

impl Row for StoreBalance {
    const KIND: &'static str = "balance";

    fn key(&self) -> Key {
        balance_key(self.store_id)
    }
}

/// The balances of one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreBalance {
    /// Whose.
    pub store_id: StoreId,
    /// How much.
    #[serde(flatten)]
    pub balance: Balance,
}

impl Row for Transaction {
    const KIND: &'static str = "payme-transaction";

    fn key(&self) -> Key {
        transaction_key(&self.id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        vec![(Index::Gsi1, Key::new(self.month(), format!("{:013}#{}", self.time, self.id)))]
    }

    fn due(&self) -> Option<Due> {
        self.ends_at().map(Due)
    }
}
