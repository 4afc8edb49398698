use domain::CartItemId;

use super::change::change;
use super::{ChangeError, Seen};
use crate::Ctx;
use crate::domain::Owner;

/// Takes a line out.
pub async fn remove(ctx: &Ctx, owner: Owner, item_id: CartItemId) -> Result<Seen, ChangeError> {
    change(&ctx.table, &*ctx.entropy, owner, ctx.clock.now(), |cart, _| {
        cart.remove(item_id)?;
        Ok(true)
    })
    .await
}

/// Takes every line out.
pub async fn clear(ctx: &Ctx, owner: Owner) -> Result<Seen, ChangeError> {
    change(&ctx.table, &*ctx.entropy, owner, ctx.clock.now(), |cart, _| {
        let filled = !cart.lines.is_empty();
        cart.lines.clear();
        Ok(filled)
    })
    .await
}
