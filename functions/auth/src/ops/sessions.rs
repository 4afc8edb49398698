//! A person's sessions: seen and ended by their owner.

use contracts::Actor;
use domain::{PageLimit, SessionId, UserId};
use dynamodb::{Page, Query, Stored, Tx};
use serde_json::json;

use super::{Error, RACES_MAX, event};
use crate::Ctx;
use crate::domain::{Session, SessionEnd, SessionStatus};
use crate::table::{session_key, sessions};

/// Sessions read at once to end them.
const PAGE: PageLimit = match PageLimit::new(PageLimit::MAX) {
    Ok(limit) => limit,
    Err(_) => panic!("the largest page is a page"),
};

/// One page of `query`, which is one of [`crate::table`].
pub async fn list(ctx: &Ctx, query: Query) -> Result<Page<Session>, Error> {
    Ok(ctx.table.query(query).await?)
}

/// Ends one session of `user`; fine when it is over already. [`Error::NotFound`] when they have no such session.
pub async fn revoke(ctx: &Ctx, user: UserId, session: SessionId, why: SessionEnd) -> Result<(), Error> {
    for _ in 0..RACES_MAX {
        let row = ctx.table.get_consistent::<Session>(session_key(user, session)).await?.ok_or(Error::NotFound)?;
        if row.status != SessionStatus::Active || end(ctx, &row, why).await? {
            return Ok(());
        }
    }
    Err(Error::Busy)
}

/// Ends every session of `user` but `kept`.
pub async fn revoke_others(ctx: &Ctx, user: UserId, kept: SessionId) -> Result<(), Error> {
    end_all(ctx, user, Some(kept), SessionEnd::RevokedByOwner).await
}

/// Ends every session of `user` but `kept`, page after page, however many there are. What was ended stays so when it
/// fails on the way: again goes on.
pub(super) async fn end_all(ctx: &Ctx, user: UserId, kept: Option<SessionId>, why: SessionEnd) -> Result<(), Error> {
    let mut query = sessions(user).limit(PAGE);
    loop {
        let page = ctx.table.query::<Session>(query.clone()).await?;
        for row in page.rows.iter().filter(|row| Some(row.id) != kept && row.status == SessionStatus::Active) {
            if !end(ctx, row, why).await? {
                revoke(ctx, user, row.id, why).await?;
            }
        }
        if page.next.is_none() {
            return Ok(());
        }
        query = query.after(page.next);
    }
}

/// `false` when somebody wrote the session since it was read.
async fn end(ctx: &Ctx, row: &Stored<Session>, why: SessionEnd) -> Result<bool, Error> {
    let ended = row.ended(SessionStatus::Revoked, Some(why));
    let actor = match why {
        SessionEnd::RevokedByOperator => Actor::Operator,
        _ => Actor::User { id: row.user_id },
    };
    let resource = format!("session/{}", row.id);
    let (before, after) = (json!({"status": row.status}), json!({"status": ended.status, "end": why}));
    let tx = Tx::new().replace("session", row, &ended).tell(event::signed_out(ctx, row)).tell(event::audited(
        ctx,
        actor,
        "session.revoke",
        resource,
        before,
        after,
    ));
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(true),
        Err(error) if error.refused() == Some("session") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    #[tokio::test]
    async fn a_revoked_session_is_never_refreshed_again() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let tokens = w.login(EMAIL, PASSWORD).await.unwrap().refresh;
        revoke(&w.ctx, user, tokens.session, SessionEnd::RevokedByOwner).await.unwrap();
        revoke(&w.ctx, user, tokens.session, SessionEnd::RevokedByOwner).await.unwrap();
        assert!(matches!(w.refresh(&tokens, None).await, Err(Error::SessionOver)));
    }

    #[tokio::test]
    async fn a_refresh_that_races_a_revocation_does_not_survive_it() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let tokens = w.login(EMAIL, PASSWORD).await.unwrap().refresh;
        let revoked = revoke(&w.ctx, user, tokens.session, SessionEnd::RevokedByOwner);
        let (refreshed, revoked) = futures::join!(w.refresh(&tokens, None), revoked);
        revoked.unwrap();
        let last = refreshed.map_or(tokens, |signed_in| signed_in.refresh);
        assert!(matches!(w.refresh(&last, None).await, Err(Error::SessionOver)));
    }

    #[tokio::test]
    async fn nobody_ends_a_session_of_somebody_else() {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        let tokens = w.login(EMAIL, PASSWORD).await.unwrap().refresh;
        let stranger = UserId::derived("stranger");
        let refused = revoke(&w.ctx, stranger, tokens.session, SessionEnd::RevokedByOwner).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        w.refresh(&tokens, None).await.unwrap();
    }

    #[tokio::test]
    async fn all_others_end_and_the_own_goes_on() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(w.login(EMAIL, PASSWORD).await.unwrap().refresh);
        }
        revoke_others(&w.ctx, user, all[1].session).await.unwrap();
        for (nth, token) in all.iter().enumerate() {
            assert_eq!(w.refresh(token, None).await.is_ok(), nth == 1);
        }
    }

    #[tokio::test]
    async fn all_others_end_however_many_pages_they_fill() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let own = w.login(EMAIL, PASSWORD).await.unwrap().refresh;
        let row = w.ctx.table.get_consistent::<Session>(session_key(user, own.session)).await.unwrap().unwrap();
        let others = 2 * PageLimit::MAX + 1;
        for nth in 0..others {
            let other = Session { id: SessionId::derived(&format!("other {nth}")), ..Session::clone(&row) };
            w.ctx.table.create(&other).await.unwrap();
        }
        revoke_others(&w.ctx, user, own.session).await.unwrap();
        let rows = w.ctx.table.query_all::<Session>(sessions(user), 1_000).await.unwrap();
        let active: Vec<_> = rows.iter().filter(|row| row.status == SessionStatus::Active).map(|row| row.id).collect();
        assert_eq!((rows.len(), active), (others as usize + 1, vec![own.session]));
    }
}
