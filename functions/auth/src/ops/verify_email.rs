//! Proving an email, and with it choosing the password.
//!
//! Anybody may register any address; only its owner reads the code. So the password that counts is the one that comes
//! with the code, never one that came before: a stranger who registers the address, whenever they do, chose nothing.
//!
//! A right code takes the account (`turn`), sets the password in Cognito, and then activates the account, keeps
//! the password's hash and uses the code up in one transaction. A crash before that leaves a pending account and a code
//! that still counts. A request whose answer was lost may be repeated as long as the code would count: it is answered alike.

use contracts::Actor;
use domain::{Timestamp, TokenId, UserId};
use dynamodb::{Stored, Tx};
use serde_json::json;

use super::lookup::{account_of, nobody};
use super::turn::{self, TURNS_MAX};
use super::{Error, event};
use crate::IdentityCtx;
use crate::domain::user_token::{Repeated, Tried};
use crate::domain::{Account, Code, CodeKey, Email, Password, TokenKind, UserToken};
use crate::table::{PasswordHistory, passwords_key, token_key};

/// Somebody shows a code.
pub struct VerifyEmail {
    /// For what address.
    pub email: Email,
    /// The code.
    pub code: Code,
    /// The password from now on.
    pub password: Password,
}

/// Makes the account active, with the password, if the code is the one that was sent to its address last.
///
/// A try counts by a write that fails when the token changed since it was read; then it is judged anew. So five wrong
/// ones end the token however many come at once, and of two right ones with different passwords one is too late.
pub async fn verify_email(ctx: &IdentityCtx, command: &VerifyEmail) -> Result<(), Error> {
    let key = ctx.credentials.code_key().await?;
    for _ in 0..TURNS_MAX {
        let now = ctx.clock.now();
        let Some(account) = account_of(ctx, &command.email).await? else {
            return in_vain(ctx, command, now).await;
        };
        if let Some(id) = account.shown_code() {
            match repeat(ctx, command, (account.id, id), &key, now).await {
                Err(Error::Table(error)) if error.refused().is_some() => continue,
                done => return done,
            }
        }
        let Some(id) = account.awaited_code() else { return in_vain(ctx, command, now).await };
        if account.is_busy(now) {
            turn::wait().await;
            continue;
        }
        let token = ctx.table.get_consistent::<UserToken>(token_key(account.id, id)).await?.ok_or(Error::WrongCode)?;
        let done = match token.attempt(&command.code, &key, now) {
            Tried::Spent => return Err(Error::WrongCode),
            Tried::Wrong(tried) => match ctx.table.replace(&token, tried).await {
                Ok(_) => return Err(Error::WrongCode),
                Err(error) => Err(error.into()),
            },
            Tried::Right(used) => match ctx.table.replace(&account, account.working(now)).await {
                Ok(account) => turn::work(ctx, &account, Box::pin(prove(ctx, &account, &token, &used, command))).await,
                Err(error) => Err(error.into()),
            },
        };
        match done {
            Err(Error::Table(error)) if error.refused().is_some() => {}
            done => return done,
        }
    }
    Err(Error::Busy)
}

/// What a code for an active account comes to: it is the one that made it so, shown once more with the same password,
/// or a wrong one.
async fn repeat(
    ctx: &IdentityCtx,
    command: &VerifyEmail,
    (user, id): (UserId, TokenId),
    key: &CodeKey,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(token) = ctx.table.get_consistent::<UserToken>(token_key(user, id)).await? else {
        return in_vain(ctx, command, now).await;
    };
    let missed = match token.repeat(&command.code, key, now) {
        Repeated::Over => return in_vain(ctx, command, now).await,
        Repeated::Other(missed) => missed,
        Repeated::Same => {
            let kept = ctx.table.get_consistent::<PasswordHistory>(passwords_key(user)).await?;
            if kept.is_some_and(|kept| kept.hashes.first().is_some_and(|hash| command.password.matches(hash))) {
                return Ok(());
            }
            token.missed()
        }
    };
    ctx.table.replace(&token, missed).await?;
    Err(Error::WrongCode)
}

/// Costs what a wrong code costs: how long the answer takes does not tell whether the address awaits a code.
async fn in_vain(ctx: &IdentityCtx, command: &VerifyEmail, now: Timestamp) -> Result<(), Error> {
    let (user_id, id) = (nobody(&command.email), TokenId::derived("auth/nobody"));
    let hash = String::new();
    let token =
        UserToken { id, user_id, kind: TokenKind::EmailVerification, hash, attempts: 0, ends_at: now, used_at: None };
    let done = match ctx.table.get_consistent::<UserToken>(token_key(user_id, id)).await? {
        Some(there) => ctx.table.replace(&there, there.missed()).await.map(|_| ()),
        None => ctx.table.create(&token).await,
    };
    match done {
        Err(error) if error.refused().is_none() => Err(error.into()),
        _ => Err(Error::WrongCode),
    }
}

