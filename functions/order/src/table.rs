//! | row | PK | SK | GSI1 | due |
//! | --- | --- | --- | --- | --- |
//! | [`Order`](crate::domain::Order) | `USER#<user>` | `ORDER#<order>` | late on its way: `OVERDUE` / since when and id; a refund: `REFUNDS#<status>` / since when and id | |
//! | [`Buyer`] | `USER#<user>` | `BUYER` | | |
//! | [`Saga`] | `USER#<user>` | `CHECKOUT#<idempotency key>` | | while it is worked on: the end of the lease |
//! | [`StoreOrder`] | `STORE#<store>` | `ORDER#<order>` | | |
//! | [`LedgerRow`] | `STORE#<store>` | `LEDGER#<order>#<kind>` | `LEDGER#<business day>` / time, order and kind | |
//! | balance | `STORE#<store>` | `BALANCE` | | |
//! | [`HistoryEntry`] | `NUMBER#<order number>` | `MOVE#<0001>` | | |
//! | [`Payment`] | `CHECKOUT#<checkout>` | `PAYMENT` | its hold is lost: `HOLDS#LOST` / since when and id | when somebody has to look at the checkout |
//! | [`Settlement`] | `CHECKOUT#<checkout>` | `SETTLE#<store>` or `SETTLE#ALL` | | at once: until tech-product has done it, or refused to |
//! | [`Transaction`](crate::payme::Transaction) | `PAYME#<id>` | `TRANSACTION` | `PAYME#<month>` / Payme's time and id | while it is open: its end |
//! | outbox | the kit's | | | |
//!
//! | question | answered by |
//! | --- | --- |
//! | a shopper's orders, newest first | `Query` of `USER#…`, prefix `ORDER#`, descending: order ids grow with time |
//! | a shopper's order | `GetItem` with the caller's own id: a foreign one is not there |
//! | a store's orders, newest first | `Query` of `STORE#…`, prefix `ORDER#`, descending, then `BatchGetItem` |
//! | a store's order | `GetItem` of [`StoreOrder`], then of [`Order`](crate::domain::Order) |
//! | a store's books, newest order first | `Query` of `STORE#…`, prefix `LEDGER#`, descending |
//! | the books of a business day, oldest first | `Query` of `LEDGER#…` in GSI1 |
//! | an order's history | `Query` of `NUMBER#…` |
//! | any order, by its id alone | its number follows from the id: `GetItem` of the first move, which names the buyer |
//! | orders that are late on their way, refunds that are due or done | `Query` of GSI1 |
//! | orders whose goods are not held any more | `Query` of `HOLDS#LOST` in GSI1, then `BatchGetItem` of their orders |
//! | whether a number is free | the first move is written only if its key is |
//! | the answer to a repeated checkout | `GetItem` of [`Saga`], then the checkout whole: kept in the saga, it would cost as much again |
//! | whether a cart version was bought, open cash orders | `GetItem` of [`Buyer`], replaced by version with the orders |
//! | a checkout whole | `GetItem` of [`Payment`], then `BatchGetItem` of its orders |
//! | Payme's transactions from one time to another | `Query` of each month in GSI1 |
//! | what a crash left, what is not paid or accepted in time, holds to be prolonged, transactions to be ended | the index of due rows |
//!
//! [`StoreOrder`] is a row rather than an index on orders: written once (2 units), where an index with all attributes
//! would be written again with each of an order's eight or so moves, and it is consistent. It is written when the store
//! has something to do: with an order in cash, and with the payment of another.
//! The times of a checkout are one attribute of its payment, re-armed when they come: an attribute of each order would
//! write the index of due rows with every move. A [`Settlement`] is a row of its own, gone when it is done: 3 units,
//! where a flag on the order (2 KB) would cost another write of all of it.

mod books;
mod order;
mod rows;
mod saga;

use domain::{CheckoutId, Date, OrderId, StoreId, UserId};
use dynamodb::{Index, IndexSchema, Key, Projection, TableSchema};

use crate::domain::{OrderNumber, RefundStatus};

pub use books::{Balance, LedgerRow, StoreBalance};
pub use rows::{HistoryEntry, Payment, Settlement, StoreOrder, Way};
pub use saga::{Bought, Buyer, Saga, SagaState};

/// The table's shape.
pub const SCHEMA: TableSchema =
    TableSchema { indexes: &[IndexSchema { index: Index::Gsi1, projection: Projection::All }] };

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

/// The partition of orders that are late on their way, in GSI1.
pub const OVERDUE: &str = "OVERDUE";
/// The partition of payments whose goods are not held any more, in GSI1.
pub const LOST_HOLDS: &str = "HOLDS#LOST";
/// The partition of refunds in that status, in GSI1.
pub fn refunds_partition(status: RefundStatus) -> String {
    format!("REFUNDS#{}", status.name())
}

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

/// Where an order's move stands; the first one also takes the order's number.
pub fn history_key(number: &OrderNumber, sequence: u32) -> Key {
    Key::new(history_partition(number), format!("MOVE#{sequence:04}"))
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
