use contracts::{Fulfilment, PaymentMethod};
use domain::{CheckoutId, Money, OrderId, StoreId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Order, OrderNumber, PaymentStatus, first_fulfilment};

/// What a shopper is answered when a checkout became orders. It follows from what never changes in them, so that a repeated
/// request gets the very same, however far they got since.
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
    /// Where it began or, in a checkout that is shown later, is.
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

impl PlacedOrder {
    /// As it was when it was placed.
    pub fn at_first(order: &Order) -> Self {
        Self { fulfilment: first_fulfilment(order.payment_method, order.auto_accept), ..Self::now(order) }
    }

    /// As it is now.
    pub fn now(order: &Order) -> Self {
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
