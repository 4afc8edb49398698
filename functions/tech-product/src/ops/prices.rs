//! What a variant cost.

use domain::{Money, ProductId, Timestamp};
use dynamodb::Error;
use jiff::SignedDuration;

use crate::Ctx;
use crate::domain::Variant;
use crate::table::{PriceChange, prices_since};

/// The days of the lowest price.
pub const DAYS: i64 = 30;
/// Changes of one variant's price in that time: more than one every ten minutes is no price.
const CHANGES_MAX: usize = 5_000;

/// The lowest price that was in force at any moment since `now` less 30 days.
pub async fn lowest(ctx: &Ctx, product: ProductId, variant: &Variant, now: Timestamp) -> Result<Money, Error> {
    let since = now - SignedDuration::from_hours(24 * DAYS);
    let changes =
        ctx.table.query_all::<PriceChange>(prices_since(product, variant.variant_id, since), CHANGES_MAX).await?;
    // What was in force when the time began stands in the first change; what each change made, in the next or today.
    let before = changes.iter().map(|change| change.from);
    Ok(before.chain([variant.price]).min_by_key(|price| price.minor()).unwrap_or(variant.price))
}
