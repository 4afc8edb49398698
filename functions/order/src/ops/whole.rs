//! A checkout whole: its payment and its orders.

use domain::{CheckoutId, OrderId, Timestamp};
use dynamodb::{Error, Stored, Table};
use jiff::SignedDuration;

use crate::domain::{Order, PaymentStatus, PlacedCheckout, PlacedOrder, is_held, is_on_its_way};
use crate::table::{Payment, order_key, payment_key};

/// How long before its end a hold is prolonged.
pub const PROLONG_BEFORE_END: SignedDuration = SignedDuration::from_hours(24);

/// A payment with the orders it pays, as they were read.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// The payment.
    pub payment: Stored<Payment>,
    /// Its orders.
    pub orders: Vec<Stored<Order>>,
}

impl Checkout {
    /// Reads it; none when there is no such checkout.
    ///
    /// The orders are read after the payment: whoever replaces the payment by its version has seen what was true then.
    pub async fn load(table: &Table, id: CheckoutId) -> Result<Option<Self>, Error> {
        let Some(payment) = table.get_consistent::<Payment>(payment_key(id)).await? else { return Ok(None) };
        let keys = payment.orders.iter().map(|order| order_key(payment.user_id, *order));
        let mut orders = table.get_many::<Order>(keys).await?;
        orders.sort_by_key(|order| order.order_id);
        Ok(Some(Self { payment, orders }))
    }

    /// Whether it waits to be paid in advance.
    pub fn is_unpaid(&self) -> bool {
        self.payment.method.in_advance() && self.payment.paid_at.is_none() && !self.is_given_up()
    }

    /// Whether it can be paid in advance now: it waits for that, its time is not over, and no transaction has it.
    pub fn is_payable(&self, now: Timestamp) -> bool {
        let in_time = self.payment.pay_by.is_some_and(|by| now < by);
        self.is_unpaid() && in_time && self.payment.open_transaction.is_none()
    }

    /// Whether an order of it moved after it was read as `order`: what is read with the checkout is newer.
    pub fn has_moved(&self, order: &Order) -> bool {
        self.orders.iter().any(|o| o.order_id == order.order_id && o.fulfilment != order.fulfilment)
    }

    /// What its shopper was answered when it was placed; none when an order of it is missing.
    pub fn placed(&self) -> Option<PlacedCheckout> {
        let order = |id: &OrderId| self.orders.iter().find(|order| order.order_id == *id);
        let orders = self.payment.orders.iter().map(|id| order(id).map(|order| PlacedOrder::at_first(order)));
        Some(PlacedCheckout {
            checkout_id: self.payment.checkout_id,
            placed_at: self.orders.first()?.placed_at,
            payment_method: self.payment.method,
            payment: PaymentStatus::Pending,
            pay_by: self.payment.pay_by,
            orders: orders.collect::<Option<_>>()?,
            total: self.payment.amount,
        })
    }

    /// Whether it was given up before it was paid.
    pub fn is_given_up(&self) -> bool {
        self.payment.status == PaymentStatus::Cancelled
    }
}

/// When somebody has to look at a checkout next: it has to be paid, an order to reach its next milestone, or the hold to be
/// prolonged.
pub fn next_look<'a>(payment: &Payment, orders: impl IntoIterator<Item = &'a Order>) -> Option<Timestamp> {
    if payment.open_transaction.is_some() {
        // The transaction has its own end.
        return None;
    }
    let unpaid = payment.method.in_advance() && payment.paid_at.is_none();
    if unpaid {
        return (payment.status == PaymentStatus::Pending).then_some(payment.pay_by).flatten();
    }
    // A hold that is lost cannot be prolonged.
    let prolong = payment.hold_lost_at.is_none().then(|| payment.hold_until - PROLONG_BEFORE_END);
    let of = |order: &Order| {
        let held = is_held(order.fulfilment);
        let waits = held || (is_on_its_way(order.fulfilment) && order.overdue_since.is_none());
        let act_by = order.act_by.filter(|_| waits);
        act_by.into_iter().chain(prolong.filter(|_| held)).min()
    };
    orders.into_iter().filter_map(of).min()
}
