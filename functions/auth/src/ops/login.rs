//! Signing in.

use std::fmt;

use contracts::Actor;
use domain::{SessionId, TokenId, UserId};
use dynamodb::{Adjust, Stored, Tx};
use lambda::http::ClientInfo;
use serde_json::json;

use super::lookup::{account_of, nobody};
use super::{Error, RACES_MAX, event};
use crate::IdentityCtx;
use crate::credentials::{CredentialsError, Tokens};
use crate::domain::account::LoginFailed;
use crate::domain::session::SESSION_LIFE;
use crate::domain::{Account, Email, LoginAttempt, LoginFailure, RefreshToken, Session, SessionStatus, Status};
use crate::table::{LOGIN_KEPT, vain_key};

/// Somebody signs in.
pub struct Login {
    /// With what address.
    pub email: Email,
    /// With what password.
    pub password: String,
    /// What the client calls its device.
    pub device: Option<String>,
    /// From where.
    pub client: ClientInfo,
}

/// What a client gets.
#[derive(Clone)]
pub struct SignedIn {
    /// Until the next refresh.
    pub access: String,
    /// The access token's life in seconds.
    pub expires_in_seconds: i32,
    /// For the next refresh.
    pub refresh: RefreshToken,
}

/// Tokens are not printed.
impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedIn(session {})", self.refresh.session)
    }
}

/// Begins a session for whoever knows the password of an active account.
///
/// A wrong password and a right one each count by a write of the account that fails when it changed since it was read,
/// and is then judged anew: what happens is what would have happened one by one, so a right guess among many at once
/// counts only if it comes before the fifth wrong one. While an account is locked, and for an address nobody has, the
/// keeper of credentials is asked about nobody: the same work, and nothing to learn. An account that is not proven or is
/// stopped answers like a wrong password: else registering an address would tell whether it was free.
pub async fn login(ctx: &IdentityCtx, command: &Login) -> Result<SignedIn, Error> {
    for _ in 0..RACES_MAX {
        if let Some(signed_in) = try_login(ctx, command).await? {
            return Ok(signed_in);
        }
    }
    Err(Error::Busy)
}

