//! The table of the auth service.
//!
//! | row | PK | SK | beside |
//! | --- | --- | --- | --- |
//! | account | `USER#<user>` | `ACCOUNT` | due when an unfinished registration is undone |
//! | who has an email | `EMAIL#<email>` | `CLAIM` | |
//! | last five passwords | `USER#<user>` | `PASSWORDS` | |
//! | token (code) | `USER#<user>` | `TOKEN#<token>` | deleted a day after its end |
//! | session | `USER#<user>` | `SESSION#<session>` | GSI1 `SESSIONS#<user>` / login; due at its end; deleted 30 days after |
//! | login attempt | `USER#<user>` | `LOGIN#<ms>#<id>` | deleted after 90 days |
//! | failed attempts that count nowhere | `USER#<nobody>` | `VAIN` | deleted after 90 days |
//! | audit entry | `AUDIT#<resource>` | `<ms>#<event>` | GSI1 `AUDIT-ACTOR#<actor>` / `<ms>#<event>` |
//!
//! | question | answered by |
//! | --- | --- |
//! | whose is this email | get claim, then get account |
//! | may this user have a token, in which role | get account, consistent |
//! | which session does this refresh token continue | get session: the token holds user and session |
//! | which session does this access token belong to | get session: its id follows from `origin_jti` |
//! | a person's sessions, newest login first | GSI1 `SESSIONS#<user>` |
//! | a person's sessions, to end them | `USER#<user>`, prefix `SESSION#`, consistent |
//! | a person's login attempts, newest first | `USER#<user>`, prefix `LOGIN#` |
//! | what happened to a resource, newest first | `AUDIT#<resource>` |
//! | what an actor did, newest first | GSI1 `AUDIT-ACTOR#<actor>` |
//! | unfinished registrations, sessions at their end | due rows |

use contracts::AuditRecorded;
use domain::{EventId, SessionId, Timestamp, TokenId, UserId};
use dynamodb::{Due, Index, IndexSchema, Key, Projection, Query, Row, TableSchema};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{Account, Email, LoginAttempt, Session, SessionStatus, UserToken};

/// The table's shape.
pub const SCHEMA: TableSchema =
    TableSchema { indexes: &[IndexSchema { index: Index::Gsi1, projection: Projection::All }] };

const TOKEN_KEPT: SignedDuration = SignedDuration::from_hours(24);
const SESSION_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long attempts to sign in are remembered.
pub(crate) const LOGIN_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

pub(crate) fn account_key(user: UserId) -> Key {
    Key::new(user_partition(user), "ACCOUNT")
}

pub(crate) fn claim_key(email: &Email) -> Key {
    Key::new(format!("EMAIL#{email}"), "CLAIM")
}

pub(crate) fn passwords_key(user: UserId) -> Key {
    Key::new(user_partition(user), "PASSWORDS")
}

pub(crate) fn token_key(user: UserId, token: TokenId) -> Key {
    Key::new(user_partition(user), format!("TOKEN#{token}"))
}

pub(crate) fn session_key(user: UserId, session: SessionId) -> Key {
    Key::new(user_partition(user), format!("SESSION#{session}"))
}

pub(crate) fn vain_key(nobody: UserId) -> Key {
    Key::new(user_partition(nobody), "VAIN")
}

/// A person's sessions as they read them.
pub(crate) fn sessions_by_login(user: UserId) -> Query {
    Query::partition(format!("SESSIONS#{user}")).on(Index::Gsi1).descending()
}

/// A person's sessions, every one of them.
pub(crate) fn sessions(user: UserId) -> Query {
    Query::partition(user_partition(user)).prefix("SESSION#").consistent()
}

/// A person's login attempts, newest first.
pub(crate) fn login_attempts(user: UserId) -> Query {
    Query::partition(user_partition(user)).prefix("LOGIN#").descending()
}

/// What happened to a resource, newest first.
pub(crate) fn audit_of_resource(resource: &str) -> Query {
    Query::partition(format!("AUDIT#{resource}")).descending()
}

/// What an actor did, newest first.
pub(crate) fn audit_of_actor(actor: &str) -> Query {
    Query::partition(format!("AUDIT-ACTOR#{actor}")).on(Index::Gsi1).descending()
}

fn user_partition(user: UserId) -> String {
    format!("USER#{user}")
}

/// Thirteen digits, so that text sorts as time does.
fn milliseconds(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

/// The one account that has an email.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailClaim {
    /// The address.
    pub email: Email,
    /// Whose it is.
    pub user_id: UserId,
}

/// The last passwords of an account, newest first, as argon2id hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHistory {
    /// Whose.
    pub user_id: UserId,
    /// At most [`PasswordHistory::KEPT`].
    pub hashes: Vec<String>,
}

impl PasswordHistory {
    /// How many passwords are remembered.
    pub const KEPT: usize = 5;

    /// The history with `hash` as the newest.
    pub fn with(&self, hash: String) -> Self {
        let hashes = std::iter::once(hash).chain(self.hashes.iter().cloned()).take(Self::KEPT).collect();
        Self { hashes, ..self.clone() }
    }
}

/// One audited action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The event that told of it: the same event is one entry.
    pub event_id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Such as `user/0198…`, `operator`, `system/store`.
    pub actor: String,
    /// What was done to what.
    pub record: AuditRecorded,
}

impl Row for Account {
    const KIND: &'static str = "account";

    fn key(&self) -> Key {
        account_key(self.id)
    }

    fn due(&self) -> Option<Due> {
        self.finish_by.map(Due)
    }
}

impl Row for EmailClaim {
    const KIND: &'static str = "email-claim";

    fn key(&self) -> Key {
        claim_key(&self.email)
    }
}

impl Row for PasswordHistory {
    const KIND: &'static str = "passwords";

    fn key(&self) -> Key {
        passwords_key(self.user_id)
    }
}

impl Row for UserToken {
    const KIND: &'static str = "token";

    fn key(&self) -> Key {
        token_key(self.user_id, self.id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at + TOKEN_KEPT)
    }
}

impl Row for Session {
    const KIND: &'static str = "session";

    fn key(&self) -> Key {
        session_key(self.user_id, self.id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{}#{}", milliseconds(self.created_at), self.id);
        vec![(Index::Gsi1, Key::new(format!("SESSIONS#{}", self.user_id), place))]
    }

    fn due(&self) -> Option<Due> {
        (self.status == SessionStatus::Active).then_some(Due(self.ends_at))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at + SESSION_KEPT)
    }
}

impl Row for LoginAttempt {
    const KIND: &'static str = "login";

    fn key(&self) -> Key {
        Key::new(user_partition(self.user_id), format!("LOGIN#{}#{}", milliseconds(self.at), self.id))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.at + LOGIN_KEPT)
    }
}

impl Row for AuditEntry {
    const KIND: &'static str = "audit";

    fn key(&self) -> Key {
        Key::new(format!("AUDIT#{}", self.record.resource), self.place())
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        vec![(Index::Gsi1, Key::new(format!("AUDIT-ACTOR#{}", self.actor), self.place()))]
    }
}

impl AuditEntry {
    fn place(&self) -> String {
        format!("{}#{}", milliseconds(self.at), self.event_id)
    }
}
