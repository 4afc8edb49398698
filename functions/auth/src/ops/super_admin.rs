//! The operator's way to the first super admin. No route leads here.

use contracts::{Actor, PlatformRole};
use domain::{Locale, UserId};
use dynamodb::{Stored, Tx};
use serde_json::json;

use super::lookup::account_of;
use super::sessions::end_all;
use super::{Error, RACES_MAX, event};
use crate::IdentityCtx;
use crate::domain::{Account, Email, Password, SessionEnd, Status};
use crate::table::{EmailClaim, PasswordHistory, passwords_key};

/// Makes the account of `email` an active, verified super admin with `password`, whatever it was before: made when there
/// is none, promoted and repaired when there is. The same again changes nothing but the password's hash. Whoever is
/// signed in to the account is not any more: every session ends before the role is given, and again after it, for those
/// that began with the old password meanwhile.
///
/// The role comes with the last write, after Cognito has the password: a crash leaves an account that is pending or as
/// it was (with the new password), and the command run again finishes it. [`Error::Busy`] while somebody registers with
/// the address.
pub async fn create(ctx: &IdentityCtx, email: &Email, password: &Password) -> Result<UserId, Error> {
    let hash = password.hash(&*ctx.entropy).map_err(|e| Error::Crypto(e.to_string()))?;
    for _ in 0..RACES_MAX {
        let Some(account) = account_of(ctx, email).await? else {
            begin(ctx, email).await?;
            continue;
        };
        if account.is_busy(ctx.clock.now()) {
            return Err(Error::Busy);
        }
        ctx.credentials.set(account.id, password.as_str()).await?;
        end_all(ctx, account.id, None, SessionEnd::RevokedByOperator).await?;
        if promote(ctx, &account, &hash).await? {
            end_all(ctx, account.id, None, SessionEnd::RevokedByOperator).await?;
            return Ok(account.id);
        }
    }
    Err(Error::Busy)
}

/// Fine when somebody else was first.
async fn begin(ctx: &IdentityCtx, email: &Email) -> Result<(), Error> {
    let now = ctx.clock.now();
    let user_id = UserId::generate(now, &*ctx.entropy);
    // Nobody's yet: a role that could do harm comes last.
    let account = Account::begin(user_id, email.clone(), PlatformRole::Customer, Locale::default(), now).given_up();
    let tx = Tx::new().create("claim", &EmailClaim { email: email.clone(), user_id }).create("account", &account);
    match ctx.table.commit(tx).await {
        Err(error) if error.refused() != Some("claim") => Err(error.into()),
        _ => Ok(()),
    }
}

/// `false` when somebody wrote the account since it was read.
async fn promote(ctx: &IdentityCtx, account: &Stored<Account>, hash: &str) -> Result<bool, Error> {
    let passwords = ctx.table.get_consistent::<PasswordHistory>(passwords_key(account.id)).await?;
    let now = ctx.clock.now();
    let promoted =
        Account { role: PlatformRole::SuperAdmin, failed_logins: 0, locked_until: None, ..account.verified(now) };
    let of = |a: &Account| json!({"role": a.role, "status": a.status, "email_verified": a.email_verified});
    let resource = format!("user/{}", account.id);
    let audited = event::audited(ctx, Actor::Operator, "user.make-super-admin", resource, of(account), of(&promoted));
    let mut tx = Tx::new().replace("account", account, &promoted).tell(audited);
    tx = match &passwords {
        Some(passwords) => tx.replace("passwords", passwords, &passwords.with(hash.to_owned())),
        None => tx.create("passwords", &PasswordHistory { user_id: account.id, hashes: vec![hash.to_owned()] }),
    };
    // Nobody was told of an account that was not proven.
    if account.status == Status::PendingVerification {
        tx = tx.tell(event::registered(ctx, account.id, promoted.role, promoted.locale, Actor::Operator));
    }
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.refused(), Some("account" | "passwords")) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::credentials::fake::Crash;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    async fn make(w: &World, password: &str) -> UserId {
        let email = EMAIL.parse().unwrap();
        create(&w.ctx, &email, &Password::parse(password, &email).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn the_command_may_be_run_again_and_after_a_crash() {
        let w = World::new().await;
        w.credentials.crash_at(Crash::AfterSet);
        assert!(tokio::time::timeout(Duration::from_millis(300), make(&w, PASSWORD)).await.is_err());
        w.login(EMAIL, PASSWORD).await.unwrap_err();
        let first = make(&w, PASSWORD).await;
        assert_eq!(make(&w, "Boshqa7!parol").await, first);
        w.login(EMAIL, PASSWORD).await.unwrap_err();
        w.login(EMAIL, "Boshqa7!parol").await.unwrap();
        let account = super::super::account(&w.ctx, first).await.unwrap();
        assert_eq!((account.role, account.may_sign_in(), account.finish_by), (PlatformRole::SuperAdmin, true, None));
        assert!(w.mailbox.to(EMAIL).is_empty());
        assert_eq!(w.told("user.registered").await, 1);
    }

    #[tokio::test]
    async fn an_account_that_exists_is_promoted() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        assert_eq!(make(&w, PASSWORD).await, user);
        w.login(EMAIL, PASSWORD).await.unwrap();
        assert_eq!(w.told("user.registered").await, 1);
    }

    #[tokio::test]
    async fn whoever_was_signed_in_before_is_no_super_admin() {
        let w = World::new().await;
        let user = w.active(EMAIL, PASSWORD).await;
        let before = [w.login(EMAIL, PASSWORD).await.unwrap(), w.login(EMAIL, PASSWORD).await.unwrap()];
        make(&w, "Boshqa7!parol").await;
        for session in before {
            assert!(matches!(w.refresh(&session.refresh, None).await, Err(Error::SessionOver)));
        }
        let (account, now) = (super::super::account(&w.ctx, user).await.unwrap(), w.clock.now());
        assert_eq!((account.role, account.password_changed_at), (PlatformRole::SuperAdmin, now));
        w.login(EMAIL, "Boshqa7!parol").await.unwrap();
    }
}
