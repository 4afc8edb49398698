//! The profile that every account has.

use contracts::UserRegistered;
use domain::{Timestamp, UserId};
use dynamodb::{Error, Stored};

use crate::ctx::Ctx;
use crate::domain::Profile;
use crate::table;

/// Begins the profile of an account; a second delivery of its registration changes nothing, whatever the profile has
/// become since.
pub async fn welcome(ctx: &Ctx, registered: &UserRegistered, at: Timestamp) -> Result<(), Error> {
    match ctx.table.create(&Profile::of(registered, at)).await {
        Err(error) if error.refused().is_some() => Ok(()),
        result => result,
    }
}

/// A person's profile with every change that was answered before; `None` until the registration has arrived here.
pub async fn profile(ctx: &Ctx, user: UserId) -> Result<Option<Stored<Profile>>, Error> {
    ctx.table.get_consistent(table::profile(user)).await
}
