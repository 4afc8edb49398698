//! Reading orders.

use std::collections::HashMap;

use domain::{CheckoutId, Date, OrderId, StoreId, UserId};
use dynamodb::{Cursor, Error, Index, Query, Table};

use super::whole::Checkout;
use crate::domain::{Order, OrderNumber, RefundStatus, is_held};
use crate::table::{
    Balance, HistoryEntry, LEDGER, LOST_HOLDS, ORDERS, OVERDUE, Payment, StoreBalance, StoreOrder, balance_key,
    books_partition, history_key, history_partition, order_key, refunds_partition, store_order_key, store_partition,
    user_partition,
};

/// Moves an order can make: far more than the table of moves allows.
const MOVES_MAX: usize = 100;

/// Some orders, newest first.
#[derive(Debug)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// Where to go on.
    pub next: Option<Cursor>,
}

/// The question for a user's orders.
pub fn orders_of(user: UserId) -> Query {
    Query::partition(user_partition(user)).prefix(ORDERS).descending()
}

/// The question for a store's orders.
pub fn orders_at(store: StoreId) -> Query {
    Query::partition(store_partition(store)).prefix(ORDERS).descending()
}

/// A page of a user's orders.
pub async fn orders(table: &Table, query: Query) -> Result<OrderPage, Error> {
    let page = table.query::<Order>(query).await?;
    Ok(OrderPage { orders: page.rows.into_iter().map(dynamodb::Stored::into_row).collect(), next: page.next })
}

/// A user's own order.
pub async fn order(table: &Table, user: UserId, order: OrderId) -> Result<Option<Order>, Error> {
    Ok(table.get_consistent::<Order>(order_key(user, order)).await?.map(dynamodb::Stored::into_row))
}

/// Any order, by its id alone: the row that took its number names the buyer.
pub async fn locate(table: &Table, id: OrderId) -> Result<Option<Order>, Error> {
    let first = table.get_consistent::<HistoryEntry>(history_key(&OrderNumber::of(id), 1)).await?;
    match first.filter(|first| first.order_id == id) {
        Some(first) => order(table, first.user_id, id).await,
        None => Ok(None),
    }
}

/// Orders that are late on their way, the longest late first. Read from an index: it lags by moments.
pub fn overdue() -> Query {
    Query::partition(OVERDUE).on(Index::Gsi1)
}

/// Refunds in that status, the oldest first. Read from an index: it lags by moments.
pub fn refunds(status: RefundStatus) -> Query {
    Query::partition(refunds_partition(status)).on(Index::Gsi1)
}

/// Payments whose goods are not held any more, the oldest first. Read from an index: it lags by moments.
pub fn lost_holds() -> Query {
    Query::partition(LOST_HOLDS).on(Index::Gsi1)
}

/// The orders of a page of [`lost_holds`] that have not left.
pub async fn not_held(table: &Table, query: Query) -> Result<OrderPage, Error> {
    let page = table.query::<Payment>(query).await?;
    let mut keys = Vec::new();
    for payment in &page.rows {
        keys.extend(payment.orders.iter().map(|order| order_key(payment.user_id, *order)));
    }
    let read = table.get_many::<Order>(keys).await?;
    let orders = read.into_iter().map(dynamodb::Stored::into_row).filter(|order| is_held(order.fulfilment)).collect();
    Ok(OrderPage { orders, next: page.next })
}

/// The moves of an order, the first one first.
pub async fn history(table: &Table, order: &Order) -> Result<Vec<HistoryEntry>, Error> {
    let query = Query::partition(history_partition(&order.number)).consistent();
    let rows = table.query_all::<HistoryEntry>(query, MOVES_MAX).await?;
    Ok(rows.into_iter().map(dynamodb::Stored::into_row).collect())
}

/// A page of a store's orders.
pub async fn store_orders(table: &Table, query: Query) -> Result<OrderPage, Error> {
    let page = table.query::<StoreOrder>(query).await?;
    let keys = page.rows.iter().map(|found| order_key(found.user_id, found.order_id));
    let read = table.get_many::<Order>(keys).await?;
    let mut read: HashMap<OrderId, Order> = read.into_iter().map(|o| (o.order_id, o.into_row())).collect();
    let orders = page.rows.iter().filter_map(|found| read.remove(&found.order_id)).collect();
    Ok(OrderPage { orders, next: page.next })
}

/// A store's own order.
pub async fn store_order(table: &Table, store: StoreId, id: OrderId) -> Result<Option<Order>, Error> {
    match table.get_consistent::<StoreOrder>(store_order_key(store, id)).await? {
        Some(found) => order(table, found.user_id, id).await,
        None => Ok(None),
    }
}

/// A user's own checkout.
pub async fn checkout_of(table: &Table, user: UserId, id: CheckoutId) -> Result<Option<Checkout>, Error> {
    Ok(Checkout::load(table, id).await?.filter(|checkout| checkout.payment.user_id == user))
}

/// The question for a store's books, those of the newest orders first.
pub fn books_of(store: StoreId) -> Query {
    Query::partition(store_partition(store)).prefix(LEDGER).descending()
}

/// The question for the books of a business day, the oldest first. Read from an index: it lags by moments.
pub fn books_on(day: Date) -> Query {
    Query::partition(books_partition(day)).on(Index::Gsi1)
}

/// What a store is owed; nothing before its first delivery.
pub async fn store_balance(table: &Table, store: StoreId) -> Result<Balance, Error> {
    let found = table.get_consistent::<StoreBalance>(balance_key(store)).await?;
    Ok(found.map(|row| row.balance).unwrap_or_default())
}
