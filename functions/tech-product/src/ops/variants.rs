//! The variants of a product: added, changed, removed. Each is one transaction over the product, its card and its stock.

use std::collections::BTreeMap;

use contracts::Actor;
use domain::{CorrelationId, Money, UserId, VariantId};
use dynamodb::{Error, Stored, Tx};
use serde_json::{Value, json};

use super::ProductError;
use super::audit::audit;
use super::create_product::price_fault;
use super::insert::stock_row;
use super::save::save;
use crate::Ctx;
use crate::domain::{Fault, Product, Refusal, STOCK_MAX, Variant, check_sku, check_variants};
use crate::table::{Card, Movement, MovementCause, SkuClaim, Stock, card_key, product_key, stock_key};

/// A variant to be made.
#[derive(Debug, Clone)]
pub struct NewVariant {
    /// Unique in the store.
    pub sku: String,
    /// What makes it differ.
    pub options: BTreeMap<String, String>,
    /// The price of one.
    pub price: Money,
    /// How many there are.
    pub stock: i64,
    /// Whether it becomes the default.
    pub default: bool,
}

/// What is to be said anew of a variant; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct VariantChange {
    /// What makes it differ.
    pub options: Option<BTreeMap<String, String>>,
    /// The price of one.
    pub price: Option<Money>,
    /// It becomes the default, and the other one is it no more.
    pub default: bool,
}

/// Who does it, in which request.
pub type By = (UserId, CorrelationId);

/// Adds a variant. The very same one again is there already: nothing is written.
pub async fn add(ctx: &Ctx, before: Stored<Product>, new: NewVariant, by: By) -> Result<Stored<Product>, ProductError> {
    let mut faults: Vec<_> = check_sku(&new.sku).err().map(|fault| Refusal::new("sku", fault)).into_iter().collect();
    faults.extend(price_fault(new.price));
    if !(0..=STOCK_MAX).contains(&new.stock) {
        faults.push(Refusal::new("stock", Fault::Stock));
    }
    if !faults.is_empty() {
        return Err(ProductError::Faults(faults));
    }
    let variant_id = VariantId::derived(&format!("variant/{}/{}", before.product_id, new.sku));
    let NewVariant { sku, options, price, stock, default } = new;
    if let Some(known) = before.variants.iter().find(|variant| variant.sku == sku) {
        let same = (&known.options, known.price, known.default) == (&options, price, default);
        return if same { Ok(before) } else { Err(ProductError::SkuTaken(before.product_id)) };
    }
    let variant = Variant { variant_id, sku, options, price, default };
    let mut after = Product::clone(&before).edited(ctx.clock.now());
    if default {
        after.variants.iter_mut().for_each(|other| other.default = false);
    }
    after.variants.push(variant.clone());
    check(&after)?;
    let added = json!({"sku": variant.sku, "options": variant.options, "price": variant.price, "stock": stock});
    let told = (by, "variant.add", Value::Null, added);
    let also = |tx: Tx| {
        let tx = tx.create("stock", &stock_row(&after, &variant, stock));
        let tx = tx.create("sku", &claim(&after, &variant));
        let opening = || moved(&before, &after, variant_id, stock, MovementCause::Opening { by: by.0 });
        if stock > 0 { tx.create("movement", &opening()) } else { tx }
    };
    commit(ctx, &before, &after, variant_id, told, also).await
}

/// Changes a variant. A change of price leaves its row of price history and reaches the stock in the same transaction.
pub async fn change(
    ctx: &Ctx,
    before: Stored<Product>,
    id: VariantId,
    change: VariantChange,
    by: By,
) -> Result<Stored<Product>, ProductError> {
    let known = before.variant(id).ok_or(ProductError::NoVariant)?.clone();
    if let Some(refusal) = change.price.and_then(price_fault) {
        return Err(ProductError::Faults(vec![refusal]));
    }
    let mut after = Product::clone(&before).edited(ctx.clock.now());
    for variant in &mut after.variants {
        if variant.variant_id == id {
            variant.options = change.options.clone().unwrap_or_else(|| variant.options.clone());
            variant.price = change.price.unwrap_or(variant.price);
            variant.default |= change.default;
        } else if change.default {
            variant.default = false;
        }
    }
    if after.variants == before.variants {
        return Ok(before);
    }
    check(&after)?;
    let told = (by, "variant.change", json!(known), json!(after.variant(id)));
    commit(ctx, &before, &after, id, told, |tx| tx).await
}

