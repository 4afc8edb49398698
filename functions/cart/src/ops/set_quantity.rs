use domain::CartItemId;

use super::change::change;
use super::{ChangeError, Seen, look};
use crate::Ctx;
use crate::domain::{Owner, Refusal};

/// Say how many pieces a line shall have.
#[derive(Debug, Clone, Copy)]
pub struct SetQuantity {
    /// Whose cart.
    pub owner: Owner,
    /// The line.
    pub item_id: CartItemId,
    /// How many.
    pub quantity: u32,
}

/// Sets the quantity and takes over today's price: how a shopper accepts a price that changed.
pub async fn set_quantity(ctx: &Ctx, command: SetQuantity) -> Result<Seen, ChangeError> {
    let SetQuantity { owner, item_id, quantity } = command;
    let now = ctx.clock.now();
    let seen = look(&ctx.table, owner, now).await?;
    let line = seen.cart.lines.iter().find(|line| line.item_id == item_id).ok_or(Refusal::UnknownItem)?;
    // A product that is gone altogether is no longer for sale; the line can still be removed.
    let offer = ctx.catalogue.offer(line.product_id, line.variant_id).await?.ok_or(Refusal::NotForSale)?;
    change(&ctx.table, &*ctx.entropy, owner, now, |cart, _| {
        cart.set_quantity(item_id, quantity, &offer)?;
        Ok(true)
    })
    .await
}
