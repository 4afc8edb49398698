use contracts::Actor;
use domain::{Money, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a buyer is owed of an order that was given up after it was paid in advance: all of it. It has the order's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// How much.
    pub amount: Money,
    /// Since when.
    pub due_since: Timestamp,
    /// How they got it back; none until they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Repaid>,
}

/// How a buyer got money back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repaid {
    /// When it was booked.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// What the bank or the provider calls the transfer.
    pub reference: String,
    /// Where it was taken from.
    pub paid_from: PaidFrom,
}

/// Where the money of a refund was taken from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaidFrom {
    /// The platform's account at its bank.
    #[default]
    Bank,
    /// What the payment provider holds for the platform.
    Provider,
}

/// Where a refund is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// The buyer waits for it.
    #[default]
    Pending,
    /// The buyer has it.
    Completed,
}

impl RefundStatus {
    /// The name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
        }
    }
}

impl Refund {
    /// Owed since `at`.
    pub const fn due(amount: Money, at: Timestamp) -> Self {
        Self { amount, due_since: at, done: None }
    }

    /// Where it is.
    pub const fn status(&self) -> RefundStatus {
        if self.done.is_some() { RefundStatus::Completed } else { RefundStatus::Pending }
    }

    /// When it came to be where it is.
    pub fn since(&self) -> Timestamp {
        self.done.as_ref().map_or(self.due_since, |done| done.at)
    }
}
