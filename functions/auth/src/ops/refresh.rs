//! Continuing a session: each refresh token counts once.
//!
//! The session's row is replaced under the version that was read, so of two requests with one token exactly one rotates
//! it. The other, if it had arrived before the rotation (two tabs, a gateway that tries again), is given the very
//! token that the first one was given. A request whose answer was lost repeats itself with the `Idempotency-Key` it
//! had: within a minute, and as long as the new token was not used, it is given the lost answer's token too.
//! Everything else that shows a token which counted before is a replay: somebody holds a copy, nobody knows who, so
//! the session ends for both. Time alone is no excuse: a thief would be as quick as a lost answer. What a thief gains by
//! being at once with the owner ends when either of them uses the common token and then the other.
//!
//! Cognito is asked before the row is written: a crash in between leaves the token that was shown as it was.

use contracts::Actor;
use domain::Timestamp;
use dynamodb::{Stored, Tx};
use lambda::http::ClientInfo;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::login::SignedIn;
use super::{Error, RACES_MAX, event};
use crate::IdentityCtx;
use crate::credentials::{CredentialsError, Tokens};
use crate::domain::session::{Rotation, Showing, Verdict};
use crate::domain::{RefreshToken, Session, SessionEnd, SessionStatus};
use crate::table::session_key;

/// Somebody shows a refresh token.
pub struct Refresh {
    /// The token.
    pub token: RefreshToken,
    /// The same when a request is repeated.
    pub idempotency_key: Option<String>,
    /// From where.
    pub client: ClientInfo,
}

/// A new access token, and the refresh token that counts from now on.
pub async fn refresh(ctx: &IdentityCtx, command: &Refresh) -> Result<SignedIn, Error> {
    let key = command.idempotency_key.as_ref().map(|key| hex::encode(Sha256::digest(key)));
    let showing = Showing { arrived_at: ctx.clock.now(), key };
    let token = &command.token;
    for _ in 0..RACES_MAX {
        let session = ctx.table.get_consistent::<Session>(session_key(token.user, token.session)).await?;
        let session = session.ok_or(Error::SessionOver)?;
        match session.judge(token, &showing) {
            Verdict::Foreign => return Err(Error::SessionOver),
            Verdict::Repeated(current) => {
                let (tokens, _) = ask(ctx, &session, &current).await?;
                return Ok(signed_in(tokens, current));
            }
            Verdict::Replayed => {
                if end(ctx, &session, SessionEnd::Replayed, "session.replay").await? {
                    return Err(Error::SessionOver);
                }
            }
            Verdict::Current => {
                let (tokens, inner) = ask(ctx, &session, token).await?;
                if let Some(next) = rotate(ctx, &session, command, &showing, &inner).await? {
                    return Ok(signed_in(tokens, next));
                }
            }
        }
    }
    Err(Error::Busy)
}

fn signed_in(tokens: Tokens, refresh: RefreshToken) -> SignedIn {
    SignedIn { access: tokens.access, expires_in_seconds: tokens.expires_in_seconds, refresh }
}

/// New tokens of Cognito for the session, by what `token` opens; and Cognito's refresh token from now on.
async fn ask(ctx: &IdentityCtx, session: &Stored<Session>, token: &RefreshToken) -> Result<(Tokens, String), Error> {
    let sealed = session.sealed.as_deref().ok_or(Error::SessionOver)?;
    let inner = token.open(sealed).map_err(|e| Error::Crypto(e.to_string()))?;
    match ctx.credentials.refresh(session.user_id, &inner).await {
        Ok(tokens) => {
            let inner = tokens.refresh.clone().unwrap_or(inner);
            Ok((tokens, inner))
        }
        Err(CredentialsError::Refused) => {
            // Whoever raced this write read the same refusal or another end.
            end(ctx, session, SessionEnd::Refused, "session.refuse").await?;
            Err(Error::SessionOver)
        }
        Err(error @ CredentialsError::Withheld(_)) => match super::account(ctx, session.user_id).await {
            Ok(account) if account.may_sign_in() => Err(error.into()),
            Ok(_) | Err(Error::NotFound) => Err(Error::SessionOver),
            Err(cause) => Err(cause),
        },
        Err(error) => Err(error.into()),
    }
}

