//! Money and counters.

use contracts::PaymentMethod::CashOnDelivery;
use contracts::{Fact, RefundCompleted};
use domain::{StoreId, Timestamp};
use dynamodb::{Adjust, Row, Tx};
use jiff::SignedDuration;

use super::BookError;
use super::told::event;
use crate::domain::{Entry, LedgerKind, Order, PaymentStatus, Refund, Repaid, commission, entries_sum, refunded};
use crate::ops::doer::Doer;
use crate::ops::whole::{Checkout, next_look};
use crate::table::{LedgerRow, Payment, Settlement, StoreBalance, Way, balance_key, buyer_key};

/// How long the request that decided a settlement may take to carry it out before the sweep does.
const SETTLE_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// A transaction of the books.
pub(super) fn ledger(
    tx: Tx,
    order: &Order,
    kind: LedgerKind,
    entries: Vec<Entry>,
    at: Timestamp,
) -> Result<Tx, BookError> {
    if entries_sum(&entries)?.minor() != 0 {
        return Err(BookError::Unbalanced(kind, order.order_id));
    }
    let row = LedgerRow { kind, order_id: order.order_id, store_id: order.store_id, at, entries };
    Ok(tx.create("ledger", &row))
}

/// What the store is owed from now on.
pub(super) fn balance(tx: Tx, order: &Order) -> Result<Tx, BookError> {
    let (commission, _) = commission(order)?;
    let pending = commission.minor() - order.total.minor();
    let seller = if order.payment_method == CashOnDelivery { order.total.minor() } else { 0 };
    let change = Adjust::upsert(StoreBalance::KIND)
        .set("store_id", order.store_id)
        .add("seller_pending", pending)
        .add("seller", seller);
    Ok(tx.adjust("balance", balance_key(order.store_id), change))
}

/// The buyer has the money of `order`, which was given up: in the books, in its refund and in the payment.
pub(super) fn give_back(
    tx: Tx,
    order: &mut Order,
    payment: &mut Payment,
    repaid: &Repaid,
    doer: &Doer,
) -> Result<Tx, BookError> {
    let tx = ledger(tx, order, LedgerKind::Refund, refunded(order, repaid.paid_from)?, doer.at)?;
    let due = order.refund.take().unwrap_or_else(|| Refund::due(order.total, doer.at));
    payment.refunded = payment.refunded.checked_add(due.amount)?;
    let fact = Fact::RefundCompleted(RefundCompleted {
        checkout_id: order.checkout_id,
        order_id: order.order_id,
        number: order.number.to_string(),
        user_id: order.user_id,
        store_id: order.store_id,
        amount: due.amount,
    });
    order.payment = PaymentStatus::Refunded;
    order.refund = Some(Refund { done: Some(repaid.clone()), ..due });
    Ok(tx.tell(event(&format!("order/{}/refunded", order.order_id), fact, doer)))
}

/// So many orders of a checkout are over; `after` are those that may still be open.
pub(super) fn orders_over<'a>(
    payment: &mut Payment,
    count: u32,
    after: impl IntoIterator<Item = &'a Order>,
) -> Result<(), BookError> {
    let open = payment.live_orders;
    payment.live_orders = open.checked_sub(count).ok_or(BookError::Count(count, open))?;
    payment.status = status_after(payment);
    payment.look_at = next_look(payment, after);
    Ok(())
}

/// Where a payment is, given what was paid and given back, and how many orders are still open.
pub(super) fn status_after(payment: &Payment) -> PaymentStatus {
    let even = payment.refunded == payment.paid;
    match (payment.paid.minor() > 0, payment.refunded.minor() > 0) {
        (true, true) if even => PaymentStatus::Refunded,
        (true, true) => PaymentStatus::PartiallyRefunded,
        (true, false) if payment.paid_at.is_some() || payment.live_orders == 0 => PaymentStatus::Completed,
        (false, _) if payment.live_orders == 0 => PaymentStatus::Cancelled,
        _ => payment.status,
    }
}

pub(super) fn fewer_open_cash_orders(tx: Tx, checkout: &Checkout, by: u32) -> Tx {
    let by = i64::from(by);
    let fewer = Adjust::existing().add("open_cash_orders", -by).at_least("open_cash_orders", by);
    tx.adjust("buyer", buyer_key(checkout.payment.user_id), fewer)
}

pub(super) fn settlement(checkout: &Checkout, store_id: Option<StoreId>, way: Way, doer: &Doer) -> Settlement {
    let Payment { checkout_id, reservation_id, .. } = *checkout.payment;
    let settle_at = doer.at + SETTLE_WITHIN;
    Settlement { checkout_id, store_id, reservation_id, way, settle_at, refused: None }
}
