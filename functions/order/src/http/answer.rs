use contracts::{CancelReason, DeliveryAddress, Fulfilment, PaymentMethod};
use domain::{CheckoutId, Currency, Locale, Money, OrderId, ProductId, StoreId, Timestamp, VariantId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{
    Entry, LedgerKind, Order, OrderLine, OrderNumber, PaymentStatus, PlacedOrder, Refund, RefundStatus, Return,
    VatShare,
};
use crate::ops::whole::Checkout;
use crate::table::{Balance, LedgerRow};

/// An order in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct OrderSummary {
    order_id: OrderId,
    number: OrderNumber,
    checkout_id: CheckoutId,
    store_id: StoreId,
    store_name: String,
    placed_at: Timestamp,
    fulfilment: Fulfilment,
    payment: PaymentStatus,
    returned: Return,
    lines: usize,
    total: Money,
    /// By when it has to reach its next milestone: accepted, shipped or delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    act_by: Option<Timestamp>,
}

/// An order whole.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Order")]
pub(super) struct OrderAnswer {
    order_id: OrderId,
    number: OrderNumber,
    checkout_id: CheckoutId,
    store_id: StoreId,
    store_name: String,
    placed_at: Timestamp,
    fulfilment: Fulfilment,
    payment_method: PaymentMethod,
    payment: PaymentStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled: Option<CancelReason>,
    /// What the shopper is owed, or got back, of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<OrderRefund>,
    returned: Return,
    address: DeliveryAddress,
    lines: Vec<LineAnswer>,
    subtotal: Money,
    discount: Money,
    shipping: Money,
    vat: Money,
    vat_by_rate: Vec<VatShare>,
    total: Money,
    /// By when it has to reach its next milestone: accepted, shipped or delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    act_by: Option<Timestamp>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct OrderRefund {
    amount: Money,
    status: RefundStatus,
    /// Since when the shopper waits for it, or has it.
    since: Timestamp,
}

impl OrderRefund {
    fn of(refund: &Refund) -> Self {
        Self { amount: refund.amount, status: refund.status(), since: refund.since() }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderLineAnswer")]
struct LineAnswer {
    product_id: ProductId,
    variant_id: VariantId,
    sku: String,
    title: String,
    quantity: u32,
    unit_price: Money,
    total: Money,
    vat_percent: Option<u32>,
    vat: Money,
}

impl From<&Order> for OrderSummary {
    fn from(order: &Order) -> Self {
        Self {
            order_id: order.order_id,
            number: order.number.clone(),
            checkout_id: order.checkout_id,
            store_id: order.store_id,
            store_name: order.store_name.clone(),
            placed_at: order.placed_at,
            fulfilment: order.fulfilment,
            payment: order.payment,
            returned: order.returned,
            lines: order.lines.len(),
            total: order.total,
            act_by: order.act_by,
        }
    }
}

impl OrderAnswer {
    pub(super) fn new(order: Order, locale: Locale) -> Self {
        Self {
            order_id: order.order_id,
            number: order.number,
            checkout_id: order.checkout_id,
            store_id: order.store_id,
            store_name: order.store_name,
            placed_at: order.placed_at,
            fulfilment: order.fulfilment,
            payment_method: order.payment_method,
            payment: order.payment,
            cancelled: order.cancelled,
            refund: order.refund.as_ref().map(OrderRefund::of),
            returned: order.returned,
            address: order.address,
            lines: order.lines.into_iter().map(|line| LineAnswer::new(line, locale)).collect(),
            subtotal: order.subtotal,
            discount: order.discount,
            shipping: order.shipping,
            vat: order.vat,
            vat_by_rate: order.vat_by_rate,
            total: order.total,
            act_by: order.act_by,
        }
    }
}

impl LineAnswer {
    fn new(line: OrderLine, locale: Locale) -> Self {
        Self {
            product_id: line.product_id,
            variant_id: line.variant_id,
            title: line.title.get(locale).to_owned(),
            sku: line.sku,
            quantity: line.quantity,
            unit_price: line.unit_price,
            total: line.total,
            vat_percent: line.vat_percent,
            vat: line.vat,
        }
    }
}

/// A checkout: what is to be paid, and what became of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Checkout")]
pub(super) struct CheckoutAnswer {
    checkout_id: CheckoutId,
    payment_method: PaymentMethod,
    payment: PaymentStatus,
    total: Money,
    paid: Money,
    refunded: Money,
    /// Until when it has to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_by: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<Timestamp>,
    /// Where to pay, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_at: Option<String>,
    orders: Vec<PlacedOrder>,
}

impl CheckoutAnswer {
    pub(super) fn new(checkout: &Checkout, pay_at: Option<String>) -> Self {
        let payment = &checkout.payment;
        Self {
            checkout_id: payment.checkout_id,
            payment_method: payment.method,
            payment: payment.status,
            total: payment.amount,
            paid: payment.paid,
            refunded: payment.refunded,
            pay_by: payment.pay_by,
            paid_at: payment.paid_at,
            pay_at,
            orders: checkout.orders.iter().map(|order| PlacedOrder::now(order)).collect(),
        }
    }
}

/// What the platform and a store owe each other; what the store is owed is positive here.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoreBalance")]
pub(super) struct BalanceAnswer {
    /// Of sales whose return window is open.
    pending: Money,
    /// To be paid out; negative when the store owes the platform.
    available: Money,
}

impl From<Balance> for BalanceAnswer {
    fn from(balance: Balance) -> Self {
        let owed = |minor: i64| Money::new(minor.saturating_neg(), Currency::UZS);
        Self { pending: owed(balance.seller_pending), available: owed(balance.seller) }
    }
}

/// A transaction in the books.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LedgerTransaction")]
pub(super) struct LedgerAnswer {
    kind: LedgerKind,
    order_id: OrderId,
    store_id: StoreId,
    at: Timestamp,
    /// Debit positive; they sum to zero.
    entries: Vec<Entry>,
}

impl From<LedgerRow> for LedgerAnswer {
    fn from(row: LedgerRow) -> Self {
        let LedgerRow { kind, order_id, store_id, at, entries } = row;
        Self { kind, order_id, store_id, at, entries }
    }
}
