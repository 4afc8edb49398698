//! Who found a review helpful: a row each, counted in the transaction that writes or deletes it.

use domain::{ProductId, ReviewId, UserId};
use dynamodb::{Adjust, Error, Refusal, Tx};

use super::ReviewError;
use crate::Ctx;
use crate::domain::{Review, ReviewStatus};
use crate::table::{HelpfulVote, helpful_key, review_key};

/// Counts somebody who found another one's review helpful; again it changes nothing.
pub async fn vote(ctx: &Ctx, user: UserId, product: ProductId, id: ReviewId) -> Result<(), ReviewError> {
    let vote = HelpfulVote { user_id: user, review_id: id, at: ctx.clock.now() };
    let count = Adjust::existing()
        .equals("product_id", product)
        .equals("status", ReviewStatus::Approved)
        .differs("user_id", user)
        .add("helpful", 1);
    let tx = Tx::new().create("vote", &vote).adjust("review", review_key(id), count);
    settled(ctx, tx, |review| review.user_id == user).await
}

/// Counts them no more; whoever did not count stays so.
pub async fn unvote(ctx: &Ctx, user: UserId, product: ProductId, id: ReviewId) -> Result<(), ReviewError> {
    let count = Adjust::existing().equals("product_id", product).at_least("helpful", 1).add("helpful", -1);
    let tx = Tx::new().delete_key("vote", helpful_key(user, id)).adjust("review", review_key(id), count);
    settled(ctx, tx, |_| false).await
}

async fn settled(ctx: &Ctx, tx: Tx, own: impl Fn(&Review) -> bool) -> Result<(), ReviewError> {
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(()),
        Err(Error::Refused(refusal)) => why(&refusal, own),
        Err(error) => Err(error.into()),
    }
}

/// What stands in the way: the vote is as it should be already, or the review is not one to vote for.
fn why(refusal: &Refusal, own: impl Fn(&Review) -> bool) -> Result<(), ReviewError> {
    match refusal.existing_at::<Review>(1) {
        _ if refusal.operation == "vote" => Ok(()),
        Some(review) if own(&review) => Err(ReviewError::Own),
        _ => Err(ReviewError::NotFound),
    }
}
