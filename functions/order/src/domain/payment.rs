use serde::{Deserialize, Serialize};

use super::Fulfilment;

/// How a checkout is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMethod {
    /// Cash, to whoever brings it.
    CashOnDelivery,
}

impl PaymentMethod {
    /// The method of that name.
    pub fn parse(name: &str) -> Option<Self> {
        (name == "CASH_ON_DELIVERY").then_some(Self::CashOnDelivery)
    }

    /// Where fulfilment of an order begins: cash is not waited for.
    pub const fn first_fulfilment(self) -> Fulfilment {
        match self {
            Self::CashOnDelivery => Fulfilment::Pending,
        }
    }
}

/// Where a payment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
