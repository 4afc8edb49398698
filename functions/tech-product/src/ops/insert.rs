//! A new product with everything that comes into being with it.

use contracts::Event;
use domain::{ProductId, Slug};
use dynamodb::{Adjust, Error, Stored, Tx};

use crate::Ctx;
use crate::domain::{Product, Variant};
use crate::table::{Card, Movement, MovementCause, SkuClaim, SlugClaim, Stock, counters_key};

/// What became of an insertion.
#[derive(Debug)]
pub(super) enum Inserted {
    /// It is there now, with that slug.
    New(Box<Product>),
    /// It was there before.
    Known(Box<Stored<Product>>),
    /// The SKU is that of a variant of this product.
    Claimed(ProductId),
    /// The store's plan allows no more.
    Full,
}

/// Rows of a new product with one variant: product, card, slug, stock, movement.
pub(super) const ROWS_MAX: usize = 5;

/// Characters of a title's slug that are kept before a suffix.
const SLUG_STEM_MAX: usize = 60;

/// Makes `product` with `stock` pieces in one transaction that counts it among at most `products_max` of its store.
/// The slug of `product` is replaced by the first of [`slugs`] that is free, or by one that nobody can have foreseen.
pub(super) async fn insert(
    ctx: &Ctx,
    product: Product,
    stock: i64,
    cause: MovementCause,
    products_max: u32,
    told: Option<Event>,
) -> Result<Inserted, Error> {
    if products_max == 0 {
        return Ok(Inserted::Full);
    }
    let unforeseen = format!("p-{}", ctx.random().simple()).parse::<Slug>();
    for slug in slugs(&product.details.title.uz, product.product_id).into_iter().chain(unforeseen) {
        let product = Product { slug, ..product.clone() };
        let tx = transaction(&product, stock, &cause, products_max, told.clone());
        let error = match ctx.table.commit(tx).await {
            Ok(()) => return Ok(Inserted::New(Box::new(product))),
            Err(Error::Refused(refusal)) => {
                let failed: Vec<_> = refusal.failed().map(|(name, _)| name).collect();
                if failed.contains(&"product") {
                    let known = refusal.existing_at::<Product>(0).map(Box::new);
                    return known.map(Inserted::Known).ok_or(Error::Refused(refusal));
                }
                if let Some(claim) = refusal.existing_at::<SkuClaim>(1) {
                    return Ok(Inserted::Claimed(claim.claimed_by));
                }
                match failed.as_slice() {
                    names if names.contains(&"counter") => return Ok(Inserted::Full),
                    ["slug"] => continue,
                    _ => Error::Refused(refusal),
                }
            }
            Err(error) => error,
        };
        return Err(error);
    }
    let detail = format!("no slug is free for product {}", product.product_id);
    Err(Error::Call { operation: "TransactWriteItems", detail })
}

fn transaction(product: &Product, pieces: i64, cause: &MovementCause, products_max: u32, told: Option<Event>) -> Tx {
    let tx = written(Tx::new(), product, pieces, cause);
    let tx = tx.adjust("counter", counters_key(product.store_id), more(1, products_max));
    match told {
        Some(event) => tx.tell(event),
        None => tx,
    }
}

/// So many products more of a store that may have `products_max`.
pub(super) fn more(count: u32, products_max: u32) -> Adjust {
    let (count, max) = (i64::from(count), i64::from(products_max));
    Adjust::upsert("counters").add("products", count).at_most("products", max - count)
}

/// `tx` and every row of a new product, at most [`ROWS_MAX`] when it has one variant; the product's own is the first.
pub(super) fn written(mut tx: Tx, product: &Product, pieces: i64, cause: &MovementCause) -> Tx {
    let claim = SlugClaim { slug: product.slug.clone(), product_id: product.product_id };
    tx = tx.create("product", product);
    if let Some(card) = Card::of(product) {
        tx = tx.create("card", &card);
    }
    tx = tx.create("slug", &claim);
    for variant in &product.variants {
        let on_hand = if variant.default { pieces } else { 0 };
        tx = tx.create("stock", &stock_row(product, variant, on_hand));
        if on_hand > 0 {
            let movement = Movement {
                movement_id: uuid::Uuid::new_v5(&product.product_id.uuid(), b"opening"),
                product_id: product.product_id,
                variant_id: variant.variant_id,
                delta: on_hand,
                cause: cause.clone(),
                note: None,
                at: product.created_at,
            };
            tx = tx.create("movement", &movement);
        }
    }
    tx
}

/// The stock of a variant that is new.
pub(super) fn stock_row(product: &Product, variant: &Variant, on_hand: i64) -> Stock {
    Stock {
        product_id: product.product_id,
        variant_id: variant.variant_id,
        store_id: product.store_id,
        sku: variant.sku.clone(),
        title: product.details.title.clone(),
        unit_price: variant.price,
        fiscal: product.fiscal.clone(),
        active: product.on_sale(),
        on_hand,
        reserved: 0,
        available: on_hand,
        low_stock: 0,
        counted_at: None,
    }
}

/// Slugs to try: the title's, the title's with a piece of the id, the id's own. Ids follow from store and SKU, so that
/// somebody else can have taken all of them.
pub(super) fn slugs(title: &str, id: ProductId) -> Vec<Slug> {
    let id = id.uuid().simple().to_string();
    let stem = |slug: &Slug| slug.as_str().chars().take(SLUG_STEM_MAX).collect::<String>();
    let plain = Slug::from_title(title);
    let suffixed = plain.as_ref().map(|slug| format!("{}-{}", stem(slug).trim_end_matches('-'), &id[..8]));
    let own = format!("p-{id}");
    plain.into_iter().chain(suffixed.into_iter().chain([own]).filter_map(|s| s.parse().ok())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_title_has_a_slug_to_fall_back_on() {
        let id = ProductId::derived("p");
        let texts = |title| slugs(title, id).iter().map(ToString::to_string).collect::<Vec<_>>();
        let hex = id.uuid().simple().to_string();
        assert_eq!(
            texts("AMD Ryzen 7"),
            ["amd-ryzen-7".into(), format!("amd-ryzen-7-{}", &hex[..8]), format!("p-{hex}")]
        );
        assert_eq!(texts("电脑"), [format!("p-{hex}")]);
        assert_eq!(texts(&"long ".repeat(40)).len(), 3);
    }
}
