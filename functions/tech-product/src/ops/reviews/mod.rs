//! Reviews: written by buyers, decided on by admins, answered by stores.

mod decide;
mod post;
mod reply;
mod report;
#[cfg(test)]
mod tests;
mod vote;
mod withdraw;

use domain::{ProductId, ReviewId, UserId};
use dynamodb::{Adjust, Error, Stored, Tx};
use lambda::calls::CallError;

use crate::Ctx;
use crate::domain::{Outdated, Review, Stars};
use crate::table::{Delivery, card_key, delivery_key, product_key, review_key};

pub use decide::decide;
pub use post::{edit, post};
pub use reply::reply;
pub use report::report;
pub use vote::{unvote, vote};
pub use withdraw::withdraw;

/// How often a change is tried again when another one of the same review came first.
const ATTEMPTS_MAX: u32 = 8;

/// Why a review is not written, changed or seen.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// There is none, or none that this caller may see.
    #[error("there is no such review")]
    NotFound,
    /// They have not got the product.
    #[error("the product was not delivered to them")]
    NotDelivered,
    /// The store has its products not reviewed.
    #[error("the store takes no reviews")]
    Off,
    /// They have reviewed the product.
    #[error("the product has their review {0}")]
    Known(ReviewId),
    /// One's own review is neither helpful nor reported.
    #[error("the review is their own")]
    Own,
    /// The decision is on what was there before.
    #[error(transparent)]
    Outdated(#[from] Outdated),
    /// Other changes of the same review kept coming first.
    #[error("the review keeps changing")]
    Changed,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
    /// The store service.
    #[error(transparent)]
    Store(#[from] CallError),
}

/// A review as its author names it.
#[derive(Debug, Clone, Copy)]
pub struct Mine {
    /// The author.
    pub user_id: UserId,
    /// What it is of.
    pub product_id: ProductId,
    /// The review.
    pub review_id: ReviewId,
}

/// The review that somebody wrote of a product, decided on or not.
pub async fn mine(ctx: &Ctx, user: UserId, product: ProductId) -> Result<Review, ReviewError> {
    let delivery = ctx.table.get_consistent::<Delivery>(delivery_key(user, product)).await?;
    let id = delivery.and_then(|delivery| delivery.review_id).ok_or(ReviewError::NotFound)?;
    Ok(read(ctx, id).await?.into_row())
}

/// A review, decided on or not.
pub async fn read(ctx: &Ctx, id: ReviewId) -> Result<Stored<Review>, ReviewError> {
    ctx.table.get_consistent(review_key(id)).await?.ok_or(ReviewError::NotFound)
}

/// A review that everybody sees.
pub async fn shown(ctx: &Ctx, product: ProductId, id: ReviewId) -> Result<Stored<Review>, ReviewError> {
    let review = read(ctx, id).await?;
    let shown = review.product_id == product && review.counted().is_some();
    if shown { Ok(review) } else { Err(ReviewError::NotFound) }
}

async fn written_by(ctx: &Ctx, mine: Mine) -> Result<Stored<Review>, ReviewError> {
    let review = read(ctx, mine.review_id).await?;
    let own = (review.user_id, review.product_id) == (mine.user_id, mine.product_id);
    if own { Ok(review) } else { Err(ReviewError::NotFound) }
}

/// `tx`, and what the change of a review from `before` to `after` means for the rating of its product: on the product
/// itself and on its card, in the same transaction.
fn rated(tx: Tx, review: &Review, before: Option<Stars>, after: Option<Stars>) -> Tx {
    if before == after {
        return tx;
    }
    let counts = || {
        let mut adjust = Adjust::existing();
        if let Some(stars) = before {
            adjust = adjust.add(stars.attribute(), -1).at_least(stars.attribute(), 1);
        }
        if let Some(stars) = after {
            adjust = adjust.add(stars.attribute(), 1);
        }
        adjust
    };
    tx.adjust("product", product_key(review.product_id), counts()).adjust(
        "card",
        card_key(review.store_id, &review.sku),
        counts(),
    )
}

/// Writes a changed review over what was read, with its rating; `None` when somebody wrote since, and it has to be read
/// again.
async fn replace(
    ctx: &Ctx,
    before: &Stored<Review>,
    after: Review,
    also: impl FnOnce(Tx) -> Tx,
) -> Result<Option<Review>, Error> {
    let tx = Tx::new().replace("review", before, &after);
    let tx = also(rated(tx, &after, before.counted(), after.counted()));
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(Some(after)),
        Err(error) if error.refused() == Some("review") => Ok(None),
        Err(error) => Err(error),
    }
}
