use domain::UserId;
use dynamodb::{Error, Tx};

use super::change::{ATTEMPTS_MAX, pause};
use super::{CartError, Seen, Visitor, look};
use crate::Ctx;
use crate::domain::{Cart, Leftovers, Merge, SessionToken, Status};
use crate::table::cart_key;

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The shopper's cart.
    pub seen: Seen,
    /// What could not be taken over whole.
    pub leftovers: Leftovers,
}

/// Moves the guest's cart into that of the shopper who signed in: both rows in one transaction, under the versions that
/// were read. The guest's row keeps what came of it, so that a repeated or simultaneous merge is answered alike, and its
/// token opens nothing any more.
pub async fn merge(ctx: &Ctx, user_id: UserId, token: &SessionToken) -> Result<Merged, CartError> {
    let (now, shopper, guest) = (ctx.clock.now(), Visitor::User(user_id), Visitor::Guest(token.clone()));
    for _ in 0..ATTEMPTS_MAX {
        let stored = ctx.table.get_consistent::<Cart>(cart_key(guest.owner())).await?.ok_or(CartError::NoSession)?;
        if !stored.is_of(token) {
            return Err(CartError::NoSession);
        }
        if let Some(merge) = stored.guest.as_ref().and_then(|guest| guest.merge.as_ref()) {
            if merge.into != user_id {
                return Err(CartError::NoSession);
            }
            return Ok(Merged { leftovers: merge.leftovers.clone(), seen: look(&ctx.table, &shopper, now).await? });
        }
        let mut left = Cart::clone(&stored);
        if left.expire(now) || left.status != Status::Active {
            return Err(CartError::NoSession);
        }
        let (read, mut cart) = shopper.cart(&ctx.table, now).await?;
        let before = read.as_ref().map_or(0, dynamodb::Stored::version);
        let empty = left.lines.is_empty() && left.saved.is_empty();
        let version = if empty { before } else { before + 1 };
        let leftovers = cart.absorb(&mut left, version);
        if let Some(guest) = &mut left.guest {
            guest.merge = Some(Merge { into: user_id, at: now, leftovers: leftovers.clone() });
        }
        let mut tx = Tx::new().replace("guest", &stored, &left);
        if !empty {
            cart.changed_at = now;
            cart.arm();
            tx = match &read {
                Some(read) => tx.replace("shopper", read, &cart),
                None => tx.create("shopper", &cart),
            };
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(Merged { seen: Seen { cart, version }, leftovers }),
            Err(Error::Refused(_)) => pause(&*ctx.entropy).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(CartError::Contended)
}
