//! A store was stopped, sells again, or was closed.

use contracts::StoreStanding;
use dynamodb::{Adjust, Error, Tx};

use crate::Ctx;
use crate::table::standing_key;

/// Remembers whether a store sells, unless a later revision of it was told of before: events come in any order.
pub async fn stands(ctx: &Ctx, told: &StoreStanding, sells: bool) -> Result<(), Error> {
    let earlier = i64::try_from(told.revision).unwrap_or(i64::MAX) - 1;
    let standing = Adjust::upsert("standing")
        .at_most("revision", earlier)
        .set("store_id", told.store_id)
        .set("sells", sells)
        .set("revision", told.revision);
    match ctx.table.commit(Tx::new().adjust("standing", standing_key(told.store_id), standing)).await {
        Err(Error::Refused(_)) => Ok(()),
        done => done,
    }
}
