use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines of one checkout: what one reservation holds.
pub const CHECKOUT_LINES_MAX: usize = 40;

/// Stores of one checkout.
pub const CHECKOUT_STORES_MAX: usize = 10;

/// How a checkout is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// Through Payme, in advance.
    Payme,
    /// Cash, to whoever brings it.
    CashOnDelivery,
}

impl PaymentMethod {
    /// Every method.
    pub const ALL: [Self; 2] = [Self::Payme, Self::CashOnDelivery];

    /// The name on the wire, such as `CASH_ON_DELIVERY`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payme => "PAYME",
            Self::CashOnDelivery => "CASH_ON_DELIVERY",
        }
    }

    /// Whether the goods wait for the money.
    pub const fn in_advance(self) -> bool {
        match self {
            Self::Payme => true,
            Self::CashOnDelivery => false,
        }
    }
}

/// Where an order is on its way to the shopper. Which moves there are is the order service's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fulfilment {
    /// Waits for the payment.
    PendingPayment,
    /// Waits for the store.
    Pending,
    /// Accepted by the store.
    Confirmed,
    /// Being gathered.
    Processing,
    /// Ready to leave.
    Packed,
    /// On its way: the stock is committed.
    Shipped,
    /// With the courier.
    OutForDelivery,
    /// With the shopper.
    Delivered,
    /// Given up before it left.
    Cancelled,
    /// Lost on its way.
    Failed,
}
