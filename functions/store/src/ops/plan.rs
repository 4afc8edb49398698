//! Setting a store's plan.

use domain::{StoreId, UserId};
use dynamodb::{Error, Tx};
use serde_json::json;

use super::{ATTEMPTS_MAX, Telling};
use crate::ctx::Ctx;
use crate::domain::{Plan, Store};

/// Why a plan was not set.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// There is no such store.
    #[error("there is no such store")]
    NotFound,
    /// Other changes of the same store kept winning.
    #[error("the store keeps changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Sets the plan and records who did it. A repeated request changes nothing. Products beyond a smaller plan's limit
/// stay; only new ones are refused.
pub async fn set_plan(ctx: &Ctx, id: StoreId, plan: Plan, by: UserId) -> Result<Store, PlanError> {
    for _ in 0..ATTEMPTS_MAX {
        let read = super::store(ctx, id).await?.ok_or(PlanError::NotFound)?;
        if read.plan == plan {
            return Ok(read.into_row());
        }
        let next = Store { plan, ..Store::clone(&read) };
        let (before, after) = (json!({ "plan": read.plan }), json!({ "plan": plan }));
        let audit = Telling::new(ctx, id, by).audit("set-plan", read.version() + 1, before, after);
        match ctx.table.commit(Tx::new().replace("store", &read, &next).tell(audit)).await {
            Ok(()) => return Ok(next),
            Err(error) if error.refused() == Some("store") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(PlanError::Busy)
}
