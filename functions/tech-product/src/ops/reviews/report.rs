use domain::{ProductId, ReviewId, UserId};
use dynamodb::{Error, Tx};

use super::{ATTEMPTS_MAX, ReviewError, shown};
use crate::Ctx;
use crate::domain::Review;
use crate::table::{ReportReason, ReviewReport};

/// Tells the platform that something is wrong with a review; once a person, later ones change nothing.
pub async fn report(
    ctx: &Ctx,
    user: UserId,
    product: ProductId,
    id: ReviewId,
    (reason, note): (ReportReason, Option<String>),
) -> Result<(), ReviewError> {
    let report = ReviewReport { user_id: user, review_id: id, reason, note, at: ctx.clock.now() };
    for _ in 0..ATTEMPTS_MAX {
        let before = shown(ctx, product, id).await?;
        if before.user_id == user {
            return Err(ReviewError::Own);
        }
        let after = Review { reports: before.reports + 1, ..Review::clone(&before) };
        let tx = Tx::new().create("report", &report).replace("review", &before, &after);
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(()),
            Err(error) if error.refused() == Some("report") => return Ok(()),
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ReviewError::Changed)
}
