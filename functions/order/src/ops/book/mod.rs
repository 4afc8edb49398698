//! What a move brings with it, as operations of one transaction: history, money, events, what tech-product is told.
//!
//! A provider adds its own row to the same [`Tx`]. The names of the operations say what a refusal is about: `order`,
//! `payment`, `buyer` were changed by somebody else meanwhile: load again; `ledger`, `history`, `outbox`: it was done before.

mod entries;
mod told;

use contracts::{CancelReason, Fact, Fulfilment, OrderCancelled, OrderEnded, PaymentCompleted, PaymentMethod};
use domain::{MoneyError, OrderId};
use dynamodb::{Stored, TRANSACT_OPERATIONS_MAX, Tx};

use self::entries::{balance, fewer_open_cash_orders, give_back, ledger, orders_over, settlement, status_after};
use self::told::{event, told, touched, write};
use super::checkout::STORES_MAX;
use super::doer::Doer;
use super::whole::{Checkout, next_look};
use crate::domain::{
    ForbiddenMove, LedgerKind, Order, PaymentStatus, Refund, Repaid, accepted, delivered, enter, is_held,
    paid_in_advance, refund_due,
};
use crate::table::{Payment, Settlement, StoreOrder, Way};

/// Order, history, two ledger rows, settlement, two events and their audit for each order; payment, buyer, the provider's
/// row.
const _: () = assert!(STORES_MAX * 8 + 3 <= TRANSACT_OPERATIONS_MAX);

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
    /// More orders of a checkout end than are open.
    #[error("{0} orders end where {1} are open")]
    Count(u32, u32),
}

/// What became of the money of orders that are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repayment<'a> {
    /// It is owed to the buyer, if there was any.
    Due,
    /// The provider gave it back in this very moment.
    Done(&'a Repaid),
}

/// Operations, and what has to be settled with tech-product once they are carried out.
pub type Booked = (Tx, Vec<Settlement>);

/// Every order was paid in advance: from now on its store has something to do, and finds it.
pub fn paid(tx: Tx, checkout: &Checkout, doer: &Doer) -> Result<Tx, BookError> {
    let mut tx = tx;
    let mut moved = Vec::with_capacity(checkout.orders.len());
    for order in &checkout.orders {
        let next = Order { payment: PaymentStatus::Completed, ..step(order, accepted(order.auto_accept), doer)? };
        tx = write(tx, order, &next, doer).create("store-order", &StoreOrder::of(order));
        tx = ledger(tx, order, LedgerKind::Payment, paid_in_advance(order)?, doer.at)?;
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
/// must be all. With [`Repayment::Done`], orders that were given up before and are owed still are paid back as well.
pub fn given_up(
    tx: Tx,
    checkout: &Checkout,
    which: &[OrderId],
    (reason, repayment): (CancelReason, Repayment<'_>),
    doer: &Doer,
) -> Result<Booked, BookError> {
    let (mut tx, read) = (tx, &checkout.payment);
    let to = if reason == CancelReason::Lost { Fulfilment::Failed } else { Fulfilment::Cancelled };
    let was_paid = read.paid_at.is_some();
    let mut payment = Payment::clone(read);
    let (mut after, mut settlements, mut ended) = (Vec::new(), Vec::new(), 0_u32);
    for order in &checkout.orders {
        let ends = which.contains(&order.order_id);
        let repaid = match repayment {
            Repayment::Done(repaid) if was_paid && (ends || order.is_owed()) => Some(repaid),
            Repayment::Done(_) | Repayment::Due => None,
        };
        if !ends && repaid.is_none() {
            after.push(Order::clone(order));
            continue;
        }
        let mut next = touched(order, doer);
        if ends {
            ended += 1;
            next = Order { cancelled: Some(reason), ..step(order, to, doer)? };
            let purchased = was_paid || !read.method.in_advance();
            tx = tx.tell(cancelled(checkout, order, (reason, purchased, was_paid), doer));
            if was_paid {
                next.refund = Some(Refund::due(order.total, doer.at));
                tx = ledger(tx, order, LedgerKind::Cancellation, refund_due(order)?, doer.at)?;
            } else {
                next.payment = PaymentStatus::Cancelled;
            }
            if is_held(order.fulfilment) {
                settlements.push(settlement(checkout, Some(order.store_id), Way::Release, doer));
            }
        }
        if let Some(repaid) = repaid {
            tx = give_back(tx, &mut next, &mut payment, repaid, doer)?;
        }
        tx = write(tx, order, &next, doer);
        after.push(next);
    }
    if settlements.len() == checkout.orders.len() {
        settlements = vec![settlement(checkout, None, Way::Release, doer)];
    }
    for settlement in &settlements {
        tx = tx.create("settlement", settlement);
    }
    orders_over(&mut payment, ended, &after)?;
    if read.method == PaymentMethod::CashOnDelivery {
        tx = fewer_open_cash_orders(tx, checkout, ended);
    }
    Ok((tx.replace("payment", read, &payment), settlements))
}

/// The buyer of an order that was given up got its money back.
pub fn repaid(
    tx: Tx,
    checkout: &Checkout,
    order: &Stored<Order>,
    repaid: &Repaid,
    doer: &Doer,
) -> Result<Tx, BookError> {
    let (read, mut next) = (&checkout.payment, touched(order, doer));
    let mut payment = Payment::clone(read);
    let tx = give_back(tx, &mut next, &mut payment, repaid, doer)?;
    payment.status = status_after(&payment);
    Ok(write(tx, order, &next, doer).replace("payment", read, &payment))
}

/// One order goes on.
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
            tx = ledger(tx, order, LedgerKind::Delivery, delivered(order)?, doer.at)?;
            tx = balance(tx, order)?;
            let (checkout_id, user_id) = (order.checkout_id, order.user_id);
            let fact = Fact::OrderDelivered(OrderEnded { checkout_id, user_id, order: order.told() });
            tx = tx.tell(event(&format!("order/{}/delivered", order.order_id), fact, doer));
            let mut payment = Payment::clone(&checkout.payment);
            if order.payment_method == PaymentMethod::CashOnDelivery {
                next.payment = PaymentStatus::Completed;
                payment.paid = payment.paid.checked_add(order.total)?;
                tx = fewer_open_cash_orders(tx, checkout, 1);
            }
            let others = checkout.orders.iter().filter(|other| other.order_id != order.order_id);
            orders_over(&mut payment, 1, others.map(|other| &**other))?;
            tx = tx.replace("payment", &checkout.payment, &payment);
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

/// The order after a move. Late on its way it stays until it has more time, or has come to its end.
fn step(order: &Order, to: Fulfilment, doer: &Doer) -> Result<Order, ForbiddenMove> {
    let taken = enter(Some(order.fulfilment), to)?;
    let act_by = doer.clocks.act_by(taken.to, doer.at, order.act_by);
    let overdue_since = order.overdue_since.filter(|_| act_by == order.act_by);
    Ok(Order { fulfilment: taken.to, act_by, overdue_since, ..touched(order, doer) })
}

fn cancelled(
    checkout: &Checkout,
    order: &Order,
    (reason, purchased, was_paid): (CancelReason, bool, bool),
    doer: &Doer,
) -> contracts::Event {
    let refund = was_paid.then_some(order.total);
    let (checkout_id, user_id) = (checkout.payment.checkout_id, checkout.payment.user_id);
    let fact = OrderCancelled { checkout_id, user_id, order: order.told(), reason, purchased, refund };
    event(&format!("order/{}/cancelled", order.order_id), Fact::OrderCancelled(fact), doer)
}