/// Removes a variant with its stock; pieces that are there are written off. Refused for the default, for the one that has
/// the product's own SKU (imports name it), and while pieces are held for orders.
pub async fn remove(
    ctx: &Ctx,
    before: Stored<Product>,
    id: VariantId,
    by: By,
) -> Result<Stored<Product>, ProductError> {
    let variant = before.variant(id).ok_or(ProductError::NoVariant)?.clone();
    if variant.default || variant.sku == before.sku {
        return Err(ProductError::DefaultVariant);
    }
    let stock = ctx.table.get_consistent::<Stock>(stock_key(before.product_id, id)).await?;
    let stock = stock.ok_or(ProductError::Changed)?;
    if stock.reserved > 0 {
        return Err(ProductError::Reserved(stock.reserved));
    }
    let mut after = Product::clone(&before).edited(ctx.clock.now());
    after.variants.retain(|other| other.variant_id != id);
    let told = (by, "variant.remove", json!({"variant": variant, "on_hand": stock.on_hand}), Value::Null);
    let also = |tx: Tx| {
        // By its version: a hold that begins at this moment refuses it.
        let tx = tx.delete("stock", &stock).delete_key("sku", card_key(before.store_id, &variant.sku));
        let cause = MovementCause::Staff { by: by.0, asked: "the variant was removed".into() };
        let written_off = || moved(&before, &after, id, -stock.on_hand, cause);
        if stock.on_hand > 0 { tx.create("movement", &written_off()) } else { tx }
    };
    commit(ctx, &before, &after, id, told, also).await
}

/// Checks that the variants go together, and that a crossed-out price stays above what is asked.
fn check(after: &Product) -> Result<(), ProductError> {
    check_variants(&after.variants)?;
    let (original, price) = (after.details.original_price, after.price());
    if original.zip(price).is_some_and(|(original, price)| original.minor() <= price.minor()) {
        return Err(ProductError::Faults(vec![Refusal::new("price", Fault::OriginalPrice)]));
    }
    Ok(())
}

async fn commit(
    ctx: &Ctx,
    before: &Stored<Product>,
    after: &Product,
    variant: VariantId,
    ((by, correlation), action, was, is): (By, &str, Value, Value),
    also: impl FnOnce(Tx) -> Tx,
) -> Result<Stored<Product>, ProductError> {
    let card = ctx.table.get_consistent::<Card>(card_key(before.store_id, &before.sku)).await?;
    let card = card.ok_or(ProductError::Changed)?;
    let told = audit(ctx, (Actor::User { id: by }, correlation), action, format!("variant/{variant}"), (was, is));
    let tx = also(save(before, after, &card, None, after.updated_at)).tell(told);
    match ctx.table.commit(tx).await {
        Ok(()) => ctx.table.get_consistent(product_key(after.product_id)).await?.ok_or(ProductError::Changed),
        Err(Error::Refused(refusal)) => {
            // A stale writer is told so first: what it wants may be there already.
            let mut failed = refusal.failed();
            match failed.find(|(name, _)| *name == "sku") {
                Some((_, at)) if refusal.operation != "product" => {
                    let claim = refusal.existing_at::<SkuClaim>(at).map(|claim| claim.claimed_by);
                    let taken = claim.or_else(|| refusal.existing_at::<Card>(at).map(|card| card.product_id));
                    Err(taken.map_or(ProductError::Changed, ProductError::SkuTaken))
                }
                _ => Err(ProductError::Changed),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn claim(product: &Product, variant: &Variant) -> SkuClaim {
    SkuClaim { store_id: product.store_id, sku: variant.sku.clone(), claimed_by: product.product_id }
}

/// A row of the log that follows from the version of the product it belongs to: a retry meets its own.
fn moved(before: &Stored<Product>, after: &Product, id: VariantId, delta: i64, cause: MovementCause) -> Movement {
    let name = format!("{id}/{}", before.version());
    Movement {
        movement_id: uuid::Uuid::new_v5(&before.product_id.uuid(), name.as_bytes()),
        product_id: before.product_id,
        variant_id: id,
        delta,
        cause,
        note: None,
        at: after.updated_at,
    }
}
