//! What somebody wants to be told.

use domain::UserId;
use dynamodb::{Error, Stored, Tx};

use super::ATTEMPTS_MAX;
use crate::ctx::Ctx;
use crate::domain::{Preferences, PreferencesChange};
use crate::table;

/// Why preferences were not changed.
#[derive(Debug, thiserror::Error)]
pub enum PreferencesError {
    /// Other changes of the same person's preferences kept winning.
    #[error("the preferences keep changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// A person's preferences with every change that was answered before; the defaults of somebody who changed nothing.
pub async fn preferences(ctx: &Ctx, user: UserId) -> Result<Preferences, Error> {
    Ok(read(ctx, user).await?.map_or_else(|| Preferences::of(user), Stored::into_row))
}

/// Applies `change`; a change made meanwhile by another request is kept, member by member.
pub async fn change_preferences(
    ctx: &Ctx,
    user: UserId,
    change: &PreferencesChange,
) -> Result<Preferences, PreferencesError> {
    for _ in 0..ATTEMPTS_MAX {
        let there = read(ctx, user).await?;
        let now = there.as_deref().cloned().unwrap_or_else(|| Preferences::of(user));
        let next = now.changed(change.clone());
        if next == now {
            return Ok(next);
        }
        let tx = match &there {
            Some(there) => Tx::new().replace("preferences", there, &next),
            None => Tx::new().create("preferences", &next),
        };
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(next),
            Err(error) if error.refused() == Some("preferences") => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(PreferencesError::Busy)
}

async fn read(ctx: &Ctx, user: UserId) -> Result<Option<Stored<Preferences>>, Error> {
    ctx.table.get_consistent(table::preferences(user)).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures::future::join_all;

    use super::*;
    use crate::domain::{Channel, Privacy};
    use crate::tests::world;

    #[tokio::test]
    async fn changes_of_different_members_at_once_are_both_kept() {
        let w = world().await;
        let user = UserId::derived("u");
        let sms = BTreeSet::from([Channel::Sms]);
        let marketing = PreferencesChange { marketing: Some(sms.clone()), ..PreferencesChange::default() };
        let privacy = PreferencesChange { privacy: Some(Privacy::Private), ..PreferencesChange::default() };
        for result in join_all([&marketing, &privacy].map(|change| change_preferences(&w.ctx, user, change))).await {
            result.unwrap();
        }
        let preferences = preferences(&w.ctx, user).await.unwrap();
        assert_eq!((preferences.topics.marketing, preferences.privacy), (sms, Privacy::Private));
    }
}
