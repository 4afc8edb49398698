use domain::CartItemId;

use super::change::change;
use super::{CartError, Seen, Visitor};
use crate::Ctx;

/// Takes a line out.
pub async fn remove(ctx: &Ctx, visitor: &Visitor, item_id: CartItemId) -> Result<Seen, CartError> {
    let now = ctx.clock.now();
    change(&ctx.table, &*ctx.entropy, visitor, now, |cart, _| Ok(Some(vec![cart.remove(item_id)?]))).await
}

/// Takes every line out.
pub async fn clear(ctx: &Ctx, visitor: &Visitor) -> Result<Seen, CartError> {
    let now = ctx.clock.now();
    change(&ctx.table, &*ctx.entropy, visitor, now, |cart, _| {
        let removed = cart.clear();
        Ok((!removed.is_empty()).then_some(removed))
    })
    .await
}
