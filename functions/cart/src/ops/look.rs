use domain::Timestamp;
use dynamodb::Table;

use super::{CartError, Visitor};
use crate::domain::Cart;

/// A cart and its version; version 0 is the cart that nobody wrote yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The cart.
    pub cart: Cart,
    /// Grows with every change.
    pub version: u64,
}

/// The cart with every change that was answered before; an empty one when there is none.
pub async fn look(table: &Table, visitor: &Visitor, now: Timestamp) -> Result<Seen, CartError> {
    let (stored, cart) = visitor.cart(table, now).await?;
    Ok(Seen { version: stored.map_or(0, |stored| stored.version()), cart })
}
