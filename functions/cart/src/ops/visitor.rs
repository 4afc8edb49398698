use contracts::{Actor, CartOwner};
use domain::{Timestamp, UserId};
use dynamodb::{Stored, Table};

use super::CartError;
use crate::domain::{Cart, SessionToken, Status};
use crate::table::cart_key;

/// Who comes to a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visitor {
    /// Somebody who signed in.
    User(UserId),
    /// A guest who carries a token.
    Guest(SessionToken),
}

impl Visitor {
    /// Whose cart it is.
    pub const fn owner(&self) -> CartOwner {
        match self {
            Self::User(id) => CartOwner::User(*id),
            Self::Guest(token) => CartOwner::Session(token.id),
        }
    }

    /// The actor of events.
    pub(super) const fn actor(&self) -> Actor {
        match self {
            Self::User(id) => Actor::User { id: *id },
            Self::Guest(_) => Actor::Guest,
        }
    }

    /// The visitor's cart as it is stored and as it is at `now`, with every change that was answered before. The only way
    /// to a cart: a guest whose token does not fit gets none.
    pub(super) async fn cart(&self, table: &Table, now: Timestamp) -> Result<(Option<Stored<Cart>>, Cart), CartError> {
        let stored = table.get_consistent::<Cart>(cart_key(self.owner())).await?;
        let mut cart = stored.as_deref().cloned().unwrap_or_else(|| Cart::new(self.owner(), now));
        cart.expire(now);
        match self {
            Self::User(_) => {}
            Self::Guest(token) if cart.is_of(token) && cart.status == Status::Active => {}
            Self::Guest(_) => return Err(CartError::NoSession),
        }
        Ok((stored, cart))
    }
}
