//! Registering: auth row first, then Cognito, then the mail, then the row again.
//!
//! A crash leaves a pending account whose credentials are missing. It blocks nobody: whoever registers with the address
//! next takes it over, and the sweep undoes it when nobody does. Only the last write makes it awaited (credentials
//! ready, code valid), so success is answered for nothing less. One request at a time works on an account's
//! credentials ([`crate::domain::account::WORK`]), so that the password in Cognito is the one whose code was mailed;
//! the others wait. An address is not proven until a code comes back, so the last registration wins: its password,
//! its code.

use std::time::Duration;

use contracts::{Actor, PlatformRole};
use domain::{Locale, Timestamp, TokenId, UserId};
use dynamodb::{Stored, Tx};

use super::lookup::{account_of, nobody};
use super::{Error, event};
use crate::IdentityCtx;
use crate::domain::account::WORK;
use crate::domain::{Account, Code, Credentials, Email, Password, Status, TokenKind, UserToken};
use crate::mail::Letter;
use crate::table::{EmailClaim, PasswordHistory, passwords_key};

/// How long a request waits for the one before it: longer than [`crate::domain::account::WORK`], so that it takes over
/// from one that was killed, and less than a function may take.
const TURNS_MAX: u32 = 100;
const TURN: Duration = Duration::from_millis(75);
/// How long a request works on the credentials before it gives up.
const STEPS: Duration = Duration::from_secs(5);
const _: () = assert!(STEPS.as_secs() + 1 == WORK.as_secs().unsigned_abs());
const _: () = assert!(TURN.as_millis() * TURNS_MAX as u128 > 1_000 * WORK.as_secs().unsigned_abs() as u128);

/// Somebody registers.
pub struct Register {
    /// With what address.
    pub email: Email,
    /// With what password.
    pub password: Password,
    /// As what; the caller may choose among those open to everybody.
    pub role: PlatformRole,
    /// Reading what language.
    pub locale: Locale,
}

/// Makes an account, or does nothing that its owner would have to worry about: the answer does not tell which.
pub async fn register(ctx: &IdentityCtx, command: &Register) -> Result<(), Error> {
    // Before anything is looked up: its time is the same for everybody.
    let hash = command.password.hash(&*ctx.entropy).map_err(|e| Error::Crypto(e.to_string()))?;
    for _ in 0..TURNS_MAX {
        let now = ctx.clock.now();
        let taken = match account_of(ctx, &command.email).await? {
            None => begin(ctx, command, &hash, now).await?,
            Some(account) if account.status != Status::PendingVerification => {
                return already_registered(ctx, &account, command, now).await;
            }
            Some(account) if account.is_busy(now) => None,
            Some(account) => match again(ctx, &account, command, &hash, now).await? {
                Again::Nothing => return Ok(()),
                Again::Taken(account) => account.map(|account| *account),
            },
        };
        if let Some(account) = taken {
            return complete(ctx, account, command).await;
        }
        tokio::time::sleep(TURN).await;
    }
    Err(Error::Busy)
}

/// The first step: the account and its claim on the address. `None` when somebody else was first.
pub(crate) async fn begin(
    ctx: &IdentityCtx,
    command: &Register,
    hash: &str,
    now: Timestamp,
) -> Result<Option<Stored<Account>>, Error> {
    let user_id = UserId::generate(now, &*ctx.entropy);
    let account = Account::begin(user_id, command.email.clone(), command.role, command.locale, now);
    let tx = Tx::new()
        .create("claim", &EmailClaim { email: command.email.clone(), user_id })
        .create("account", &account)
        .create("passwords", &PasswordHistory { user_id, hashes: vec![hash.to_owned()] })
        .tell(event::registered(ctx, user_id, command.role, command.locale, Actor::Guest));
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(Some(super::account(ctx, user_id).await?)),
        Err(error) if error.refused() == Some("claim") => Ok(None),
        Err(error) => Err(error.into()),
    }
}

enum Again {
    /// The same registration as a moment ago, or one too many: its mail is on its way.
    Nothing,
    /// The account is the caller's to work on; `None` when somebody else was first.
    Taken(Option<Box<Stored<Account>>>),
}

