//! Changing what a store tells about itself.

use domain::{StoreId, UserId};
use dynamodb::{Error, Tx};
use serde_json::{Value, json};

use super::{ATTEMPTS_MAX, Telling};
use crate::ctx::Ctx;
use crate::domain::{Reviewed, Store, StoreChange};

/// Why a store was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such store.
    #[error("there is no such store")]
    NotFound,
    /// The store's status does not let these members change.
    #[error(transparent)]
    Reviewed(#[from] Reviewed),
    /// Other changes of the same store kept winning.
    #[error("the store keeps changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Applies `change` to the store as it stands, and records who did it. The record names the members, not their values:
/// some are a person's.
pub async fn change(ctx: &Ctx, id: StoreId, by: UserId, change: &StoreChange) -> Result<Store, ChangeError> {
    for _ in 0..ATTEMPTS_MAX {
        let read = super::store(ctx, id).await?.ok_or(ChangeError::NotFound)?;
        let (next, fields) = read.changed(change.clone())?;
        if fields.is_empty() {
            return Ok(next);
        }
        let after = json!({ "changed": fields });
        let audit = Telling::new(ctx, id, by).audit("change", read.version() + 1, Value::Null, after);
        match ctx.table.commit(Tx::new().replace("store", &read, &next).tell(audit)).await {
            Ok(()) => return Ok(next),
            Err(error) if error.refused() == Some("store") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ChangeError::Busy)
}

#[cfg(test)]
mod tests {
    use domain::{Change, Region};
    use futures::future::join_all;

    use super::*;
    use crate::tests::world;

    #[tokio::test]
    async fn changes_of_different_members_at_once_are_both_kept() {
        let w = world().await;
        let store = w.opened("Texno").await;
        let description = StoreChange { description: Change::Set("Eng yaxshisi".into()), ..StoreChange::default() };
        let region = StoreChange { region: Some(Region::Fergana), ..StoreChange::default() };
        let changes = [&description, &region].map(|c| change(&w.ctx, store.store_id, store.owner_id, c));
        for result in join_all(changes).await {
            result.unwrap();
        }
        let details = super::super::store(&w.ctx, store.store_id).await.unwrap().unwrap().into_row().details;
        assert_eq!((details.description.as_deref(), details.region), (Some("Eng yaxshisi"), Region::Fergana));
        assert_eq!(w.told().await, ["store.opened", "audit.recorded", "audit.recorded"]);
    }

    #[tokio::test]
    async fn a_change_of_nothing_is_not_recorded() {
        let w = world().await;
        let store = w.opened("Texno").await;
        let same = StoreChange { region: Some(store.details.region), ..StoreChange::default() };
        change(&w.ctx, store.store_id, store.owner_id, &same).await.unwrap();
        assert_eq!(w.told().await, ["store.opened"]);
    }
}