/// Gives the token up for its successor; `None` when somebody wrote the session since it was read.
async fn rotate(
    ctx: &IdentityCtx,
    session: &Stored<Session>,
    command: &Refresh,
    showing: &Showing,
    inner: &str,
) -> Result<Option<RefreshToken>, Error> {
    let mut nonce = [0; 32];
    ctx.entropy.fill(&mut nonce);
    let next = command.token.successor(&nonce);
    let sealed = next.seal(inner, &*ctx.entropy).map_err(|e| Error::Crypto(e.to_string()))?;
    let at: Timestamp = ctx.clock.now();
    let rotation = Rotation { from: command.token.hash(), nonce: hex::encode(nonce), at, key: showing.key.clone() };
    let rotated = Session {
        ip: command.client.ip.clone(),
        user_agent: command.client.user_agent.clone(),
        last_used_at: at,
        hash: next.hash(),
        sealed: Some(sealed),
        rotation: Some(rotation),
        ..Session::clone(session)
    };
    match ctx.table.replace(session, rotated).await {
        Ok(_) => Ok(Some(next)),
        Err(error) if error.refused().is_some() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ends the session; `false` when somebody wrote it since it was read.
async fn end(ctx: &IdentityCtx, session: &Stored<Session>, why: SessionEnd, action: &str) -> Result<bool, Error> {
    let ended = session.ended(SessionStatus::Revoked, Some(why));
    let (before, after) = (json!({"status": session.status}), json!({"status": ended.status, "end": why}));
    // Whoever showed the token is not known to be its owner.
    let audited = event::audited(ctx, Actor::Guest, action, format!("session/{}", session.id), before, after);
    match ctx.table.commit(Tx::new().replace("session", session, &ended).tell(audited)).await {
        Ok(()) => Ok(true),
        Err(error) if error.refused() == Some("session") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use jiff::SignedDuration;

    use super::*;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    async fn world() -> (World, RefreshToken) {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        let first = w.login(EMAIL, PASSWORD).await.unwrap().refresh;
        w.clock.advance(SignedDuration::from_secs(1));
        (w, first)
    }

    fn over(result: &Result<SignedIn, Error>) -> bool {
        matches!(result, Err(Error::SessionOver))
    }

    #[tokio::test]
    async fn a_session_goes_on_with_a_new_token_each_time() {
        let (w, mut token) = world().await;
        for _ in 0..5 {
            let next = w.refresh(&token, None).await.unwrap();
            assert_ne!(next.refresh.hash(), token.hash());
            assert_eq!(next.refresh.session, token.session);
            token = next.refresh;
            w.clock.advance(SignedDuration::from_secs(1));
        }
    }

    #[tokio::test]
    async fn a_replayed_refresh_token_ends_its_session() {
        let (w, first) = world().await;
        let second = w.refresh(&first, None).await.unwrap().refresh;
        assert!(over(&w.refresh(&first, None).await));
        assert!(over(&w.refresh(&second, None).await), "the session is over for both");
        let row = w.ctx.table.get_consistent::<Session>(session_key(first.user, first.session)).await.unwrap().unwrap();
        assert_eq!((row.status, row.end, &row.sealed), (SessionStatus::Revoked, Some(SessionEnd::Replayed), &None));
    }

    #[tokio::test]
    async fn a_token_of_any_earlier_generation_is_a_replay() {
        let (w, first) = world().await;
        let mut token = first.clone();
        for _ in 0..4 {
            token = w.refresh(&token, None).await.unwrap().refresh;
        }
        assert!(over(&w.refresh(&first, None).await));
        assert!(over(&w.refresh(&token, None).await));
    }

    #[tokio::test]
    async fn a_guessed_token_ends_nothing() {
        let (w, first) = world().await;
        let guess = RefreshToken::generate(first.session, first.user, &domain::SeededEntropy::new(99));
        assert!(over(&w.refresh(&guess, None).await));
        w.refresh(&first, None).await.unwrap();
    }

    #[tokio::test]
    async fn a_lost_answer_is_given_again_to_the_same_request() {
        let (w, first) = world().await;
        let lost = w.refresh(&first, Some("key-of-the-request")).await.unwrap().refresh;
        w.clock.advance(SignedDuration::from_secs(20));
        let again = w.refresh(&first, Some("key-of-the-request")).await.unwrap().refresh;
        assert_eq!(again.to_text(), lost.to_text());
        let next = w.refresh(&again, None).await.unwrap().refresh;
        assert!(over(&w.refresh(&first, Some("key-of-the-request")).await), "not once the new token was used");
        assert!(over(&w.refresh(&next, None).await));
    }

    #[tokio::test]
    async fn requests_at_once_get_one_and_the_same_token() {
        let (w, first) = world().await;
        // The clock moves when the keeper of credentials is asked: rotations come after every arrival.
        let ticking = async {
            for _ in 0..200 {
                tokio::task::yield_now().await;
                w.clock.advance(SignedDuration::from_millis(1));
            }
        };
        let all = async { join_all((0..6).map(|_| w.refresh(&first, None))).await };
        let (all, ()) = futures::join!(all, ticking);
        let texts: std::collections::HashSet<_> = all.into_iter().map(|r| r.unwrap().refresh.to_text()).collect();
        assert_eq!(texts.len(), 1);
    }

    #[tokio::test]
    async fn a_session_ends_after_seven_days_whatever_its_refreshes() {
        let (w, first) = world().await;
        w.clock.advance(SignedDuration::from_hours(6 * 24));
        let second = w.refresh(&first, None).await.unwrap().refresh;
        w.clock.advance(SignedDuration::from_hours(24));
        assert!(over(&w.refresh(&second, None).await));
    }

    #[tokio::test]
    async fn an_outage_leaves_the_token_as_it_was() {
        let (w, first) = world().await;
        w.credentials.set_down(true);
        assert!(matches!(w.refresh(&first, None).await, Err(Error::Credentials(_))));
        w.credentials.set_down(false);
        w.refresh(&first, None).await.unwrap();
    }
}
