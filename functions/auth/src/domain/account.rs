//! Accounts.

use contracts::PlatformRole;
use domain::{Locale, Timestamp, TokenId, UserId};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Email, MailBudget};

/// Wrong passwords in a row until the account is locked.
pub const FAILED_LOGINS_MAX: u32 = 5;
/// How long a locked account stays so.
pub const LOCK: SignedDuration = SignedDuration::from_mins(30);
/// How long one request may work on a pending account alone. It gives up a second before (`ops::turn`): whoever finds
/// the time over knows that nobody is at work any more.
pub const WORK: SignedDuration = SignedDuration::from_secs(6);
/// A registration that was begun and whose code was not mailed by then is undone.
pub const UNFINISHED: SignedDuration = SignedDuration::from_mins(15);
/// A registration whose email is not verified by then is undone.
pub const UNVERIFIED: SignedDuration = SignedDuration::from_hours(24);

/// A person's account: everything about who they are that Cognito does not keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Also the name in Cognito.
    pub id: UserId,
    /// Unique: a row of its own claims it.
    pub email: Email,
    /// Whether its owner showed a code sent to it.
    pub email_verified: bool,
    /// What they are on the platform.
    pub role: PlatformRole,
    /// Where the account is in its life.
    pub status: Status,
    /// The language it reads.
    pub locale: Locale,
    /// A request is at work on the pending account until then.
    #[serde(default)]
    pub busy_until: Option<Timestamp>,
    /// The code that verifies the email, once one was sent; the one that did, afterwards.
    #[serde(default)]
    pub email_code: Option<TokenId>,
    /// Wrong passwords since the last right one or the last lock.
    #[serde(default)]
    pub failed_logins: u32,
    /// No password counts before then.
    #[serde(default)]
    pub locked_until: Option<Timestamp>,
    /// The last login that succeeded.
    #[serde(default)]
    pub last_login_at: Option<Timestamp>,
    /// When the password was set.
    pub password_changed_at: Timestamp,
    /// What was mailed lately.
    #[serde(default)]
    pub mails: MailBudget,
    /// The registration is undone then, unless it is finished.
    #[serde(default)]
    pub finish_by: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Where an account is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "AccountStatus")]
pub enum Status {
    /// The email is not proven yet.
    PendingVerification,
    /// May sign in.
    Active,
    /// Put to rest by its owner.
    Inactive,
    /// Stopped by the platform.
    Suspended,
}

/// What the account has become by a wrong password.
#[derive(Debug, Clone, PartialEq)]
pub struct LoginFailed {
    /// The account now.
    pub account: Account,
    /// Whether this one locked it.
    pub locked: bool,
}

impl Account {
    /// An account that begins to register at `now`; the caller is at work on it.
    pub fn begin(id: UserId, email: Email, role: PlatformRole, locale: Locale, now: Timestamp) -> Self {
        Self {
            id,
            email,
            email_verified: false,
            role,
            status: Status::PendingVerification,
            locale,
            busy_until: Some(now + WORK),
            email_code: None,
            failed_logins: 0,
            locked_until: None,
            last_login_at: None,
            password_changed_at: now,
            mails: MailBudget::default(),
            finish_by: Some(now + UNFINISHED),
            created_at: now,
        }
    }

    /// Whether somebody else is at work on the pending account.
    pub fn is_busy(&self, now: Timestamp) -> bool {
        self.busy_until.is_some_and(|until| now < until)
    }

    /// Whether a password may be tried at all.
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// Whether a token may be given out.
    pub const fn may_sign_in(&self) -> bool {
        matches!(self.status, Status::Active) && self.email_verified
    }

    /// The code that would make the account usable, if one was sent.
    pub fn awaited_code(&self) -> Option<TokenId> {
        self.email_code.filter(|_| self.status == Status::PendingVerification)
    }

    /// The code by which the account became usable, if one was sent.
    pub fn shown_code(&self) -> Option<TokenId> {
        self.email_code.filter(|_| self.status == Status::Active)
    }

