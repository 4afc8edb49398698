//! Registering: the account's row and its claim on the address, then the mail, then the code's row.
//!
//! Nobody's password is kept before the address is proven: the one that counts comes with the code
//! ([`super::verify_email`]). A crash leaves a pending account whose code does not count. It blocks nobody: whoever
//! registers with the address next takes it over, and the sweep undoes it when nobody does. Only the last write makes
//! the code count, so success is answered for nothing less. One request at a time works on an account
//! (`turn`), so that many at once send one mail; the others wait. Of several registrations the last one says
//! the role.

use contracts::PlatformRole;
use domain::{Locale, Timestamp, TokenId, UserId};
use dynamodb::{Stored, Tx};

use super::Error;
use super::lookup::account_of;
use super::turn::{self, TURNS_MAX};
use crate::IdentityCtx;
use crate::domain::{Account, Code, CodeKey, Email, Status, TokenKind, UserToken};
use crate::mail::Letter;
use crate::table::EmailClaim;

/// Somebody registers.
pub struct Register {
    /// With what address.
    pub email: Email,
    /// As what; the caller may choose among those open to everybody.
    pub role: PlatformRole,
    /// Reading what language.
    pub locale: Locale,
}

/// Makes an account, or does nothing that its owner would have to worry about: the answer does not tell which.
pub async fn register(ctx: &IdentityCtx, command: &Register) -> Result<(), Error> {
    // Before anything is looked up: its time is the same for everybody.
    let key = ctx.credentials.code_key().await?;
    for _ in 0..TURNS_MAX {
        let now = ctx.clock.now();
        let taken = match account_of(ctx, &command.email).await? {
            None => begin(ctx, command, now).await,
            Some(account) if account.status != Status::PendingVerification => {
                return already_registered(ctx, &account, now).await;
            }
            Some(account) if account.is_busy(now) => {
                turn::wait().await;
                continue;
            }
            Some(account) => match again(&account, command, now) {
                None => return Ok(()),
                Some(changed) => ctx.table.replace(&account, changed).await.map_err(Error::from),
            },
        };
        match taken {
            Ok(account) if account.is_busy(now) => {
                let done = turn::work(ctx, &account, Box::pin(send_code(ctx, &account, &key))).await;
                return match done {
                    Err(Error::Table(error)) if error.refused().is_some() => Err(Error::Busy),
                    done => done,
                };
            }
            Ok(_) => return Ok(()),
            // Somebody else was first.
            Err(Error::Table(error)) if error.refused().is_some() => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::Busy)
}

/// The first step: the account, which is the caller's to work on, and its claim on the address. Refused when somebody
/// else was first.
async fn begin(ctx: &IdentityCtx, command: &Register, now: Timestamp) -> Result<Stored<Account>, Error> {
    let user_id = UserId::generate(now, &*ctx.entropy);
    let account = Account::begin(user_id, command.email.clone(), command.role, command.locale, now);
    let claim = EmailClaim { email: command.email.clone(), user_id };
    ctx.table.commit(Tx::new().create("claim", &claim).create("account", &account)).await?;
    super::account(ctx, user_id).await
}

/// What another registration makes of a pending account that nobody works on: `None` when it is as it should be and its
/// mail is on its way; otherwise the account with the last word on the role, and taken when a mail is due.
fn again(account: &Account, command: &Register, now: Timestamp) -> Option<Account> {
    let renamed = Account { role: command.role, locale: command.locale, ..account.clone() };
    let is_sent = account.awaited_code().is_some() && (account.mails.is_fresh(now) || !account.mails.allows(now));
    if is_sent { (renamed != *account).then_some(renamed) } else { Some(renamed.working(now)) }
}

/// The remaining steps, by the one request that works on the account.
async fn send_code(ctx: &IdentityCtx, account: &Stored<Account>, key: &CodeKey) -> Result<(), Error> {
    let code = Code::generate(&*ctx.entropy);
    ctx.mailer.send(&account.email, Letter::Verification(&code).write(account.locale)).await?;
    let now = ctx.clock.now();
    let id = TokenId::generate(now, &*ctx.entropy);
    let token = UserToken::of(id, account.id, TokenKind::EmailVerification, &code, key, now);
    let tx = Tx::new().replace("account", account, &account.registered(id, now)).create("token", &token);
    Ok(ctx.table.commit(tx).await?)
}

/// The address has an account: its owner is told, the caller is not.
async fn already_registered(ctx: &IdentityCtx, account: &Stored<Account>, now: Timestamp) -> Result<(), Error> {
    if account.mails.is_fresh(now) || !account.mails.allows(now) {
        return Ok(());
    }
    let spent = Account { mails: account.mails.spend(now), ..Account::clone(account) };
    match ctx.table.replace(account, spent).await {
        Ok(_) => {}
        // Somebody wrote at this moment: another request that mails, or the owner who signs in and so knows.
        Err(error) if error.refused().is_some() => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    Ok(ctx.mailer.send(&account.email, Letter::AlreadyRegistered.write(account.locale)).await?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::future::join_all;
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::account::WORK;
    use crate::ops::testing::{EMAIL, PASSWORD, World};

    #[tokio::test]
    async fn twenty_registrations_of_one_email_at_once_make_one_account() {
        let w = World::new().await;
        let all = join_all((0..20).map(|_| w.register(EMAIL))).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        assert_eq!(w.mailbox.to(EMAIL).len(), 1, "mailed once");
        assert_eq!((w.credentials.users(), w.told("user.registered").await), (0, 0), "nothing is proven yet");
        w.verify(EMAIL, PASSWORD).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
        assert_eq!((w.credentials.users(), w.told("user.registered").await), (1, 1));
    }

    #[tokio::test]
    async fn an_existing_account_gets_a_letter_and_keeps_its_password() {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        w.clock.advance(SignedDuration::from_mins(5));
        w.register(EMAIL).await.unwrap();
        w.register(EMAIL).await.unwrap();
        let mails = w.mailbox.to(EMAIL);
        assert_eq!(mails.len(), 2, "one code and one letter, not a letter each time");
        assert_eq!(mails[1], Letter::AlreadyRegistered.write(Locale::Uz));
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_later_registration_replaces_the_code_and_the_role() {
        let w = World::new().await;
        w.register(EMAIL).await.unwrap();
        let first = w.mailbox.code(EMAIL);
        let vendor = Register { role: PlatformRole::Vendor, ..World::command(EMAIL) };
        register(&w.ctx, &vendor).await.unwrap();
        assert_eq!(w.mailbox.to(EMAIL).len(), 1, "not within a minute");
        w.clock.advance(SignedDuration::from_mins(1));
        register(&w.ctx, &vendor).await.unwrap();
        assert_ne!(first, w.mailbox.code(EMAIL));
        assert!(matches!(w.verify_with(EMAIL, &first, PASSWORD).await, Err(Error::WrongCode)));
        w.verify(EMAIL, PASSWORD).await.unwrap();
        let account = account_of(&w.ctx, &vendor.email).await.unwrap().unwrap();
        assert_eq!(account.role, PlatformRole::Vendor);
    }

    #[tokio::test]
    async fn a_crash_after_each_step_ends_in_a_usable_account_when_tried_again() {
        for step in 0..3 {
            let w = World::new().await;
            if step == 0 {
                begin(&w.ctx, &World::command(EMAIL), w.clock.now()).await.unwrap();
            } else {
                if step == 2 {
                    w.register(EMAIL).await.unwrap();
                    w.clock.advance(SignedDuration::from_mins(1));
                }
                w.mailbox.crash_after_next();
                let killed = tokio::time::timeout(Duration::from_millis(300), w.register(EMAIL)).await;
                assert!(killed.is_err(), "the function was to be killed");
            }
            w.clock.advance(WORK);
            if step > 0 {
                // The code that was mailed last was never written down.
                assert!(matches!(w.verify(EMAIL, PASSWORD).await, Err(Error::WrongCode)));
            }
            w.register(EMAIL).await.unwrap();
            w.verify(EMAIL, PASSWORD).await.unwrap();
            w.login(EMAIL, PASSWORD).await.unwrap();
            assert_eq!((w.credentials.users(), w.told("user.registered").await), (1, 1), "step {step}");
        }
    }

    #[tokio::test]
    async fn a_crash_ends_in_no_account_when_not_tried_again() {
        let w = World::new().await;
        let account = begin(&w.ctx, &World::command(EMAIL), w.clock.now()).await.unwrap();
        w.clock.advance(SignedDuration::from_mins(15));
        w.sweep().await.unwrap();
        assert!(account_of(&w.ctx, &account.email).await.unwrap().is_none());
        assert_eq!(w.told("user.registered").await, 0, "nobody ever came");
        w.active(EMAIL, PASSWORD).await;
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_registration_that_failed_can_be_repeated_at_once() {
        let w = World::new().await;
        w.mailbox.refuse(true);
        w.register(EMAIL).await.unwrap_err();
        w.mailbox.refuse(false);
        w.register(EMAIL).await.unwrap();
        w.verify(EMAIL, PASSWORD).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn wrong_passwords_do_not_disturb_a_registration_in_flight() {
        let w = World::new().await;
        let account = begin(&w.ctx, &World::command(EMAIL), w.clock.now()).await.unwrap();
        for _ in 0..6 {
            assert!(matches!(w.login(EMAIL, "wrong").await, Err(Error::WrongCredentials)));
        }
        let key = w.ctx.credentials.code_key().await.unwrap();
        send_code(&w.ctx, &account, &key).await.unwrap();
        w.verify(EMAIL, PASSWORD).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_mailbox_is_not_filled_through_us() {
        let w = World::new().await;
        for _ in 0..15 {
            w.register(EMAIL).await.unwrap();
            w.clock.advance(SignedDuration::from_mins(1));
        }
        assert_eq!(w.mailbox.to(EMAIL).len(), 10);
        w.verify(EMAIL, PASSWORD).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }
}
