use domain::UserId;
use dynamodb::Stored;

use super::Error;
use crate::Ctx;
use crate::domain::{Account, Email};
use crate::table::{EmailClaim, account_key, claim_key};

/// The account of `user`, with every write that was answered before.
pub async fn account(ctx: &Ctx, user: UserId) -> Result<Stored<Account>, Error> {
    ctx.table.get_consistent(account_key(user)).await?.ok_or(Error::NotFound)
}

/// The account that has `email`, if any has. For an address without one as much is read.
pub(crate) async fn account_of(ctx: &Ctx, email: &Email) -> Result<Option<Stored<Account>>, Error> {
    let claim = ctx.table.get_consistent::<EmailClaim>(claim_key(email)).await?;
    let user = claim.map_or_else(|| nobody(email), |claim| claim.user_id);
    Ok(ctx.table.get_consistent(account_key(user)).await?)
}

/// The id that stands for an address nobody has: what is done in vain is done for it, so that it costs the same.
pub(crate) fn nobody(email: &Email) -> UserId {
    UserId::derived(&format!("auth/nobody/{email}"))
}
