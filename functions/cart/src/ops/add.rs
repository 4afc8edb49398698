use domain::{CartItemId, ProductId, VariantId};

use super::change::change;
use super::{CartError, Seen, Visitor};
use crate::Ctx;
use crate::domain::Addition;

/// Put pieces of a variant into a cart.
#[derive(Debug, Clone)]
pub struct Add {
    /// Into whose cart.
    pub visitor: Visitor,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many more.
    pub quantity: u32,
    /// What makes the request safe to repeat, if the client cares.
    pub key: Option<String>,
}

/// Adds what tech-product offers now, at its price.
pub async fn add(ctx: &Ctx, command: Add) -> Result<Seen, CartError> {
    let Add { visitor, product_id, variant_id, quantity, key } = command;
    let now = ctx.clock.now();
    let offer = ctx.neighbours.offer(product_id, variant_id).await?;
    let addition = key.map(|key| Addition { key, product_id, variant_id, quantity });
    let item_id = CartItemId::generate(now, &*ctx.entropy);
    change(&ctx.table, &*ctx.entropy, &visitor, now, |cart, version| {
        if let Some(addition) = &addition
            && !cart.remember(addition)?
        {
            return Ok(None);
        }
        // Only now: what was added before is answered even if it is not sold any more.
        let offer = offer.as_ref().ok_or(CartError::UnknownVariant)?;
        Ok(Some(vec![cart.add(offer, quantity, item_id, version)?]))
    })
    .await
}