/// The address has a pending account that nobody works on: takes it over for this password.
async fn again(
    ctx: &IdentityCtx,
    account: &Stored<Account>,
    command: &Register,
    hash: &str,
    now: Timestamp,
) -> Result<Again, Error> {
    let Some(passwords) = ctx.table.get_consistent::<PasswordHistory>(passwords_key(account.id)).await? else {
        // The sweep has just undone the account.
        return Ok(Again::Taken(None));
    };
    let is_same = || passwords.hashes.first().is_some_and(|last| command.password.matches(last));
    let is_ready = account.credentials == Credentials::Ready;
    if !account.mails.allows(now) && is_ready || is_ready && account.mails.is_fresh(now) && is_same() {
        return Ok(Again::Nothing);
    }
    let working = Account { role: command.role, locale: command.locale, ..account.working(now) };
    let history = PasswordHistory { hashes: vec![hash.to_owned()], user_id: account.id };
    let tx = Tx::new().replace("account", account, &working).replace("passwords", &passwords, &history);
    match ctx.table.commit(tx).await {
        Ok(()) => Ok(Again::Taken(Some(Box::new(super::account(ctx, account.id).await?)))),
        Err(error) if error.refused().is_some() => Ok(Again::Taken(None)),
        Err(error) => Err(error.into()),
    }
}

/// The remaining steps, by the one request that works on the account. When one fails, the next request need not wait.
async fn complete(ctx: &IdentityCtx, account: Stored<Account>, command: &Register) -> Result<(), Error> {
    let done = tokio::time::timeout(STEPS, steps(ctx, &account, command)).await;
    match done.unwrap_or(Err(Error::Busy)) {
        Err(Error::Table(error)) if error.refused().is_some() => Err(Error::Busy),
        Err(error) => {
            match ctx.table.replace(&account, account.given_up()).await {
                Ok(_) => {}
                // Its time passes by itself; what went wrong first is what matters.
                Err(cause) => tracing::warn!(%cause, user.id = %account.id, "a failed registration stays busy"),
            }
            Err(error)
        }
        Ok(()) => Ok(()),
    }
}

async fn steps(ctx: &IdentityCtx, account: &Stored<Account>, command: &Register) -> Result<(), Error> {
    let key = ctx.credentials.code_key().await?;
    ctx.credentials.set(account.id, command.password.as_str()).await?;
    let code = Code::generate(&*ctx.entropy);
    ctx.mailer.send(&account.email, Letter::Verification(&code).write(account.locale)).await?;
    let now = ctx.clock.now();
    let id = TokenId::generate(now, &*ctx.entropy);
    let token = UserToken::of(id, account.id, TokenKind::EmailVerification, &code, &key, now);
    let tx = Tx::new().replace("account", account, &account.registered(id, now)).create("token", &token);
    Ok(ctx.table.commit(tx).await?)
}

