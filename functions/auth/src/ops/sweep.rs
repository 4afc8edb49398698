//! Rows whose time has come: registrations that nobody finished, sessions at their end.

use dynamodb::{Key, Stored, Tx};
use tracing::{error, info};

use super::Error;
use crate::Ctx;
use crate::credentials::Credentials;
use crate::domain::{Account, Session, SessionStatus, Status};
use crate::table::claim_key;

/// Rows of each of eight shards that one tick looks at.
const BATCH: i32 = 25;

/// Looks at every due row; one that fails is tried again by the next tick and does not keep the others waiting.
pub async fn sweep(ctx: &Ctx, credentials: &dyn Credentials) -> Result<(), Error> {
    for key in ctx.table.due(ctx.clock.now(), BATCH).await? {
        let (place, done) = (format!("{} / {}", key.pk, key.sk), look(ctx, credentials, key).await);
        match done {
            Ok(()) => {}
            // Somebody wrote the row at this moment: it is looked at again.
            Err(Error::Table(cause)) if cause.refused().is_some() => info!(row = place, %cause, "not swept"),
            Err(cause) => error!(row = place, %cause, "not swept"),
        }
    }
    Ok(())
}

async fn look(ctx: &Ctx, credentials: &dyn Credentials, key: Key) -> Result<(), Error> {
    if key.sk == "ACCOUNT" {
        match ctx.table.get_consistent(key).await? {
            Some(account) => undo(ctx, credentials, account).await,
            None => Ok(()),
        }
    } else {
        match ctx.table.get_consistent(key).await? {
            Some(session) => expire(ctx, session).await,
            None => Ok(()),
        }
    }
}

/// Undoes a registration that was not finished in time; its address is free again. The account is worked on like by a
/// registration, so that none comes in between; a crash leaves it to the next tick.
async fn undo(ctx: &Ctx, credentials: &dyn Credentials, account: Stored<Account>) -> Result<(), Error> {
    let now = ctx.clock.now();
    let is_due = account.finish_by.is_some_and(|at| at <= now) && account.status == Status::PendingVerification;
    if !is_due || account.is_busy(now) {
        return Ok(());
    }
    // Its time stays over, so that a crash does not put it off.
    let working = Account { finish_by: account.finish_by, ..account.working(now) };
    let account = ctx.table.replace(&account, working).await?;
    credentials.remove(account.id).await?;
    let tx = Tx::new().delete("account", &account).delete_key("claim", claim_key(&account.email));
    ctx.table.commit(tx).await?;
    info!(user.id = %account.id, "an unfinished registration is undone");
    Ok(())
}

async fn expire(ctx: &Ctx, session: Stored<Session>) -> Result<(), Error> {
    if session.status == SessionStatus::Active && session.ends_at <= ctx.clock.now() {
        let ended = session.ended(SessionStatus::Expired, None);
        ctx.table.replace(&session, ended).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::ops::lookup::account_of;
    use crate::ops::testing::{EMAIL, PASSWORD, World};
    use crate::table::session_key;

    #[tokio::test]
    async fn an_unverified_registration_frees_its_address_after_a_day_and_not_before() {
        let w = World::new().await;
        let email = EMAIL.parse().unwrap();
        w.register(EMAIL).await.unwrap();
        let user = account_of(&w.ctx, &email).await.unwrap().unwrap().id;
        // As after a crash while the code was shown.
        w.ctx.credentials.set(user, PASSWORD).await.unwrap();
        w.clock.advance(SignedDuration::from_hours(23));
        w.sweep().await.unwrap();
        assert!(account_of(&w.ctx, &email).await.unwrap().is_some() && w.credentials.knows(user));
        w.clock.advance(SignedDuration::from_hours(1));
        // The keeper of credentials is down: nothing is lost, the next tick goes on.
        w.credentials.set_down(true);
        w.sweep().await.unwrap();
        assert!(account_of(&w.ctx, &email).await.unwrap().is_some());
        w.credentials.set_down(false);
        w.clock.advance(SignedDuration::from_mins(1));
        w.sweep().await.unwrap();
        assert!(account_of(&w.ctx, &email).await.unwrap().is_none() && !w.credentials.knows(user));
    }

    #[tokio::test]
    async fn an_active_account_is_never_swept() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        w.clock.advance(SignedDuration::from_hours(48));
        w.sweep().await.unwrap();
        assert!(w.credentials.knows(user));
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_session_at_its_end_is_expired_and_what_could_continue_it_is_gone() {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        let token = w.login(EMAIL, PASSWORD).await.unwrap().refresh;
        w.clock.advance(SignedDuration::from_hours(7 * 24));
        w.sweep().await.unwrap();
        let key = session_key(token.user, token.session);
        let session = w.ctx.table.get_consistent::<Session>(key).await.unwrap().unwrap();
        assert_eq!((session.status, &session.sealed), (SessionStatus::Expired, &None));
    }
}