/// What a right code comes to, by the one request that works on the account.
async fn prove(
    ctx: &IdentityCtx,
    account: &Stored<Account>,
    token: &Stored<UserToken>,
    used: &UserToken,
    command: &VerifyEmail,
) -> Result<(), Error> {
    let hash = command.password.hash(&*ctx.entropy).map_err(|e| Error::Crypto(e.to_string()))?;
    ctx.credentials.set(account.id, command.password.as_str()).await?;
    let verified = account.verified(ctx.clock.now());
    let (actor, resource) = (Actor::User { id: account.id }, format!("user/{}", account.id));
    let (before, after) = (json!({"status": account.status}), json!({"status": verified.status}));
    let tx = Tx::new()
        .replace("token", token, used)
        .replace("account", account, &verified)
        .create("passwords", &PasswordHistory { user_id: account.id, hashes: vec![hash] })
        .tell(event::registered(ctx, account.id, verified.role, verified.locale, actor))
        .tell(event::audited(ctx, actor, "user.verify-email", resource, before, after));
    Ok(ctx.table.commit(tx).await?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;
    use jiff::SignedDuration;

    use super::*;
    use crate::credentials::fake::Crash;
    use crate::domain::account::WORK;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    /// What a stranger would like to be the password.
    const STRANGER: &str = "Begona7!parol";

    fn wrong(right: &Code, nth: u32) -> Code {
        let number: u32 = right.as_str().parse().unwrap();
        format!("{:06}", (number + 1 + nth) % 1_000_000).parse().unwrap()
    }

    #[tokio::test]
    async fn the_password_is_the_one_that_came_with_the_right_code() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        let code = w.mailbox.code(EMAIL);
        assert!(matches!(w.verify_with(EMAIL, &wrong(&code, 0), STRANGER).await, Err(Error::WrongCode)));
        assert_eq!(w.credentials.users(), 0, "a wrong code sets no password");
        w.verify_with(EMAIL, &code, PASSWORD).await.unwrap();
        assert!(matches!(w.verify_with(EMAIL, &code, STRANGER).await, Err(Error::WrongCode)));
        w.login(EMAIL, STRANGER).await.unwrap_err();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_code_works_once_even_when_tried_at_the_same_moment_and_its_password_is_the_one() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        let passwords: Vec<_> = (0..8).map(|n| format!("Olma{n}!anor")).collect();
        let tries = join_all(passwords.iter().map(|password| w.verify(EMAIL, password))).await;
        assert!(tries.iter().all(|tried| matches!(tried, Ok(()) | Err(Error::WrongCode))), "{tries:?}");
        let right: Vec<_> = tries.iter().zip(&passwords).filter(|(tried, _)| tried.is_ok()).collect();
        assert_eq!(right.len(), 1);
        w.login(EMAIL, right[0].1).await.unwrap();
        assert_eq!(w.told("user.registered").await, 1);
    }

    #[tokio::test]
    async fn a_crash_on_the_way_leaves_an_account_whose_owner_can_show_the_same_code_again() {
        for crash in [Crash::BeforeSet, Crash::AfterSet] {
            let w = World::new().await;
            w.register(EMAIL).await.unwrap();
            w.credentials.crash_at(crash);
            let killed = tokio::time::timeout(Duration::from_millis(500), w.verify(EMAIL, STRANGER)).await;
            assert!(killed.is_err(), "the function was to be killed");
            assert!(matches!(w.login(EMAIL, STRANGER).await, Err(Error::WrongCredentials)));
            assert_eq!(w.told("user.registered").await, 0);
            w.clock.advance(WORK);
            w.verify(EMAIL, PASSWORD).await.unwrap();
            w.login(EMAIL, STRANGER).await.unwrap_err();
            w.login(EMAIL, PASSWORD).await.unwrap();
            assert_eq!((w.credentials.users(), w.told("user.registered").await), (1, 1));
        }
    }

    #[tokio::test]
    async fn a_failure_on_the_way_costs_neither_the_code_nor_a_wait() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        w.credentials.set_down(true);
        assert!(matches!(w.verify(EMAIL, PASSWORD).await, Err(Error::Credentials(_))));
        w.credentials.set_down(false);
        w.verify(EMAIL, PASSWORD).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn five_wrong_codes_end_the_right_one_however_many_come_at_once() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        let right = w.mailbox.code(EMAIL);
        let codes: Vec<_> = (0..20).map(|nth| wrong(&right, nth)).collect();
        let tries = join_all(codes.iter().map(|code| w.verify_with(EMAIL, code, PASSWORD))).await;
        assert!(tries.iter().all(|tried| matches!(tried, Err(Error::WrongCode))), "{tries:?}");
        assert!(matches!(w.verify(EMAIL, PASSWORD).await, Err(Error::WrongCode)));
    }

    #[tokio::test]
    async fn a_request_whose_answer_was_lost_is_answered_alike_and_nothing_else_is() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        let code = w.mailbox.code(EMAIL);
        for _ in 0..3 {
            w.verify_with(EMAIL, &code, PASSWORD).await.unwrap();
        }
        assert_eq!(w.told("user.registered").await, 1, "once");
        for _ in 0..5 {
            assert!(matches!(w.verify_with(EMAIL, &code, STRANGER).await, Err(Error::WrongCode)));
        }
        w.login(EMAIL, STRANGER).await.unwrap_err();
        let asked = w.verify_with(EMAIL, &code, PASSWORD).await;
        assert!(matches!(asked, Err(Error::WrongCode)), "nobody tries passwords by it: {asked:?}");
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn the_code_of_a_finished_registration_is_over_after_ten_minutes() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        w.verify(EMAIL, PASSWORD).await.unwrap();
        w.clock.advance(SignedDuration::from_mins(10));
        assert!(matches!(w.verify(EMAIL, PASSWORD).await, Err(Error::WrongCode)));
    }

    #[tokio::test]
    async fn a_code_ends_after_ten_minutes() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        w.clock.advance(SignedDuration::from_mins(10));
        assert!(matches!(w.verify(EMAIL, PASSWORD).await, Err(Error::WrongCode)));
    }
}
