use dynamodb::Tx;

use super::{ATTEMPTS_MAX, Mine, ReviewError, rated, written_by};
use crate::Ctx;
use crate::table::{Delivery, delivery_key};

/// Takes one's own review back: its stars leave the rating in the same transaction, and another one may be written. Rows
/// of votes and reports stay behind; nothing reads them, since ids of reviews do not come again.
pub async fn withdraw(ctx: &Ctx, mine: Mine) -> Result<(), ReviewError> {
    for _ in 0..ATTEMPTS_MAX {
        let review = written_by(ctx, mine).await?;
        let delivery = ctx.table.get_consistent::<Delivery>(delivery_key(mine.user_id, mine.product_id)).await?;
        let delivery = delivery.filter(|delivery| delivery.review_id == Some(mine.review_id));
        // Taken back between the two reads.
        let Some(delivery) = delivery else { continue };
        let open = Delivery { review_id: None, ..Delivery::clone(&delivery) };
        let tx = Tx::new().delete("review", &review).replace("delivery", &delivery, &open);
        match ctx.table.commit(rated(tx, &review, review.counted(), None)).await {
            Ok(()) => return Ok(()),
            Err(error) if matches!(error.refused(), Some("review" | "delivery")) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ReviewError::Changed)
}