/// The address has an account: its owner is told, the caller is not.
async fn already_registered(
    ctx: &IdentityCtx,
    account: &Stored<Account>,
    command: &Register,
    now: Timestamp,
) -> Result<(), Error> {
    // As much work at the keeper of credentials as a registration makes there.
    let decoy = ctx.credentials.sign_in(nobody(&command.email), command.password.as_str()).await;
    if let Err(error @ crate::credentials::CredentialsError::Unavailable(_)) = decoy {
        return Err(error.into());
    }
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
    use domain::Date;
    use dynamodb::{OutboxRow, Query};
    use futures::future::join_all;
    use jiff::SignedDuration;

    use super::*;
    use crate::credentials::fake::Crash;
    use crate::ops::testing::{EMAIL, PASSWORD, World};
    use crate::ops::verify_email::verify_email;

    async fn told(w: &World, name: &str) -> usize {
        let day: Date = domain::business_day(w.clock.now());
        let mut count = 0;
        for partition in OutboxRow::partitions(day) {
            let rows = w.ctx.table.query_all::<OutboxRow>(Query::partition(partition), 1_000).await.unwrap();
            count += rows.iter().filter(|row| row.event.contains(&format!("\"type\":\"{name}\""))).count();
        }
        count
    }

    #[tokio::test]
    async fn twenty_registrations_of_one_email_at_once_make_one_account() {
        let w = World::new().await;
        let all = join_all((0..20).map(|_| w.register(EMAIL, PASSWORD))).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        assert_eq!(w.credentials.users(), 1);
        assert_eq!(told(&w, "user.registered").await, 1);
        assert_eq!(w.mailbox.to(EMAIL).len(), 1, "the same registration is mailed once");
        w.verify(EMAIL).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn of_several_passwords_at_once_the_one_whose_code_was_mailed_last_counts() {
        let w = World::new().await;
        let passwords: Vec<_> = (0..5).map(|n| format!("Olma{n}!anor")).collect();
        let all = join_all(passwords.iter().map(|password| w.register(EMAIL, password))).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        w.verify(EMAIL).await.unwrap();
        let logins = join_all(passwords.iter().map(|password| w.login(EMAIL, password))).await;
        assert_eq!(logins.iter().filter(|login| login.is_ok()).count(), 1);
    }

    #[tokio::test]
    async fn an_existing_account_gets_a_letter_and_keeps_its_password() {
        let w = World::new().await;
        w.active(EMAIL, PASSWORD).await;
        w.clock.advance(SignedDuration::from_mins(5));
        w.register(EMAIL, "Boshqa7!parol").await.unwrap();
        w.register(EMAIL, "Boshqa7!parol").await.unwrap();
        let mails = w.mailbox.to(EMAIL);
        assert_eq!(mails.len(), 2, "one code and one letter, not a letter each time");
        assert_eq!(mails[1], Letter::AlreadyRegistered.write(Locale::Uz));
        w.login(EMAIL, "Boshqa7!parol").await.unwrap_err();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_later_registration_of_an_unproven_address_replaces_password_and_code() {
        let w = World::new().await;
        w.register(EMAIL, PASSWORD).await.unwrap();
        let first = w.mailbox.code(EMAIL);
        w.register(EMAIL, "Boshqa7!parol").await.unwrap();
        let email = EMAIL.parse().unwrap();
        if first != w.mailbox.code(EMAIL) {
            verify_email(&w.ctx, &email, &first).await.unwrap_err();
        }
        w.verify(EMAIL).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap_err();
        w.login(EMAIL, "Boshqa7!parol").await.unwrap();
    }

    /// Registers until the crash, which never answers.
    async fn crash(w: &World) {
        let killed = tokio::time::timeout(Duration::from_millis(300), w.register(EMAIL, PASSWORD)).await;
        assert!(killed.is_err(), "the function was to be killed");
    }

    #[tokio::test]
    async fn a_crash_after_each_step_ends_in_a_usable_account_when_tried_again() {
        for step in 0..4 {
            let w = World::new().await;
            match step {
                0 => {
                    let command = World::command(EMAIL, PASSWORD);
                    let hash = command.password.hash(&*w.ctx.entropy).unwrap();
                    begin(&w.ctx, &command, &hash, w.clock.now()).await.unwrap().unwrap();
                }
                1 => {
                    w.credentials.crash_at(Crash::BeforeSet);
                    crash(&w).await;
                }
                2 => {
                    w.credentials.crash_at(Crash::AfterSet);
                    crash(&w).await;
                }
                _ => {
                    w.mailbox.crash_after_next();
                    crash(&w).await;
                    w.verify(EMAIL).await.unwrap_err();
                }
            }
            w.login(EMAIL, PASSWORD).await.unwrap_err();
            w.clock.advance(WORK);
            w.register(EMAIL, PASSWORD).await.unwrap();
            w.verify(EMAIL).await.unwrap();
            w.login(EMAIL, PASSWORD).await.unwrap();
            assert_eq!((w.credentials.users(), told(&w, "user.registered").await), (1, 1), "step {step}");
        }
    }

    #[tokio::test]
    async fn a_crash_after_each_step_ends_in_no_account_when_not_tried_again() {
        for crash_at in [Crash::BeforeSet, Crash::AfterSet] {
            let w = World::new().await;
            w.credentials.crash_at(crash_at);
            crash(&w).await;
            let account = account_of(&w.ctx, &EMAIL.parse().unwrap()).await.unwrap().unwrap();
            w.clock.advance(SignedDuration::from_mins(15));
            w.sweep().await.unwrap();
            assert!(account_of(&w.ctx, &account.email).await.unwrap().is_none());
            assert!(!w.credentials.knows(account.id));
            w.active(EMAIL, "Boshqa7!parol").await;
            w.login(EMAIL, "Boshqa7!parol").await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_registration_that_failed_can_be_repeated_at_once() {
        let w = World::new().await;
        w.credentials.set_down(true);
        w.register(EMAIL, PASSWORD).await.unwrap_err();
        w.credentials.set_down(false);
        w.mailbox.refuse(true);
        w.register(EMAIL, PASSWORD).await.unwrap_err();
        w.mailbox.refuse(false);
        w.register(EMAIL, PASSWORD).await.unwrap();
        w.verify(EMAIL).await.unwrap();
        w.login(EMAIL, PASSWORD).await.unwrap();
    }

    #[tokio::test]
    async fn a_mailbox_is_not_filled_through_us() {
        let w = World::new().await;
        for n in 0..15 {
            w.register(EMAIL, &format!("Olma{n}!anor")).await.unwrap();
        }
        assert_eq!(w.mailbox.to(EMAIL).len(), 10);
        w.verify(EMAIL).await.unwrap();
        w.login(EMAIL, "Olma9!anor").await.unwrap();
    }
}
