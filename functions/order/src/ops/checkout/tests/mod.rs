//! The saga against an embedded table and neighbours in memory.

mod carts;
mod crashes;
mod races;
mod rules;

use dynamodb::OutboxRow;

use crate::domain::{Order, PlacedOrder};
use crate::ops::whole::Checkout;
use crate::table::{HistoryEntry, Payment, Saga, SagaState, history_partition, payment_key, saga_key, user_partition};
use crate::testkit::{World, shopper};

/// The shopper's orders by store: those of one checkout are of one millisecond.
async fn orders(w: &World) -> Vec<Order> {
    let rows = w.rows::<Order>(user_partition(shopper()), "ORDER#").await;
    let mut orders: Vec<_> = rows.into_iter().map(dynamodb::Stored::into_row).collect();
    orders.sort_by(|a, b| a.store_name.cmp(&b.store_name));
    orders
}

async fn saga(w: &World, key: &str) -> Saga {
    w.ctx.table.get_consistent::<Saga>(saga_key(shopper(), key)).await.unwrap().unwrap().into_row()
}

async fn told(w: &World) -> usize {
    let mut count = 0;
    for partition in OutboxRow::partitions(domain::business_day(w.ctx.clock.now())) {
        count += w.rows::<OutboxRow>(partition, "").await.len();
    }
    count
}

/// One checkout, whole: an order a store, each with its history, a payment with a live hold, one event.
async fn assert_complete(w: &World, key: &str) {
    let (orders, saga) = (orders(w).await, saga(w, key).await);
    assert_eq!(saga.state, SagaState::Placed);
    let placed = Checkout::load(&w.ctx.table, saga.checkout_id).await.unwrap().unwrap().placed().unwrap();
    assert_eq!(orders.iter().map(PlacedOrder::at_first).collect::<Vec<_>>(), placed.orders);
    for order in &orders {
        assert_eq!(w.rows::<HistoryEntry>(history_partition(&order.number), "").await.len(), 1);
        assert_eq!(order.checkout_id, placed.checkout_id);
    }
    let payment = w.ctx.table.get_consistent::<Payment>(payment_key(saga.checkout_id)).await.unwrap().unwrap();
    assert_eq!((payment.amount, payment.reservation_id), (placed.total, saga.reservation_id()));
    assert_eq!((w.held(), told(w).await), (1, 1));
}

async fn assert_nothing_left(w: &World, key: &str) {
    assert_eq!((orders(w).await.len(), w.held(), told(w).await), (0, 0, 0));
    assert_eq!(saga(w, key).await.state, SagaState::Idle);
    assert_eq!((w.available("cpu"), w.available("case")), (10, 10));
}
