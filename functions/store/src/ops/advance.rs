//! Moving a store along: its staff submit it, an admin approves or rejects it.

use contracts::{Fact, StoreFact};
use domain::{StoreId, UserId};
use dynamodb::{Error, Tx};
use serde_json::json;

use super::{ATTEMPTS_MAX, Telling};
use crate::ctx::Ctx;
use crate::domain::{NotAllowed, Step, Store};

/// Who moves which store.
#[derive(Debug, Clone)]
pub struct Advance {
    /// The store.
    pub store: StoreId,
    /// How.
    pub step: Step,
    /// Whose doing it is.
    pub by: UserId,
    /// Why, for a rejection.
    pub reason: Option<String>,
}

/// Why a store was not moved.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// There is no such store.
    #[error("there is no such store")]
    NotFound,
    /// It is somewhere else in its life; a repeated request finds it where the first one brought it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// A review needs more.
    #[error("the store has not told {0:?}")]
    Incomplete(Vec<&'static str>),
    /// Other changes of the same store kept winning.
    #[error("the store keeps changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Moves the store, tells its owner what was decided, and records who did it, all in one transaction.
pub async fn advance(ctx: &Ctx, command: &Advance) -> Result<Store, AdvanceError> {
    for _ in 0..ATTEMPTS_MAX {
        let read = super::store(ctx, command.store).await?.ok_or(AdvanceError::NotFound)?;
        let next = read.advanced(command.step, command.reason.clone(), ctx.clock.now())?;
        let missing = next.missing();
        if command.step == Step::Submit && !missing.is_empty() {
            return Err(AdvanceError::Incomplete(missing));
        }
        let (telling, version) = (Telling::new(ctx, command.store, command.by), read.version() + 1);
        let (before, after) = (json!({ "status": read.status }), json!({ "status": next.status }));
        let mut tx =
            Tx::new().replace("store", &read, &next).tell(telling.audit(command.step.name(), version, before, after));
        let fact = StoreFact { store_id: next.store_id, owner_id: next.owner_id };
        match command.step {
            Step::Approve => tx = tx.tell(telling.event("approved", version, Fact::StoreApproved(fact))),
            Step::Reject => tx = tx.tell(telling.event("rejected", version, Fact::StoreRejected(fact))),
            Step::Submit | Step::Suspend | Step::Reinstate | Step::Close => {}
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(next),
            Err(error) if error.refused() == Some("store") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AdvanceError::Busy)
}

#[cfg(test)]
mod tests {
    use contracts::StoreStatus;
    use futures::future::join_all;

    use super::*;
    use crate::tests::world;

    fn step(store: &Store, step: Step, by: &str) -> Advance {
        let reason = (step == Step::Reject).then(|| "no".to_owned());
        Advance { store: store.store_id, step, by: UserId::derived(by), reason }
    }

    #[tokio::test]
    async fn of_many_admins_who_decide_at_once_one_decides() {
        let w = world().await;
        let store = w.opened("Texno").await;
        advance(&w.ctx, &step(&store, Step::Submit, "vendor")).await.unwrap();
        let decisions: Vec<_> = (0..10)
            .map(|n| step(&store, if n % 2 == 0 { Step::Approve } else { Step::Reject }, &n.to_string()))
            .collect();
        let results = join_all(decisions.iter().map(|d| advance(&w.ctx, d))).await;
        let decided: Vec<_> = results.iter().filter_map(|r| r.as_ref().ok()).collect();
        let [winner] = decided[..] else { panic!("{} decisions", decided.len()) };
        let refused = results.iter().filter(|r| matches!(r, Err(AdvanceError::NotAllowed(_)))).count();
        assert_eq!(refused, 9);
        let fact = if winner.status == StoreStatus::Active { "store.approved" } else { "store.rejected" };
        assert_eq!(w.told().await, ["store.opened", "audit.recorded", "audit.recorded", fact]);
    }

    #[tokio::test]
    async fn a_repeated_step_is_told_where_the_store_is() {
        let w = world().await;
        let store = w.opened("Texno").await;
        let submit = step(&store, Step::Submit, "vendor");
        advance(&w.ctx, &submit).await.unwrap();
        let again = advance(&w.ctx, &submit).await;
        let Err(AdvanceError::NotAllowed(NotAllowed { status, .. })) = again else { panic!("{again:?}") };
        assert_eq!(status, StoreStatus::UnderReview);
    }

    #[tokio::test]
    async fn a_rejected_store_may_be_submitted_and_rejected_again_and_each_is_told() {
        let w = world().await;
        let store = w.opened("Texno").await;
        for _ in 0..2 {
            advance(&w.ctx, &step(&store, Step::Submit, "vendor")).await.unwrap();
            advance(&w.ctx, &step(&store, Step::Reject, "admin")).await.unwrap();
        }
        assert_eq!(w.told().await.iter().filter(|fact| **fact == "store.rejected").count(), 2);
    }
}
