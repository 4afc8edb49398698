//! Moves, cancellations and times, against an embedded table and neighbours in memory.

mod holds;
mod moves;
mod refunds;
mod times;
mod walks;

use std::collections::HashMap;

use contracts::{Actor, CancelReason, Fact, Fulfilment, PaymentMethod, StoreTerms};
use domain::{OrderId, StoreId};
use dynamodb::{OutboxRow, Query, Stored, Tx};
use futures::future::join_all;
use jiff::SignedDuration;

use super::book;
use super::whole::Checkout;
use super::{Doer, MoveError, Place, advance, cancel, place, sweep};
use crate::domain::{Order, Party, PaymentStatus, PlacedCheckout};
use crate::table::{
    Balance, Buyer, LedgerRow, Settlement, buyer_key, checkout_partition, settlement_key, store_partition,
};
use crate::testkit::{At, Fault, World, command, owner, shopper, som, terms, world};

use Fulfilment::{Cancelled, Confirmed, Delivered, Failed, OutForDelivery, Packed, Pending, Processing, Shipped};

const WAY: [Fulfilment; 6] = [Confirmed, Processing, Packed, Shipped, OutForDelivery, Delivered];

fn a() -> StoreId {
    StoreId::derived("a")
}

fn doer(w: &World) -> Doer {
    Doer::asking(&w.ctx, Actor::User { id: owner() }, Party::Store, None)
}

async fn placed(w: &World, method: PaymentMethod) -> PlacedCheckout {
    place(&w.ctx, &Place { method, ..command(shopper(), "key-0001") }).await.unwrap()
}

async fn whole(w: &World, placed: &PlacedCheckout) -> Checkout {
    Checkout::load(&w.ctx.table, placed.checkout_id).await.unwrap().unwrap()
}

fn of_a(placed: &PlacedCheckout) -> OrderId {
    placed.orders.iter().find(|order| order.store_id == a()).unwrap().order_id
}

async fn order(w: &World, placed: &PlacedCheckout) -> Order {
    let id = of_a(placed);
    Order::clone(whole(w, placed).await.orders.iter().find(|order| order.order_id == id).unwrap())
}

async fn walk(w: &World, placed: &PlacedCheckout, way: &[Fulfilment]) {
    for to in way {
        let moved = advance(&w.ctx, a(), of_a(placed), *to, &doer(w)).await.unwrap();
        assert_eq!(moved.fulfilment, *to);
    }
}

async fn told(w: &World) -> Vec<Fact> {
    let mut events: Vec<contracts::Event> = Vec::new();
    for partition in OutboxRow::partitions(domain::business_day(w.ctx.clock.now())) {
        let rows = w.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 500).await.unwrap();
        events.extend(rows.iter().map(|row| serde_json::from_str::<contracts::Event>(&row.event).unwrap()));
    }
    events.into_iter().map(|event| event.fact).collect()
}

async fn books(w: &World) -> Vec<LedgerRow> {
    let mut all = Vec::new();
    for store in ["a", "b"] {
        let rows = w.rows::<LedgerRow>(store_partition(StoreId::derived(store)), "LEDGER#").await;
        all.extend(rows.into_iter().map(Stored::into_row));
    }
    all
}

/// Σ of each account; the sum of all is zero.
async fn accounts(w: &World) -> HashMap<String, i64> {
    let mut sums: HashMap<String, i64> = HashMap::new();
    for entry in books(w).await.into_iter().flat_map(|row| row.entries) {
        *sums.entry(entry.account).or_default() += entry.amount.minor();
    }
    assert_eq!(sums.values().sum::<i64>(), 0, "{sums:?}");
    sums
}

/// Pays a checkout that waits for it, as a provider's call does.
async fn pay(w: &World, placed: &PlacedCheckout) {
    let checkout = whole(w, placed).await;
    if checkout.is_payable(w.ctx.clock.now()) {
        w.ctx.table.commit(book::paid(Tx::new(), &checkout, &doer(w)).unwrap()).await.unwrap();
    }
}

async fn open_cash(w: &World) -> u32 {
    w.ctx.table.get_consistent::<Buyer>(buyer_key(shopper())).await.unwrap().unwrap().open_cash_orders
}

async fn settlements(w: &World, placed: &PlacedCheckout) -> usize {
    w.rows::<Settlement>(checkout_partition(placed.checkout_id), "SETTLE#").await.len()
}
