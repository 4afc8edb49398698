use contracts::{
    CancelReason, DeliveryAddress, Fulfilment, OrderPlaced, OrderedLine, PaymentMethod, ReservedLine, StoreTerms,
};
use domain::{CheckoutId, Localized, Money, OrderId, ProductId, StoreId, Timestamp, UserId, VariantId};
use serde::{Deserialize, Serialize};

use super::{Clocks, OrderNumber, PaymentStatus, Priced, Refund, Return, VatShare, first_fulfilment};

/// What one store ships to one shopper. All but its states, and what they are about, was frozen when it was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
// The derived functions are the order's JSON; how its row keeps that says `table`.
#[serde(remote = "Self")]
pub struct Order {
    /// The order.
    pub order_id: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// The checkout that it came from.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// The seller.
    pub store_id: StoreId,
    /// The seller's name then.
    pub store_name: String,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Where it goes.
    pub address: DeliveryAddress,
    /// What was bought: at most 40 lines.
    pub lines: Vec<OrderLine>,
    /// Σ lines.
    pub subtotal: Money,
    /// Taken off; zero until there are coupons.
    pub discount: Money,
    /// Delivery.
    pub shipping: Money,
    /// The VAT in `shipping`.
    pub shipping_vat: Money,
    /// The VAT in `total`.
    pub vat: Money,
    /// The same a rate.
    pub vat_by_rate: Vec<VatShare>,
    /// `subtotal - discount + shipping`.
    pub total: Money,
    /// The platform's commission in hundredths of a percent, on `subtotal - discount`.
    pub commission_basis_points: u32,
    /// How it is paid.
    pub payment_method: PaymentMethod,
    /// Whether the store accepts orders beforehand.
    pub auto_accept: bool,
    /// Moves made so far, from 1: the history's last sequence.
    pub moves: u32,
    /// When it made the last one.
    pub moved_at: Timestamp,
    /// By when it has to reach its next milestone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act_by: Option<Timestamp>,
    /// Since when an operator knows that it is late on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_since: Option<Timestamp>,
    /// Why it was cancelled, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<CancelReason>,
    /// What its buyer is owed, or got back, since it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund: Option<Refund>,
    /// Where it is on its way.
    pub fulfilment: Fulfilment,
    /// Where its payment is.
    pub payment: PaymentStatus,
    /// How much of it came back.
    pub returned: Return,
}

/// A line as it was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// Unique in the store.
    pub sku: String,
    /// As people read it then.
    pub title: Localized,
    /// How many.
    pub quantity: u32,
    /// The price of one.
    pub unit_price: Money,
    /// Price times quantity.
    pub total: Money,
    /// Percent; none when no VAT was charged.
    pub vat_percent: Option<u32>,
    /// Contained in `total`.
    pub vat: Money,
    /// The code in the national catalogue: stands on the fiscal receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ikpu: Option<String>,
    /// The code of its packaging there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_code: Option<String>,
}

/// What a new order is made of beside its price.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placing<'a> {
    pub(crate) order_id: OrderId,
    pub(crate) checkout_id: CheckoutId,
    pub(crate) user_id: UserId,
    pub(crate) at: Timestamp,
    pub(crate) address: &'a DeliveryAddress,
    pub(crate) method: PaymentMethod,
    pub(crate) clocks: Clocks,
}

impl Order {
    /// A new order of `sold`, which must be the lines that `priced` was computed from.
    pub(crate) fn place(placing: Placing<'_>, terms: &StoreTerms, sold: &[ReservedLine], priced: Priced) -> Self {
        let line = |(line, priced): (&ReservedLine, &super::PricedLine)| OrderLine {
            product_id: line.product_id,
            variant_id: line.variant_id,
            sku: line.sku.clone(),
            title: line.title.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            total: priced.total,
            vat_percent: priced.vat_percent,
            vat: priced.vat,
            ikpu: line.ikpu.clone(),
            package_code: line.package_code.clone(),
        };
        let fulfilment = first_fulfilment(placing.method, terms.auto_accept);
        Self {
            order_id: placing.order_id,
            number: OrderNumber::of(placing.order_id),
            checkout_id: placing.checkout_id,
            user_id: placing.user_id,
            store_id: terms.store_id,
            store_name: terms.name.clone(),
            placed_at: placing.at,
            address: placing.address.clone(),
            lines: sold.iter().zip(&priced.lines).map(line).collect(),
            subtotal: priced.subtotal,
            discount: Money::new(0, priced.subtotal.currency()),
            shipping: priced.shipping,
            shipping_vat: priced.shipping_vat,
            vat: priced.vat,
            vat_by_rate: priced.vat_by_rate,
            total: priced.total,
            commission_basis_points: terms.commission_basis_points,
            payment_method: placing.method,
            auto_accept: terms.auto_accept,
            moves: 1,
            moved_at: placing.at,
            act_by: placing.clocks.act_by(fulfilment, placing.at, None),
            overdue_since: None,
            cancelled: None,
            refund: None,
            fulfilment,
            payment: PaymentStatus::Pending,
            returned: Return::None,
        }
    }

    /// Whether its buyer waits for money.
    pub fn is_owed(&self) -> bool {
        self.refund.as_ref().is_some_and(|refund| refund.done.is_none())
    }

    /// As events tell it.
    pub fn told(&self) -> OrderPlaced {
        let line = |line: &OrderLine| OrderedLine {
            product_id: line.product_id,
            variant_id: line.variant_id,
            quantity: line.quantity,
            total: line.total,
        };
        OrderPlaced {
            order_id: self.order_id,
            number: self.number.to_string(),
            store_id: self.store_id,
            lines: self.lines.iter().map(line).collect(),
            shipping: self.shipping,
            total: self.total,
        }
    }
}
