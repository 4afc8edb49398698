use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// On whose side somebody acts on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Party {
    /// The buyer.
    Shopper,
    /// The seller's staff.
    Store,
    /// The platform's staff.
    Platform,
    /// The payment provider.
    Provider,
    /// The order service by itself: a time was over.
    System,
}