    /// The account while one request works on it: whoever comes meanwhile waits.
    pub fn working(&self, now: Timestamp) -> Self {
        let finish_by = self.finish_by.max(Some(now + UNFINISHED));
        Self { busy_until: Some(now + WORK), finish_by, ..self.clone() }
    }

    /// The work came to nothing: the next request need not wait for its time to pass.
    pub fn given_up(&self) -> Self {
        Self { busy_until: None, ..self.clone() }
    }

    /// `code` was sent: it counts, and none before it.
    pub fn registered(&self, code: TokenId, now: Timestamp) -> Self {
        Self {
            busy_until: None,
            email_code: Some(code),
            mails: self.mails.spend(now),
            finish_by: Some(now + UNVERIFIED),
            ..self.clone()
        }
    }

    /// Another code is on its way.
    pub fn code_sent(&self, code: TokenId, now: Timestamp) -> Self {
        Self { email_code: Some(code), mails: self.mails.spend(now), ..self.clone() }
    }

    /// The email is proven and Cognito has the password: the account may sign in.
    pub fn verified(&self, now: Timestamp) -> Self {
        Self {
            status: Status::Active,
            email_verified: true,
            finish_by: None,
            busy_until: None,
            password_changed_at: now,
            ..self.clone()
        }
    }

    /// A wrong password: the fifth in a row locks.
    pub fn login_failed(&self, now: Timestamp) -> LoginFailed {
        let before = if self.locked_until.is_some() { 0 } else { self.failed_logins };
        let failed_logins = before + 1;
        let locked = failed_logins >= FAILED_LOGINS_MAX;
        let locked_until = locked.then(|| now + LOCK);
        LoginFailed { account: Self { failed_logins, locked_until, ..self.clone() }, locked }
    }

    /// A right password.
    pub fn logged_in(&self, now: Timestamp) -> Self {
        Self { failed_logins: 0, locked_until: None, last_login_at: Some(now), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        let email = "a@example.uz".parse().unwrap();
        Account::begin(UserId::derived("u"), email, PlatformRole::Customer, Locale::Uz, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_fifth_wrong_password_locks_for_half_an_hour_and_then_counting_begins_anew() {
        let now = Timestamp::UNIX_EPOCH;
        let mut account = account();
        for nth in 1..=5 {
            let failed = account.login_failed(now);
            assert_eq!(failed.locked, nth == 5, "{nth}");
            account = failed.account;
        }
        assert!(account.is_locked(now + SignedDuration::from_mins(29)));
        let later = now + LOCK;
        assert!(!account.is_locked(later));
        let failed = account.login_failed(later);
        assert_eq!((failed.locked, failed.account.failed_logins), (false, 1));
        assert_eq!(account.logged_in(later).failed_logins, 0);
    }

    #[test]
    fn only_a_verified_active_account_signs_in() {
        let pending = account();
        assert!(!pending.may_sign_in());
        let active = pending.verified(Timestamp::UNIX_EPOCH);
        assert!(active.may_sign_in());
        for status in [Status::Suspended, Status::Inactive, Status::PendingVerification] {
            assert!(!Account { status, ..active.clone() }.may_sign_in());
        }
    }

    #[test]
    fn work_takes_neither_the_code_nor_any_time_away() {
        let now = Timestamp::UNIX_EPOCH;
        let ready = account().registered(TokenId::derived("t"), now);
        let working = ready.working(now);
        assert!(!ready.is_busy(now) && working.is_busy(now) && !working.is_busy(now + WORK));
        assert_eq!((working.awaited_code(), working.finish_by), (ready.awaited_code(), ready.finish_by));
        assert_eq!(working.given_up(), ready);
        assert_eq!((ready.awaited_code(), ready.shown_code()), (Some(TokenId::derived("t")), None));
        assert_eq!(
            (ready.verified(now).awaited_code(), ready.verified(now).shown_code()),
            (None, ready.awaited_code())
        );
    }
}
