use contracts::{Fulfilment, PaymentMethod};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where fulfilment of an order begins: cash is not waited for, and a store may accept beforehand.
pub const fn first_fulfilment(method: PaymentMethod, auto_accept: bool) -> Fulfilment {
    if method.in_advance() { Fulfilment::PendingPayment } else { accepted(auto_accept) }
}

/// Where an order is that only waits for its store.
pub const fn accepted(auto_accept: bool) -> Fulfilment {
    if auto_accept { Fulfilment::Confirmed } else { Fulfilment::Pending }
}

/// Where a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    /// Nothing has been paid.
    Pending,
    /// A provider works on it.
    Processing,
    /// Paid.
    Completed,
    /// The attempt failed.
    Failed,
    /// Given up before anything was paid.
    Cancelled,
    /// Paid back.
    Refunded,
    /// Paid back in part.
    PartiallyRefunded,
}
