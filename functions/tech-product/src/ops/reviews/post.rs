//! Writing a review, and saying it anew.

use contracts::{Actor, Event, Fact, ReviewSubmitted};
use domain::{CorrelationId, ProductId, ReviewId, UserId};
use dynamodb::{Stored, Tx};
use futures::future::try_join;

use super::{ATTEMPTS_MAX, Mine, ReviewError, read, replace, written_by};
use crate::domain::{Opinion, OpinionChange, Product, Review, ReviewStatus};
use crate::table::{Delivery, delivery_key, product_key};
use crate::{Ctx, Intake};

/// Writes somebody's only review of a product that was delivered to them. The row of the delivery names the review in
/// the same transaction: of many at once one comes into being. The very same opinion again is the review that is there.
pub async fn post(
    intake: &Intake,
    user: UserId,
    product: ProductId,
    opinion: &Opinion,
    correlation: CorrelationId,
) -> Result<Review, ReviewError> {
    let ctx = &intake.ctx;
    for _ in 0..ATTEMPTS_MAX {
        let delivery = ctx.table.get_consistent::<Delivery>(delivery_key(user, product)).await?;
        let delivery = delivery.ok_or(ReviewError::NotDelivered)?;
        if let Some(id) = delivery.review_id {
            let known = read(ctx, id).await?;
            return if known.opinion == *opinion { Ok(known.into_row()) } else { Err(ReviewError::Known(id)) };
        }
        let terms = async { intake.stores.terms(delivery.store_id).await.map_err(ReviewError::from) };
        let sold = async { ctx.table.get::<Product>(product_key(product)).await.map_err(ReviewError::from) };
        let (terms, sold) = try_join(terms, sold).await?;
        if !terms.is_some_and(|terms| terms.reviews) {
            return Err(ReviewError::Off);
        }
        let review = new(ctx, &delivery, sold.ok_or(ReviewError::NotFound)?.into_row().sku, opinion.clone());
        let reviewed = Delivery { review_id: Some(review.review_id), ..Delivery::clone(&delivery) };
        let tx = Tx::new().replace("delivery", &delivery, &reviewed).create("review", &review);
        match ctx.table.commit(tx.tell(submitted(ctx, &review, correlation))).await {
            Ok(()) => return Ok(review),
            Err(error) if error.refused() == Some("delivery") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ReviewError::Changed)
}

/// Changes one's own review. It waits for an admin again; if it was approved, its stars leave the rating in the same
/// transaction. What it says already changes nothing.
pub async fn edit(ctx: &Ctx, mine: Mine, change: &OpinionChange) -> Result<Review, ReviewError> {
    for _ in 0..ATTEMPTS_MAX {
        let before = written_by(ctx, mine).await?;
        let Some(after) = before.edited(change.clone(), ctx.clock.now()) else { return Ok(before.into_row()) };
        if let Some(edited) = replace(ctx, &before, after, |tx| tx).await? {
            return Ok(edited);
        }
    }
    Err(ReviewError::Changed)
}

fn new(ctx: &Ctx, delivery: &Stored<Delivery>, sku: String, opinion: Opinion) -> Review {
    let now = ctx.clock.now();
    Review {
        review_id: ReviewId::generate(now, &*ctx.entropy),
        product_id: delivery.product_id,
        store_id: delivery.store_id,
        sku,
        user_id: delivery.user_id,
        opinion,
        status: ReviewStatus::Pending,
        revision: 1,
        rejection: None,
        helpful: 0,
        reports: 0,
        reply: None,
        created_at: now,
        edited_at: None,
    }
}

fn submitted(ctx: &Ctx, review: &Review, correlation: CorrelationId) -> Event {
    let Review { review_id, product_id, store_id, user_id, .. } = *review;
    let rating = review.opinion.stars.into();
    let fact = ReviewSubmitted { review_id, product_id, store_id, user_id, rating };
    let actor = Actor::User { id: user_id };
    Event::new(ctx.event_id(), review.created_at, actor, correlation, Fact::ReviewSubmitted(fact))
}
