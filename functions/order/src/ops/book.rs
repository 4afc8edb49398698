//! What a move brings with it, as operations of one transaction: history, money, events, what tech-product is told.
//!
//! A provider adds its own row to the same [`Tx`]. The names of the operations say what a refusal is about: `order`,
//! `payment`, `buyer` were changed by somebody else meanwhile: load again; `ledger`, `history`, `outbox`: it was done before.

use contracts::{
    Actor, CancelReason, Event, Fact, Fulfilment, OrderCancelled, OrderEnded, OrderMoved, PaymentCompleted,
    PaymentMethod,
};
use domain::{CorrelationId, EventId, Money, MoneyError, OrderId, StoreId, Timestamp};
use dynamodb::{Adjust, Row, Stored, TRANSACT_OPERATIONS_MAX, Tx};
use jiff::SignedDuration;

use super::checkout::STORES_MAX;
use super::whole::{Checkout, next_look};
use crate::domain::{
    self as rules, Entry, ForbiddenMove, LedgerKind, Order, PaymentStatus, accepted, delivered, enter, entries_sum,
    is_held, paid_in_advance, refund_due, refunded,
};
use crate::table::{HistoryEntry, LedgerRow, Payment, Settlement, StoreBalance, Way, balance_key, buyer_key};

/// How long the request that decided a settlement may take to carry it out before the sweep does.
const SETTLE_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// Order, history, two ledger rows, settlement and event for each order; payment, buyer, the provider's row.
const _: () = assert!(STORES_MAX * 6 + 3 <= TRANSACT_OPERATIONS_MAX);

/// Who moves, when, and what they say.
#[derive(Debug, Clone)]
pub struct Doer {
    /// Who.
    pub actor: Actor,
    /// The request.
    pub correlation_id: CorrelationId,
    /// When.
    pub at: Timestamp,
    /// What they say about it.
    pub note: Option<String>,
}

/// Why operations cannot be put together: a bug, or amounts that do not fit.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// The table of moves has no such move.
    #[error(transparent)]
    Move(#[from] ForbiddenMove),
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A transaction of the books that does not sum to zero.
    #[error("the entries of {0:?} of order {1} do not sum to zero")]
    Unbalanced(LedgerKind, OrderId),
}

/// What became of the money of orders that are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repayment {
    /// It is owed to the buyer, if there was any.
    Due,
    /// The provider gave it back in this very moment.
    Done,
}

/// Operations, and what has to be settled with tech-product once they are carried out.
pub type Booked = (Tx, Vec<Settlement>);

/// Every order was paid in advance.
pub fn paid(tx: Tx, checkout: &Checkout, doer: &Doer) -> Result<Tx, BookError> {
    let mut tx = tx;
    let mut moved = Vec::with_capacity(checkout.orders.len());
    for order in &checkout.orders {
        let next = Order { payment: PaymentStatus::Completed, ..step(order, accepted(order.auto_accept), doer)? };
        tx = write(tx, order, &next, doer);
        tx = book(tx, order, LedgerKind::Payment, paid_in_advance(order)?, doer.at)?;
        moved.push(next);
    }
    let read = &checkout.payment;
    let mut payment = Payment {
        status: PaymentStatus::Completed,
        paid: read.amount,
        paid_at: Some(doer.at),
        open_transaction: None,
        ..Payment::clone(read)
    };
    payment.look_at = next_look(&payment, &moved);
    let fact = Fact::PaymentCompleted(PaymentCompleted {
        checkout_id: read.checkout_id,
        user_id: read.user_id,
        payment_method: read.method,
        amount: read.amount,
        orders: checkout.orders.iter().map(|order| order.told()).collect(),
    });
    Ok(tx.replace("payment", read, &payment).tell(event(&format!("checkout/{}/paid", read.checkout_id), fact, doer)))
}

