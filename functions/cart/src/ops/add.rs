use domain::{CartItemId, ProductId, VariantId};

use super::change::change;
use super::{ChangeError, Seen};
use crate::Ctx;
use crate::domain::{Addition, Owner};

/// Put pieces of a variant into a cart.
#[derive(Debug, Clone)]
pub struct Add {
    /// Whose cart.
    pub owner: Owner,
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
pub async fn add(ctx: &Ctx, command: Add) -> Result<Seen, ChangeError> {
    let Add { owner, product_id, variant_id, quantity, key } = command;
    let now = ctx.clock.now();
    let offer = ctx.catalogue.offer(product_id, variant_id).await?;
    let item_id = CartItemId::generate(now, &*ctx.entropy);
    change(&ctx.table, &*ctx.entropy, owner, now, |cart, version| {
        if let Some(key) = key.clone()
            && !cart.remember(Addition { key, product_id, variant_id, quantity })?
        {
            return Ok(false);
        }
        // Only now: what was added before is answered even if it is not sold any more.
        let offer = offer.as_ref().ok_or(ChangeError::UnknownVariant)?;
        cart.add(offer, quantity, item_id, version)?;
        Ok(true)
    })
    .await
}
