use domain::CartItemId;

use super::change::change;
use super::{CartError, Seen, Visitor, look};
use crate::Ctx;
use crate::domain::Refusal;

/// Moves a line to those saved for later.
pub async fn save(ctx: &Ctx, visitor: &Visitor, item_id: CartItemId) -> Result<Seen, CartError> {
    let now = ctx.clock.now();
    change(&ctx.table, &*ctx.entropy, visitor, now, |cart, _| Ok(cart.save(item_id)?.map(|fact| vec![fact]))).await
}

/// Moves a saved line back into the cart, as tech-product offers it now.
pub async fn restore(ctx: &Ctx, visitor: &Visitor, item_id: CartItemId) -> Result<Seen, CartError> {
    let now = ctx.clock.now();
    let seen = look(&ctx.table, visitor, now).await?;
    // A request may come twice: the line keeps its id as it moves.
    if seen.cart.lines.iter().any(|line| line.item_id == item_id) {
        return Ok(seen);
    }
    let line = seen.cart.saved.iter().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
    let offer = ctx.neighbours.offer(line.product_id, line.variant_id).await?.ok_or(Refusal::NotForSale)?;
    change(&ctx.table, &*ctx.entropy, visitor, now, |cart, version| {
        Ok(Some(vec![cart.restore(item_id, &offer, version)?]))
    })
    .await
}

/// Drops a saved line.
pub async fn forget(ctx: &Ctx, visitor: &Visitor, item_id: CartItemId) -> Result<Seen, CartError> {
    let now = ctx.clock.now();
    change(&ctx.table, &*ctx.entropy, visitor, now, |cart, _| {
        cart.forget(item_id)?;
        Ok(Some(Vec::new()))
    })
    .await
}