/// `which` of the checkout's orders are given up before they left, or were lost; of a checkout that is not paid yet these
/// must be all. With [`Repayment::Done`], orders that were given up before are paid back as well.
pub fn given_up(
    tx: Tx,
    checkout: &Checkout,
    which: &[OrderId],
    (reason, repayment): (CancelReason, Repayment),
    doer: &Doer,
) -> Result<Booked, BookError> {
    let (mut tx, read) = (tx, &checkout.payment);
    let to = if reason == CancelReason::Lost { Fulfilment::Failed } else { Fulfilment::Cancelled };
    let was_paid = read.paid_at.is_some();
    let mut payment = Payment::clone(read);
    let (mut after, mut ended, mut settlements) = (Vec::new(), 0_u32, Vec::new());
    for order in &checkout.orders {
        let repaid_later = repayment == Repayment::Done && owes(order);
        if !which.contains(&order.order_id) && !repaid_later {
            after.push(Order::clone(order));
            continue;
        }
        let mut next = Order::clone(order);
        if which.contains(&order.order_id) {
            next = Order { cancelled: Some(reason), ..step(order, to, doer)? };
            ended += 1;
            let purchased = was_paid || !read.method.in_advance();
            tx = cancelled(tx, checkout, order, (reason, purchased, was_paid), doer);
            if was_paid {
                tx = book(tx, order, LedgerKind::Cancellation, refund_due(order)?, doer.at)?;
            } else {
                next.payment = PaymentStatus::Cancelled;
            }
            if is_held(order.fulfilment) {
                settlements.push(settlement(checkout, Some(order.store_id), Way::Release, doer));
            }
        }
        if was_paid && repayment == Repayment::Done {
            next.payment = PaymentStatus::Refunded;
            payment.refunded = payment.refunded.checked_add(order.total)?;
            tx = book(tx, order, LedgerKind::Refund, refunded(order)?, doer.at)?;
        }
        tx = if next.moves == order.moves { tx.replace("order", order, &next) } else { write(tx, order, &next, doer) };
        after.push(next);
    }
    if settlements.len() == checkout.orders.len() {
        settlements = vec![settlement(checkout, None, Way::Release, doer)];
    }
    for settlement in &settlements {
        tx = tx.create("settlement", settlement);
    }
    payment.live_orders = payment.live_orders.saturating_sub(ended);
    payment.status = status_after(&payment);
    payment.look_at = next_look(&payment, &after);
    if read.method == PaymentMethod::CashOnDelivery {
        tx = fewer_open_cash_orders(tx, checkout, ended);
    }
    Ok((tx.replace("payment", read, &payment), settlements))
}

/// One order goes on. Of a checkout only what the move needs is read: the payment is there for orders in cash.
pub fn moved(
    tx: Tx,
    checkout: &Checkout,
    order: &Stored<Order>,
    to: Fulfilment,
    doer: &Doer,
) -> Result<Booked, BookError> {
    let mut next = step(order, to, doer)?;
    let (mut tx, mut settlements) = (tx, Vec::new());
    match to {
        Fulfilment::Delivered => {
            tx = book(tx, order, LedgerKind::Delivery, delivered(order)?, doer.at)?;
            tx = balance(tx, order)?;
            tx = tx.tell(event(&format!("order/{}/delivered", order.order_id), ended(checkout, order), doer));
            if order.payment_method == PaymentMethod::CashOnDelivery {
                next.payment = PaymentStatus::Completed;
                tx = cash_taken(tx, checkout, order)?;
            }
        }
        Fulfilment::Shipped => {
            let commit = settlement(checkout, Some(order.store_id), Way::Commit, doer);
            tx = tx.create("settlement", &commit).tell(told(order, to, doer));
            settlements.push(commit);
        }
        _ => tx = tx.tell(told(order, to, doer)),
    }
    Ok((write(tx, order, &next, doer), settlements))
}

/// The order after a move.
fn step(order: &Order, to: Fulfilment, doer: &Doer) -> Result<Order, ForbiddenMove> {
    let taken = enter(Some(order.fulfilment), to)?;
    Ok(Order { fulfilment: taken.to, moves: order.moves + 1, moved_at: doer.at, ..order.clone() })
}

/// The order and its history.
fn write(tx: Tx, read: &Stored<Order>, next: &Order, doer: &Doer) -> Tx {
    let entry = HistoryEntry {
        number: next.number.clone(),
        sequence: next.moves,
        order_id: next.order_id,
        user_id: next.user_id,
        store_id: next.store_id,
        step: rules::Move { from: Some(read.fulfilment), to: next.fulfilment },
        at: doer.at,
        actor: doer.actor,
        note: doer.note.clone(),
    };
    tx.replace("order", read, next).create("history", &entry)
}

