use domain::Timestamp;
use dynamodb::{Error, Table};

use crate::domain::{Cart, Owner};
use crate::table::cart_key;

/// A cart and its version; version 0 is the cart that nobody wrote yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The cart.
    pub cart: Cart,
    /// Grows with every change.
    pub version: u64,
}

/// The cart with every change that was answered before; an empty one when there is none.
pub async fn look(table: &Table, owner: Owner, now: Timestamp) -> Result<Seen, Error> {
    let stored = table.get_consistent::<Cart>(cart_key(owner)).await?;
    Ok(match stored {
        Some(stored) => Seen { version: stored.version(), cart: stored.into_row() },
        None => Seen { cart: Cart::new(owner, now), version: 0 },
    })
}