/// `None` when the account was given another password or role meanwhile: the tokens are of the one before.
async fn try_login(ctx: &IdentityCtx, command: &Login) -> Result<Option<SignedIn>, Error> {
    let account = account_of(ctx, &command.email).await?;
    let now = ctx.clock.now();
    let open = account.as_ref().filter(|account| !account.is_locked(now)).map(|account| account.id);
    let asked = open.unwrap_or_else(|| nobody(&command.email));
    let answer = ctx.credentials.sign_in(asked, &command.password).await;
    let Some(account) = account else {
        unavailable(answer)?;
        return Err(refuse_unknown(ctx, command).await?);
    };
    if open.is_none() {
        unavailable(answer)?;
        record(ctx, command, account, LoginFailure::Locked).await?;
        return Err(Error::WrongCredentials);
    }
    match answer {
        Ok(tokens) => succeed(ctx, command, account, tokens).await,
        Err(CredentialsError::Refused) => {
            record(ctx, command, account, LoginFailure::WrongPassword).await?;
            Err(Error::WrongCredentials)
        }
        Err(error @ CredentialsError::Withheld(_)) => {
            // The trigger could not look: nobody's fault but ours.
            if account.may_sign_in() {
                return Err(error.into());
            }
            refuse_stopped(ctx, command, &account).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What was asked in vain matters only when there was no answer.
fn unavailable(answer: Result<Tokens, CredentialsError>) -> Result<(), Error> {
    match answer {
        Err(error @ CredentialsError::Unavailable(_)) => Err(error.into()),
        _ => Ok(()),
    }
}

async fn refuse_unknown(ctx: &IdentityCtx, command: &Login) -> Result<Error, Error> {
    remember(ctx, command, nobody(&command.email), LoginFailure::UnknownAccount).await?;
    Ok(Error::WrongCredentials)
}

/// Remembers a failure that counts nowhere. It costs the transaction that counting one costs.
async fn remember(ctx: &IdentityCtx, command: &Login, user: UserId, failure: LoginFailure) -> Result<(), Error> {
    let row = attempt(ctx, command, user, Some(failure));
    let in_vain =
        Adjust::upsert("in-vain").add("failures", 1).set_once("expires_at", (row.at + LOGIN_KEPT).as_second());
    let tx = Tx::new().adjust("in vain", vain_key(nobody(&command.email)), in_vain).create("login", &row);
    Ok(ctx.table.commit(tx).await?)
}

/// The password is right, but the account is locked, not proven or stopped.
async fn refuse_stopped(ctx: &IdentityCtx, command: &Login, account: &Account) -> Result<Option<SignedIn>, Error> {
    let is_locked = account.is_locked(ctx.clock.now());
    let failure = if is_locked { LoginFailure::Locked } else { LoginFailure::NotActive };
    remember(ctx, command, account.id, failure).await?;
    Err(Error::WrongCredentials)
}

fn attempt(ctx: &IdentityCtx, command: &Login, user_id: UserId, failure: Option<LoginFailure>) -> LoginAttempt {
    let at = ctx.clock.now();
    LoginAttempt {
        id: TokenId::generate(at, &*ctx.entropy),
        user_id,
        at,
        ip: command.client.ip.clone(),
        user_agent: command.client.user_agent.clone(),
        device: command.device.clone(),
        failure,
    }
}

/// Counts a failure. One of a locked account is remembered but not counted: else nobody could ever get in again. Nor is
/// one of an account that is not proven: nobody has its password yet, and its row belongs to whoever registers.
async fn record(
    ctx: &IdentityCtx,
    command: &Login,
    mut account: Stored<Account>,
    failure: LoginFailure,
) -> Result<(), Error> {
    for _ in 0..RACES_MAX {
        let now = ctx.clock.now();
        if account.is_locked(now) || account.status == Status::PendingVerification {
            return remember(ctx, command, account.id, failure).await;
        }
        let row = attempt(ctx, command, account.id, Some(failure));
        let LoginFailed { account: failed, locked } = account.login_failed(now);
        let mut tx = Tx::new().replace("account", &account, &failed).create("login", &row);
        if locked {
            let (resource, after) = (format!("user/{}", account.id), json!({"locked_until": failed.locked_until}));
            tx =
                tx.tell(event::audited(ctx, Actor::Guest, "user.lock", resource, json!({"locked_until": null}), after));
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(()),
            Err(error) if error.refused() == Some("account") => account = super::account(ctx, account.id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Busy)
}

async fn succeed(
    ctx: &IdentityCtx,
    command: &Login,
    mut account: Stored<Account>,
    tokens: Tokens,
) -> Result<Option<SignedIn>, Error> {
    let asked = (account.password_changed_at, account.role);
    let missing = |what: &str| Error::Credentials(CredentialsError::Unavailable(format!("no {what} was issued")));
    let session_id = session_of(&tokens.origin().ok_or_else(|| missing("origin_jti"))?);
    let refresh = RefreshToken::generate(session_id, account.id, &*ctx.entropy);
    let inner = tokens.refresh.as_ref().ok_or_else(|| missing("refresh token"))?;
    let sealed = refresh.seal(inner, &*ctx.entropy).map_err(|e| Error::Crypto(e.to_string()))?;
    for _ in 0..RACES_MAX {
        let now = ctx.clock.now();
        if account.is_locked(now) || !account.may_sign_in() {
            return refuse_stopped(ctx, command, &account).await;
        }
        if (account.password_changed_at, account.role) != asked {
            return Ok(None);
        }
        let session = Session {
            id: session_id,
            user_id: account.id,
            device: command.device.clone(),
            ip: command.client.ip.clone(),
            user_agent: command.client.user_agent.clone(),
            status: SessionStatus::Active,
            end: None,
            created_at: now,
            last_used_at: now,
            ends_at: now + SESSION_LIFE,
            family: refresh.family(),
            hash: refresh.hash(),
            sealed: Some(sealed.clone()),
            rotation: None,
        };
        let tx = Tx::new()
            .replace("account", &account, &account.logged_in(now))
            .create("session", &session)
            .create("login", &attempt(ctx, command, account.id, None))
            .tell(event::signed_in(ctx, &session));
        match ctx.table.commit(tx).await {
            Ok(()) => {
                let (access, expires_in_seconds) = (tokens.access, tokens.expires_in_seconds);
                return Ok(Some(SignedIn { access, expires_in_seconds, refresh }));
            }
            Err(error) if error.refused() == Some("account") => account = super::account(ctx, account.id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Busy)
}

/// The session that a token family of Cognito is: an access token names its session by its `origin_jti`.
pub(crate) fn session_of(origin: &str) -> SessionId {
    SessionId::derived(&format!("auth/session/{origin}"))
}

#[cfg(test)]
mod tests {
    use domain::PageLimit;
    use futures::future::join_all;
    use jiff::SignedDuration;

    use super::*;
    use crate::ops::testing::{EMAIL, PASSWORD, World};
    use crate::table::login_attempts;

    async fn failures(w: &World, user: domain::UserId) -> Vec<Option<LoginFailure>> {
        let page = w.ctx.table.query::<LoginAttempt>(login_attempts(user).limit(PageLimit::new(100).unwrap())).await;
        page.unwrap().rows.iter().map(|row| row.failure).collect()
    }

    #[tokio::test]
    async fn five_failures_lock_the_account_for_half_an_hour() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        for _ in 0..5 {
            assert!(matches!(w.login(EMAIL, "wrong").await, Err(Error::WrongCredentials)));
            w.clock.advance(SignedDuration::from_secs(1));
        }
        assert!(matches!(w.login(EMAIL, PASSWORD).await, Err(Error::WrongCredentials)), "locked looks like wrong");
        w.clock.advance(SignedDuration::from_mins(30));
        w.login(EMAIL, PASSWORD).await.unwrap();
        let wrong = Some(LoginFailure::WrongPassword);
        let locked = Some(LoginFailure::Locked);
        assert_eq!(failures(&w, user).await, [None, locked, wrong, wrong, wrong, wrong, wrong]);
    }

    #[tokio::test]
    async fn failures_at_once_are_all_counted() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        join_all((0..12).map(|_| w.login(EMAIL, "wrong"))).await;
        assert!(w.login(EMAIL, PASSWORD).await.is_err());
        assert_eq!(failures(&w, user).await.len(), 13, "every attempt is remembered");
    }

    #[tokio::test]
    async fn a_right_guess_that_comes_after_the_fifth_wrong_one_is_too_late_even_when_it_was_sent_before() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let (read, tokens) =
            (super::super::account(&w.ctx, user).await.unwrap(), w.ctx.credentials.sign_in(user, PASSWORD));
        let tokens = tokens.await.unwrap();
        for _ in 0..5 {
            w.login(EMAIL, "wrong").await.unwrap_err();
        }
        let (email, password) = (EMAIL.parse().unwrap(), PASSWORD.to_owned());
        let command = Login { email, password, device: None, client: ClientInfo::default() };
        assert!(matches!(succeed(&w.ctx, &command, read, tokens).await, Err(Error::WrongCredentials)));
    }

    #[tokio::test]
    async fn many_may_sign_in_to_one_account_at_once() {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        let logins = join_all((0..8).map(|_| w.login(EMAIL, PASSWORD))).await;
        let sessions: std::collections::HashSet<_> = logins.into_iter().map(|l| l.unwrap().refresh.session).collect();
        assert_eq!(sessions.len(), 8);
    }

    #[tokio::test]
    async fn a_right_password_forgets_the_wrong_ones() {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        for _ in 0..3 {
            for _ in 0..4 {
                w.login(EMAIL, "wrong").await.unwrap_err();
            }
            w.login(EMAIL, PASSWORD).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_sign_in_with_the_old_password_does_not_outlive_the_new_one() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let read = super::super::account(&w.ctx, user).await.unwrap();
        let tokens = w.ctx.credentials.sign_in(user, PASSWORD).await.unwrap();
        let email: Email = EMAIL.parse().unwrap();
        let new = crate::domain::Password::parse("Boshqa7!parol", &email).unwrap();
        crate::ops::super_admin::create(&w.ctx, &email, &new).await.unwrap();
        let command = Login { email, password: PASSWORD.to_owned(), device: None, client: ClientInfo::default() };
        assert!(succeed(&w.ctx, &command, read, tokens).await.unwrap().is_none());
        assert!(matches!(w.login(EMAIL, PASSWORD).await, Err(Error::WrongCredentials)));
    }

    #[tokio::test]
    async fn no_answer_tells_that_an_account_is_not_proven_or_stopped() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        let user = account_of(&w.ctx, &EMAIL.parse().unwrap()).await.unwrap().unwrap().id;
        // As after a crash while the code was shown.
        w.ctx.credentials.set(user, PASSWORD).await.unwrap();
        let before = super::super::account(&w.ctx, user).await.unwrap();
        for _ in 0..5 {
            assert!(matches!(w.login(EMAIL, "wrong").await, Err(Error::WrongCredentials)));
        }
        assert!(matches!(w.login(EMAIL, PASSWORD).await, Err(Error::WrongCredentials)));
        // Whoever read the row before the tries still writes it: nothing was counted.
        w.ctx.table.replace(&before, Account::clone(&before)).await.unwrap();
        w.verify(EMAIL, PASSWORD).await.unwrap();
        let active = super::super::account(&w.ctx, user).await.unwrap();
        let stopped = Account { status: Status::Suspended, ..Account::clone(&active) };
        w.ctx.table.replace(&active, stopped).await.unwrap();
        assert!(matches!(w.login(EMAIL, PASSWORD).await, Err(Error::WrongCredentials)));
        let (wrong, stopped) = (Some(LoginFailure::WrongPassword), Some(LoginFailure::NotActive));
        let mut all = failures(&w, user).await;
        all.sort_by_key(|failure| *failure == wrong);
        assert_eq!(all, [stopped, stopped, wrong, wrong, wrong, wrong, wrong]);
        assert!(matches!(w.login("nobody@example.uz", PASSWORD).await, Err(Error::WrongCredentials)));
        let nobody = nobody(&"nobody@example.uz".parse().unwrap());
        assert_eq!(failures(&w, nobody).await, [Some(LoginFailure::UnknownAccount)]);
    }
}
