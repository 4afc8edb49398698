use contracts::Actor;
use domain::{CheckoutId, Locale, Money, OrderId, ProductId, StoreId, Timestamp, VariantId};
use serde::Serialize;

use crate::domain::{
    Address, Fulfilment, Order, OrderLine, OrderNumber, PaymentMethod, PaymentStatus, Return, VatShare,
};
use crate::table::HistoryEntry;

/// An order in a list.
#[derive(Debug, Serialize)]
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
}

/// An order whole.
#[derive(Debug, Serialize)]
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
    returned: Return,
    address: Address,
    lines: Vec<LineAnswer>,
    subtotal: Money,
    discount: Money,
    shipping: Money,
    vat: Money,
    vat_by_rate: Vec<VatShare>,
    total: Money,
}

#[derive(Debug, Serialize)]
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

/// A move of an order.
#[derive(Debug, Serialize)]
pub(super) struct MoveAnswer {
    from: Option<Fulfilment>,
    to: Fulfilment,
    at: Timestamp,
    by: Actor,
}

/// All moves of an order.
#[derive(Debug, Serialize)]
pub(super) struct HistoryAnswer {
    pub(super) items: Vec<MoveAnswer>,
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
            returned: order.returned,
            address: order.address,
            lines: order.lines.into_iter().map(|line| LineAnswer::new(line, locale)).collect(),
            subtotal: order.subtotal,
            discount: order.discount,
            shipping: order.shipping,
            vat: order.vat,
            vat_by_rate: order.vat_by_rate,
            total: order.total,
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

impl From<&HistoryEntry> for MoveAnswer {
    fn from(entry: &HistoryEntry) -> Self {
        Self { from: entry.step.from, to: entry.step.to, at: entry.at, by: entry.actor }
    }
}
