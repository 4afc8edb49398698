//! Sessions and what their refresh tokens are worth.

use domain::{SessionId, Timestamp, UserId};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RefreshToken;

/// How long a session can be continued, counted from its login: Cognito's refresh token lives as long.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long after a rotation the same request, told by its `Idempotency-Key`, is given the same answer.
pub const RETRY_WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// A sign-in on one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Follows from the token family of Cognito, so that an access token names its session.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// What the client calls its device.
    pub device: Option<String>,
    /// The address of the last use.
    pub ip: String,
    /// The program of the last use.
    pub user_agent: String,
    /// Whether it can be continued.
    pub status: SessionStatus,
    /// Why it cannot.
    pub end: Option<SessionEnd>,
    /// The login.
    pub created_at: Timestamp,
    /// The login or the last refresh.
    pub last_used_at: Timestamp,
    /// It cannot be continued from then on.
    pub ends_at: Timestamp,
    /// [`RefreshToken::family`] of all its tokens.
    pub family: String,
    /// [`RefreshToken::hash`] of the one that counts.
    pub hash: String,
    /// Cognito's refresh token, sealed by the token that counts; gone when the session ends.
    pub sealed: Option<String>,
    /// The rotation that made the token that counts.
    pub rotation: Option<Rotation>,
}

/// The last rotation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rotation {
    /// [`RefreshToken::hash`] of the token that was given up.
    pub from: String,
    /// Leads from that token to the one that counts, in hex.
    pub nonce: String,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the request's `Idempotency-Key`, in hex.
    pub key: Option<String>,
}

/// Whether a session can be continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionStatus {
    /// It can.
    Active,
    /// Its time is over.
    Expired,
    /// It was ended.
    Revoked,
}

/// Why a session was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SessionEnd {
    /// Its owner signed out.
    SignedOut,
    /// Its owner ended it from another session.
    RevokedByOwner,
    /// An operator gave the account another password.
    RevokedByOperator,
    /// A refresh token was used twice: somebody else holds a copy.
    Replayed,
    /// Cognito does not accept its token any more.
    Refused,
}

/// What a refresh token is to a session.
pub enum Verdict {
    /// The one that counts.
    Current,
    /// The one before, asked again by the same request or by one that ran at the same time: this one counts now.
    Repeated(RefreshToken),
    /// One that counted once. Two parties hold the session.
    Replayed,
    /// None of this session, or the session is over.
    Foreign,
}

/// When and how a token is shown.
#[derive(Debug, Clone)]
pub struct Showing {
    /// When the request arrived, before anything was read.
    pub arrived_at: Timestamp,
    /// SHA-256 of its `Idempotency-Key`, in hex.
    pub key: Option<String>,
}

impl Session {
    /// Whether it can be continued at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.status == SessionStatus::Active && now < self.ends_at
    }

    /// The status at `now`, whether or not the sweep has been there.
    pub fn status_at(&self, now: Timestamp) -> SessionStatus {
        match self.status {
            SessionStatus::Active if now >= self.ends_at => SessionStatus::Expired,
            status => status,
        }
    }

    /// Judges `token`. Nothing here is secret, so comparing hashes in any time is fine.
    pub fn judge(&self, token: &RefreshToken, showing: &Showing) -> Verdict {
        if !self.is_live(showing.arrived_at) || token.family() != self.family {
            return Verdict::Foreign;
        }
        let hash = token.hash();
        if hash == self.hash {
            return Verdict::Current;
        }
        let Some(rotation) = self.rotation.as_ref().filter(|rotation| rotation.from == hash) else {
            return Verdict::Replayed;
        };
        let at_once = showing.arrived_at < rotation.at;
        let again =
            rotation.key.is_some() && rotation.key == showing.key && showing.arrived_at < rotation.at + RETRY_WINDOW;
        let mut nonce = [0; 32];
        if !(at_once || again) || hex::decode_to_slice(&rotation.nonce, &mut nonce).is_err() {
            return Verdict::Replayed;
        }
        Verdict::Repeated(token.successor(&nonce))
    }

    /// The session once it cannot be continued: what could continue it is gone with it.
    pub fn ended(&self, status: SessionStatus, end: Option<SessionEnd>) -> Self {
        Self { status, end, sealed: None, rotation: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use domain::SeededEntropy;

    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    fn token(seed: u64) -> RefreshToken {
        RefreshToken::generate(SessionId::derived("s"), UserId::derived("u"), &SeededEntropy::new(seed))
    }

    /// A session whose token was rotated at second 100 by a request with the key `k`.
    fn rotated() -> (Session, RefreshToken, RefreshToken) {
        let before = token(1);
        let now = before.successor(&[9; 32]);
        let rotation =
            Rotation { from: before.hash(), nonce: hex::encode([9; 32]), at: at(100), key: Some("k".into()) };
        let session = Session {
            id: before.session,
            user_id: before.user,
            device: None,
            ip: String::new(),
            user_agent: String::new(),
            status: SessionStatus::Active,
            end: None,
            created_at: START,
            last_used_at: at(100),
            ends_at: START + SESSION_LIFE,
            family: before.family(),
            hash: now.hash(),
            sealed: None,
            rotation: Some(rotation),
        };
        (session, before, now)
    }

    fn verdict(session: &Session, token: &RefreshToken, second: i64, key: Option<&str>) -> &'static str {
        match session.judge(token, &Showing { arrived_at: at(second), key: key.map(str::to_owned) }) {
            Verdict::Current => "current",
            Verdict::Repeated(next) => {
                assert_eq!(next.hash(), session.hash, "whoever repeats gets the token that counts");
                "repeated"
            }
            Verdict::Replayed => "replayed",
            Verdict::Foreign => "foreign",
        }
    }

    #[test]
    fn the_token_before_counts_only_for_the_same_request_or_one_that_ran_at_the_same_time() {
        let (session, before, now) = rotated();
        let week = SESSION_LIFE.as_secs();
        for (token, second, key, expected) in [
            (&now, 101, None, "current"),
            (&now, week, None, "foreign"),
            (&before, 99, None, "repeated"),
            (&before, 100, None, "replayed"),
            (&before, 101, Some("other"), "replayed"),
            (&before, 101, Some("k"), "repeated"),
            (&before, 160, Some("k"), "replayed"),
            (&now.successor(&[1; 32]), 101, Some("k"), "replayed"),
            (&token(2), 101, Some("k"), "foreign"),
        ] {
            assert_eq!(verdict(&session, token, second, key), expected, "at {second} with {key:?}");
        }
        let ended = session.ended(SessionStatus::Revoked, Some(SessionEnd::SignedOut));
        assert_eq!(verdict(&ended, &now, 101, None), "foreign");
        assert_eq!(ended.sealed, None);
    }

    #[test]
    fn a_request_without_a_key_never_matches_a_rotation_without_one() {
        let (mut session, before, _) = rotated();
        if let Some(rotation) = &mut session.rotation {
            rotation.key = None;
        }
        assert_eq!(verdict(&session, &before, 101, None), "replayed");
    }
}
