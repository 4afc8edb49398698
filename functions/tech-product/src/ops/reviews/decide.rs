use contracts::Actor;
use domain::{CorrelationId, ReviewId};
use serde_json::{Value, json};

use super::{ATTEMPTS_MAX, ReviewError, read, replace};
use crate::Ctx;
use crate::domain::{Decision, Review};
use crate::ops::audit::audit;

/// Carries out an admin's decision on the `revision` that they read, recorded: approved, the review is seen by everybody
/// and its stars count; rejected, neither. Both change the product's rating in the same transaction. The same decision
/// again changes nothing.
pub async fn decide(
    ctx: &Ctx,
    id: ReviewId,
    decision: &Decision,
    revision: u32,
    by: (Actor, CorrelationId),
) -> Result<Review, ReviewError> {
    let action = match decision {
        Decision::Approve => "review.approve",
        Decision::Reject(_) => "review.reject",
    };
    for _ in 0..ATTEMPTS_MAX {
        let before = read(ctx, id).await?;
        let Some(after) = before.decided(decision, revision)? else { return Ok(before.into_row()) };
        let told = audit(ctx, by, action, format!("review/{id}"), (said(&before), said(&after)));
        if let Some(decided) = replace(ctx, &before, after, |tx| tx.tell(told)).await? {
            return Ok(decided);
        }
    }
    Err(ReviewError::Changed)
}

fn said(review: &Review) -> Value {
    json!({"status": review.status, "revision": review.revision, "reason": review.rejection})
}
