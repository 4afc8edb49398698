use contracts::Actor;
use domain::{CorrelationId, ProductId, ReviewId};
use serde_json::json;

use super::{ATTEMPTS_MAX, ReviewError, replace, shown};
use crate::Ctx;
use crate::domain::Review;
use crate::ops::audit::audit;

/// Says what the store answers to a review that everybody sees, recorded; a second answer takes the place of the first.
pub async fn reply(
    ctx: &Ctx,
    product: ProductId,
    id: ReviewId,
    text: &str,
    by: (Actor, CorrelationId),
) -> Result<Review, ReviewError> {
    for _ in 0..ATTEMPTS_MAX {
        let before = shown(ctx, product, id).await?;
        let Some(after) = before.replied(text, ctx.clock.now()) else { return Ok(before.into_row()) };
        let told = audit(ctx, by, "review.reply", format!("review/{id}"), (json!(before.reply), json!(after.reply)));
        if let Some(replied) = replace(ctx, &before, after, |tx| tx.tell(told)).await? {
            return Ok(replied);
        }
    }
    Err(ReviewError::Changed)
}
