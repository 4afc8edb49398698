//! Moving a store along: its staff submit it, an admin approves, rejects, suspends or reinstates it, an owner closes it.

use contracts::{Fact, StoreFact, StoreStanding, StoreStatus};
use domain::{StoreId, UserId};
use dynamodb::{Error, Stored, Tx};
use serde_json::{Value, json};

use super::{ATTEMPTS_MAX, Telling};
use crate::ctx::Ctx;
use crate::domain::{NotAllowed, StaffMember, Step, Store};
use crate::table;

/// Who moves which store.
#[derive(Debug, Clone)]
pub struct Advance {
    /// The store.
    pub store: StoreId,
    /// How.
    pub step: Step,
    /// Whose doing it is.
    pub by: UserId,
    /// Why, for a rejection or a suspension.
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
    /// Only an owner closes a store.
    #[error("only an owner closes a store")]
    NotOwner,
    /// Other changes of the same store kept winning.
    #[error("the store keeps changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Moves the store, tells its owner what was decided, and records who did it, all in one transaction. Whoever closes it
/// is an owner at that moment.
pub async fn advance(ctx: &Ctx, command: &Advance) -> Result<Store, AdvanceError> {
    for _ in 0..ATTEMPTS_MAX {
        let read = super::store(ctx, command.store).await?.ok_or(AdvanceError::NotFound)?;
        let owner = if command.step == Step::Close { Some(owner(ctx, command).await?) } else { None };
        let next = read.advanced(command.step, command.reason.clone(), ctx.clock.now())?;
        let missing = next.missing();
        if command.step == Step::Submit && !missing.is_empty() {
            return Err(AdvanceError::Incomplete(missing));
        }
        let (telling, version) = (Telling::new(ctx, command.store, command.by), read.version() + 1);
        let (before, after) = (json!({ "status": read.status }), status_and_reason(&next, command));
        let mut tx =
            Tx::new().replace("store", &read, &next).tell(telling.audit(command.step.name(), version, before, after));
        if let Some((what, fact)) = fact(&next, command.step, version) {
            tx = tx.tell(telling.event(what, version, fact));
        }
        if let Some(owner) = &owner {
            tx = tx.unchanged("owner", owner);
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(next),
            Err(error) if matches!(error.refused(), Some("store" | "owner")) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AdvanceError::Busy)
}

/// Closes the store for good; one that is closed stays so. Orders under way go on, its slug stays its own.
pub async fn close(ctx: &Ctx, store: StoreId, by: UserId) -> Result<(), AdvanceError> {
    match advance(ctx, &Advance { store, step: Step::Close, by, reason: None }).await {
        Ok(_) | Err(AdvanceError::NotAllowed(NotAllowed { status: StoreStatus::Closed, .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn owner(ctx: &Ctx, command: &Advance) -> Result<Stored<StaffMember>, AdvanceError> {
    let member = ctx.table.get_consistent::<StaffMember>(table::staff(command.store, command.by)).await?;
    member.filter(|member| member.owns()).ok_or(AdvanceError::NotOwner)
}

/// What the others are told of a step that made the store's row `revision`.
const fn fact(store: &Store, step: Step, revision: u64) -> Option<(&'static str, Fact)> {
    let (store_id, owner_id) = (store.store_id, store.owner_id);
    let (decided, standing) = (StoreFact { store_id, owner_id }, StoreStanding { store_id, owner_id, revision });
    Some(match step {
        Step::Submit => return None,
        Step::Approve => ("approved", Fact::StoreApproved(decided)),
        Step::Reject => ("rejected", Fact::StoreRejected(decided)),
        Step::Suspend => ("suspended", Fact::StoreSuspended(standing)),
        Step::Reinstate => ("reinstated", Fact::StoreReinstated(standing)),
        Step::Close => ("closed", Fact::StoreClosed(standing)),
    })
}

fn status_and_reason(next: &Store, command: &Advance) -> Value {
    match &command.reason {
        Some(reason) => json!({ "status": next.status, "reason": reason }),
        None => json!({ "status": next.status }),
    }
}

#[cfg(test)]
mod tests {
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
