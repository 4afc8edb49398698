//! Many new products of one import, in one transaction: the store's counter is written once for all of them.

use std::collections::HashSet;

use domain::{ProductId, Slug};
use dynamodb::{Error, TRANSACT_OPERATIONS_MAX, Tx};

use super::insert::{ROWS_MAX, more, slugs, written};
use crate::Ctx;
use crate::domain::Product;
use crate::table::{MovementCause, SlugClaim, counters_key, slug_key};

/// Products of one transaction.
pub(super) const PRODUCTS_MAX: usize = 19;
const _: () = assert!(PRODUCTS_MAX * ROWS_MAX < TRANSACT_OPERATIONS_MAX);

/// How often the transaction is made: once more without the products that stand in its way.
const ATTEMPTS_MAX: u32 = 2;

/// Makes what it can of `products`, each with its pieces and one variant, and answers which. What is left has a slug or
/// a SKU that is taken, was made by somebody else, or goes beyond the plan: one at a time it is found out which.
pub(super) async fn insert_many(
    ctx: &Ctx,
    mut products: Vec<(Product, i64)>,
    cause: &MovementCause,
    products_max: u32,
) -> Result<HashSet<ProductId>, Error> {
    name(ctx, &mut products).await?;
    for _ in 0..ATTEMPTS_MAX {
        let Some((first, _)) = products.first() else { break };
        let (store, count) = (first.store_id, u32::try_from(products.len()).unwrap_or(u32::MAX));
        if count > products_max {
            break;
        }
        let mut tx = Tx::new().adjust("counter", counters_key(store), more(count, products_max));
        // Whose row stands at each place of the transaction, from the second on.
        let mut places = Vec::new();
        for (at, (product, pieces)) in products.iter().enumerate() {
            tx = written(tx, product, *pieces, cause);
            places.resize(tx.len() - 1, at);
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(products.into_iter().map(|(product, _)| product.product_id).collect()),
            Err(Error::Refused(refusal)) => {
                let failed: Vec<_> = refusal.failed().map(|(_, place)| place).collect();
                if failed.contains(&0) {
                    break;
                }
                let stands: HashSet<usize> =
                    failed.iter().filter_map(|place| places.get(place.checked_sub(1)?).copied()).collect();
                let mut at = 0..;
                products.retain(|_| at.next().is_none_or(|at| !stands.contains(&at)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(HashSet::new())
}

/// Gives each product the slug of its title where that is free now and none before it has it, or else the next, which a
/// piece of its id makes its own.
async fn name(ctx: &Ctx, products: &mut [(Product, i64)]) -> Result<(), Error> {
    let wanted: Vec<Vec<Slug>> = products.iter().map(|(p, _)| slugs(&p.details.title.uz, p.product_id)).collect();
    let first: HashSet<&Slug> = wanted.iter().filter_map(|slugs| slugs.first()).collect();
    let claims = ctx.table.get_many::<SlugClaim>(first.into_iter().map(slug_key)).await?;
    let mut taken: HashSet<Slug> = claims.into_iter().map(|claim| claim.into_row().slug).collect();
    for ((product, _), wanted) in products.iter_mut().zip(wanted) {
        if let Some(free) = wanted.into_iter().find(|slug| !taken.contains(slug)) {
            taken.insert(free.clone());
            product.slug = free;
        }
    }
    Ok(())
}