/// A transaction of the books.
fn book(tx: Tx, order: &Order, kind: LedgerKind, entries: Vec<Entry>, at: Timestamp) -> Result<Tx, BookError> {
    if entries_sum(&entries)?.minor() != 0 {
        return Err(BookError::Unbalanced(kind, order.order_id));
    }
    let row = LedgerRow { kind, order_id: order.order_id, store_id: order.store_id, at, entries };
    Ok(tx.create("ledger", &row))
}

/// What the store is owed from now on.
fn balance(tx: Tx, order: &Order) -> Result<Tx, BookError> {
    let (commission, _) = rules::commission(order)?;
    let pending = commission.minor() - order.total.minor();
    let seller = if order.payment_method == PaymentMethod::CashOnDelivery { order.total.minor() } else { 0 };
    let change = Adjust::upsert(StoreBalance::KIND)
        .set("store_id", order.store_id)
        .add("seller_pending", pending)
        .add("seller", seller);
    Ok(tx.adjust("balance", balance_key(order.store_id), change))
}

/// The payment of a checkout in cash, after one of its orders was paid to whoever brought it.
fn cash_taken(tx: Tx, checkout: &Checkout, order: &Order) -> Result<Tx, BookError> {
    let read = &checkout.payment;
    let mut payment = Payment {
        paid: read.paid.checked_add(order.total)?,
        live_orders: read.live_orders.saturating_sub(1),
        ..Payment::clone(read)
    };
    payment.status = status_after(&payment);
    Ok(fewer_open_cash_orders(tx, checkout, 1).replace("payment", read, &payment))
}

/// Where a payment is, given what was paid and given back, and how many orders are still open.
fn status_after(payment: &Payment) -> PaymentStatus {
    let even = payment.refunded == payment.paid;
    match (payment.paid.minor() > 0, payment.refunded.minor() > 0) {
        (true, true) if even => PaymentStatus::Refunded,
        (true, true) => PaymentStatus::PartiallyRefunded,
        (true, false) if payment.paid_at.is_some() || payment.live_orders == 0 => PaymentStatus::Completed,
        (false, _) if payment.live_orders == 0 => PaymentStatus::Cancelled,
        _ => payment.status,
    }
}

fn fewer_open_cash_orders(tx: Tx, checkout: &Checkout, by: u32) -> Tx {
    let by = i64::from(by);
    let fewer = Adjust::existing().add("open_cash_orders", -by).at_least("open_cash_orders", by);
    tx.adjust("buyer", buyer_key(checkout.payment.user_id), fewer)
}

/// Whether an order was given up after it was paid, and the buyer has not got it back yet.
fn owes(order: &Order) -> bool {
    order.cancelled.is_some() && order.payment == PaymentStatus::Completed
}

fn settlement(checkout: &Checkout, store_id: Option<StoreId>, way: Way, doer: &Doer) -> Settlement {
    let Payment { checkout_id, reservation_id, .. } = *checkout.payment;
    Settlement { checkout_id, store_id, reservation_id, way, settle_at: doer.at + SETTLE_WITHIN }
}

fn cancelled(
    tx: Tx,
    checkout: &Checkout,
    order: &Order,
    (reason, purchased, was_paid): (CancelReason, bool, bool),
    doer: &Doer,
) -> Tx {
    let refund: Option<Money> = was_paid.then_some(order.total);
    let (checkout_id, user_id) = (checkout.payment.checkout_id, checkout.payment.user_id);
    let fact = OrderCancelled { checkout_id, user_id, order: order.told(), reason, purchased, refund };
    tx.tell(event(&format!("order/{}/cancelled", order.order_id), Fact::OrderCancelled(fact), doer))
}

fn ended(checkout: &Checkout, order: &Order) -> Fact {
    let (checkout_id, user_id) = (checkout.payment.checkout_id, checkout.payment.user_id);
    Fact::OrderDelivered(OrderEnded { checkout_id, user_id, order: order.told() })
}

fn told(order: &Order, to: Fulfilment, doer: &Doer) -> Event {
    let fact = OrderMoved {
        order_id: order.order_id,
        number: order.number.to_string(),
        user_id: order.user_id,
        store_id: order.store_id,
        to,
    };
    event(&format!("order/{}/{}", order.order_id, order.moves + 1), Fact::OrderMoved(fact), doer)
}

/// Its id follows from what it tells: it is told once.
fn event(what: &str, fact: Fact, doer: &Doer) -> Event {
    Event::new(EventId::derived(what), doer.at, doer.actor, doer.correlation_id, fact)
}
