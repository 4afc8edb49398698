use domain::MoneyError;
use lambda::calls::CallError;

use crate::domain::Refusal;

/// Why somebody does not get what they asked of a cart.
#[derive(Debug, thiserror::Error)]
pub enum CartError {
    /// The rules of a cart.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The guest's token is forged, or its cart has ended or went into a shopper's.
    #[error("the cart session is over or was never opened")]
    NoSession,
    /// The address opened too many sessions.
    #[error("no more sessions for this address for {seconds} s")]
    TooManySessions {
        /// Until then.
        seconds: u64,
    },
    /// There is no such variant.
    #[error("no such variant")]
    UnknownVariant,
    /// Others changed it again and again.
    #[error("the cart is being changed by others")]
    Contended,
    /// Amounts that do not add up.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Another service does not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The table.
    #[error(transparent)]
    Table(#[from] dynamodb::Error),
}
