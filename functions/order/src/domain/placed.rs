use contracts::{Fulfilment, PaymentMethod};
use domain::{CheckoutId, Money, OrderId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Order, OrderNumber, PaymentStatus};

/// What a shopper is answered when a checkout became orders; kept, so that a repeated request gets the very same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlacedCheckout {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// When.
    pub placed_at: Timestamp,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// Where the payment was then.
    pub payment: PaymentStatus,
    /// Until when it has to be paid; none when nothing is paid in advance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Timestamp>,
    /// One per store.
    pub orders: Vec<PlacedOrder>,
    /// What is to be paid for all.
    pub total: Money,
}

/// One order of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlacedOrder {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// The seller.
    pub store_id: StoreId,
    /// Where it begins.
    pub fulfilment: Fulfilment,
    /// Σ lines.
    pub subtotal: Money,
    /// Taken off.
    pub discount: Money,
    /// Delivery.
    pub shipping: Money,
    /// Contained in the total.
    pub vat: Money,
    /// What is to be paid.
    pub total: Money,
}

impl From<&Order> for PlacedOrder {
    fn from(order: &Order) -> Self {
        Self {
            order_id: order.order_id,
            number: order.number.clone(),
            store_id: order.store_id,
            fulfilment: order.fulfilment,
            subtotal: order.subtotal,
            discount: order.discount,
            shipping: order.shipping,
            vat: order.vat,
            total: order.total,
        }
    }
}
