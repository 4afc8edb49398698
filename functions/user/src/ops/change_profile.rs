//! Changing a profile, with the username that nobody else may have.

use domain::UserId;
use dynamodb::{Error, Tx};

use super::ATTEMPTS_MAX;
use crate::ctx::Ctx;
use crate::domain::{BirthDateError, Profile, ProfileChange};
use crate::table::{self, Claim};

/// Why a profile was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The registration has not arrived here.
    #[error("there is no profile yet")]
    NoProfile,
    /// Somebody else has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// Not a day somebody can be born on.
    #[error(transparent)]
    BirthDate(#[from] BirthDateError),
    /// Other changes of the same profile kept winning.
    #[error("the profile keeps changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(Error),
}

/// Applies `change` to the profile as it stands; a change made meanwhile by another request is kept, member by member.
/// A new username is claimed, and the old one set free, in the same transaction.
pub async fn change_profile(ctx: &Ctx, user: UserId, change: &ProfileChange) -> Result<Profile, ChangeError> {
    for _ in 0..ATTEMPTS_MAX {
        let read = super::profile(ctx, user).await.map_err(ChangeError::Table)?.ok_or(ChangeError::NoProfile)?;
        let next = read.changed(change.clone(), ctx.clock.now())?;
        if next == *read {
            return Ok(next);
        }
        let mut tx = Tx::new().replace("profile", &read, &next);
        if next.username != read.username {
            if let Some(username) = next.username.clone() {
                tx = tx.create("username", &Claim { username, user_id: user });
            }
            if let Some(old) = &read.username {
                tx = tx.delete_key("old username", table::username(old));
            }
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(next),
            Err(error) => match error.refused() {
                // The profile comes first: when it is stale, what else failed says nothing.
                Some("profile") => {}
                Some("username") => return Err(ChangeError::UsernameTaken),
                _ => return Err(ChangeError::Table(error)),
            },
        }
    }
    Err(ChangeError::Busy)
}

#[cfg(test)]
mod tests {
    use domain::{Change, Locale};
    use futures::future::join_all;

    use super::*;
    use crate::tests::{World, world};

    fn username(name: &str) -> ProfileChange {
        ProfileChange { username: Change::Set(name.parse().unwrap()), ..ProfileChange::default() }
    }

    async fn claim(w: &World, name: &str) -> Option<UserId> {
        let key = table::username(&name.parse().unwrap());
        w.ctx.table.get_consistent::<Claim>(key).await.unwrap().map(|c| c.user_id)
    }

    #[tokio::test]
    async fn of_many_who_want_a_username_at_once_one_gets_it() {
        let w = world().await;
        let mut users = Vec::new();
        for n in 0..12 {
            users.push(w.registered(&format!("u{n}")).await);
        }
        let change = username("aziza");
        let results = join_all(users.iter().map(|user| change_profile(&w.ctx, *user, &change))).await;
        let taken = |r: &Result<Profile, ChangeError>| matches!(r, Err(ChangeError::UsernameTaken));
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
        assert_eq!(results.iter().filter(|r| taken(r)).count(), 11);
        let winner = results.iter().find_map(|r| r.as_ref().ok()).unwrap();
        assert_eq!(claim(&w, "aziza").await, Some(winner.user_id));
    }

    #[tokio::test]
    async fn changes_of_different_members_at_once_are_both_kept() {
        let w = world().await;
        let user = w.registered("u").await;
        let language = ProfileChange { language: Some(Locale::En), ..ProfileChange::default() };
        let bio = ProfileChange { bio: Change::Set("Salom".parse().unwrap()), ..ProfileChange::default() };
        let name = username("aziza");
        for result in join_all([&language, &bio, &name].map(|change| change_profile(&w.ctx, user, change))).await {
            result.unwrap();
        }
        let profile = crate::ops::profile(&w.ctx, user).await.unwrap().unwrap();
        assert_eq!(profile.language, Locale::En);
        assert_eq!(profile.bio, Some("Salom".parse().unwrap()));
        assert_eq!(profile.username, Some("aziza".parse().unwrap()));
    }

    #[tokio::test]
    async fn the_same_change_many_times_at_once_is_one_change() {
        let w = world().await;
        let user = w.registered("u").await;
        let change = username("aziza");
        for result in join_all((0..8).map(|_| change_profile(&w.ctx, user, &change))).await {
            assert_eq!(result.unwrap().username, Some("aziza".parse().unwrap()));
        }
    }

    #[tokio::test]
    async fn an_old_username_is_free_for_others() {
        let w = world().await;
        let (one, other) = (w.registered("one").await, w.registered("other").await);
        change_profile(&w.ctx, one, &username("aziza")).await.unwrap();
        let taken = change_profile(&w.ctx, other, &username("aziza")).await;
        assert!(matches!(taken, Err(ChangeError::UsernameTaken)));
        change_profile(&w.ctx, one, &username("aziza-2")).await.unwrap();
        change_profile(&w.ctx, other, &username("aziza")).await.unwrap();
        assert_eq!((claim(&w, "aziza").await, claim(&w, "aziza-2").await), (Some(other), Some(one)));
        let clear = ProfileChange { username: Change::Clear, ..ProfileChange::default() };
        change_profile(&w.ctx, other, &clear).await.unwrap();
        assert_eq!(claim(&w, "aziza").await, None);
    }
}
