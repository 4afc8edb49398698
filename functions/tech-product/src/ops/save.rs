//! Writing a product that changed, with everything that is copied from it.

use domain::Timestamp;
use dynamodb::{Adjust, Stored, Tx};

use crate::domain::{Product, Variant};
use crate::table::{Card, Movement, MovementCause, PriceChange, Stock, stock_key};

/// Pieces of one variant counted anew.
pub(super) struct Recount<'a> {
    /// The stock as it was read.
    pub(super) stock: &'a Stock,
    /// How many there are.
    pub(super) on_hand: i64,
    /// Follows from what caused it.
    pub(super) movement_id: uuid::Uuid,
    /// Why.
    pub(super) cause: MovementCause,
}

/// One transaction: the product (`product`), its card (`card`), what its stock rows copy and the recount (`stock`), and
/// a row for each price that changed.
///
/// The recount is refused when the pieces were moved since they were read, or when more are held than would be left.
pub(super) fn save(
    before: &Stored<Product>,
    after: &Product,
    card: &Stored<Card>,
    recount: Option<Recount<'_>>,
    at: Timestamp,
) -> Tx {
    let mut tx = Tx::new().replace("product", before, after);
    if let Some(new) = Card::of(after).filter(|new| *new != **card) {
        tx = tx.replace("card", card, &new);
    }
    let recount = recount.filter(|r| r.stock.on_hand != r.on_hand);
    for variant in &after.variants {
        let old = before.variants.iter().find(|old| old.variant_id == variant.variant_id);
        let counted = recount.as_ref().filter(|r| r.stock.variant_id == variant.variant_id);
        // The stock of a new variant is made with it, elsewhere.
        let stale = old.is_some_and(|old| copies(before, old) != copies(after, variant));
        if stale || counted.is_some() {
            let mut adjust = Adjust::existing();
            if stale {
                adjust = adjust
                    .set("title", &after.details.title)
                    .set("unit_price", variant.price)
                    .set("fiscal", &after.fiscal)
                    .set("active", after.on_sale());
            }
            if let Some(r) = counted {
                adjust = moved(adjust, r.on_hand - r.stock.on_hand).equals("on_hand", r.stock.on_hand);
            }
            tx = tx.adjust("stock", stock_key(after.product_id, variant.variant_id), adjust);
        }
        if let Some(old) = old.filter(|old| old.price != variant.price) {
            let change = PriceChange {
                product_id: after.product_id,
                variant_id: variant.variant_id,
                from: old.price,
                to: variant.price,
                at,
                product_version: before.version(),
            };
            tx = tx.create("price", &change);
        }
    }
    match recount {
        Some(r) => tx.create(
            "movement",
            &Movement {
                movement_id: r.movement_id,
                product_id: after.product_id,
                variant_id: r.stock.variant_id,
                delta: r.on_hand - r.stock.on_hand,
                cause: r.cause,
                note: None,
                at,
            },
        ),
        None => tx,
    }
}

/// `delta` pieces more or less in the store; refused when more of them are held than would be left.
pub(super) fn moved(adjust: Adjust, delta: i64) -> Adjust {
    adjust.add("on_hand", delta).add("available", delta).at_least("available", -delta)
}

/// What a stock row copies of its product.
fn copies<'a>(product: &'a Product, variant: &Variant) -> impl PartialEq + 'a {
    (&product.details.title, variant.price, &product.fiscal, product.on_sale())
}
