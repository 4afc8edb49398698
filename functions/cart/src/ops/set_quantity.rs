use domain::CartItemId;

use super::change::change;
use super::{CartError, Seen, Visitor, look};
use crate::Ctx;
use crate::domain::Refusal;

/// Say how many pieces a line shall have.
#[derive(Debug, Clone)]
pub struct SetQuantity {
    /// In whose cart.
    pub visitor: Visitor,
    /// The line.
    pub item_id: CartItemId,
    /// How many.
    pub quantity: u32,
}

/// Sets the quantity and takes over today's price.
pub async fn set_quantity(ctx: &Ctx, command: SetQuantity) -> Result<Seen, CartError> {
    let SetQuantity { visitor, item_id, quantity } = command;
    let now = ctx.clock.now();
    let seen = look(&ctx.table, &visitor, now).await?;
    let line = seen.cart.lines.iter().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
    // A product that is gone altogether is no longer for sale; the line can still be removed.
    let offer = ctx.neighbours.offer(line.product_id, line.variant_id).await?.ok_or(Refusal::NotForSale)?;
    change(&ctx.table, &*ctx.entropy, &visitor, now, |cart, _| {
        Ok(Some(cart.set_quantity(item_id, quantity, &offer)?.into_iter().collect()))
    })
    .await
}
