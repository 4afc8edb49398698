//! Secrets that prove something once.

use domain::{Timestamp, TokenId, UserId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::one_time_code::{Code, CodeKey};

/// How long a code counts.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);
/// Wrong codes until the right one does not count any more.
pub const CODE_ATTEMPTS_MAX: u32 = 5;

/// Something secret that a person was sent and that proves something once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserToken {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub user_id: UserId,
    /// What it proves.
    pub kind: TokenKind,
    /// Under the key of codes; the code itself is nowhere.
    pub hash: String,
    /// Wrong tries so far.
    pub attempts: u32,
    /// It does not count from then on.
    pub ends_at: Timestamp,
    /// When it proved what it proves.
    pub used_at: Option<Timestamp>,
}

/// What a token proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TokenKind {
    /// That the mailbox is theirs.
    EmailVerification,
}

/// What a request that may be the one that used the token, once more, comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeated {
    /// The same code, as long as it would count.
    Same,
    /// Another: the token with one try less.
    Other(UserToken),
    /// Never used, over, or tried too often: nothing is compared.
    Over,
}

/// What a try comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// Right: the token as it is once used.
    Right(UserToken),
    /// Wrong: the token with one try less.
    Wrong(UserToken),
    /// Used, over, or tried too often: nothing counts any more.
    Spent,
}

impl UserToken {
    /// A fresh token for `code`.
    pub fn of(id: TokenId, user_id: UserId, kind: TokenKind, code: &Code, key: &CodeKey, now: Timestamp) -> Self {
        Self { id, user_id, kind, hash: key.hash(id, code), attempts: 0, ends_at: now + CODE_LIFE, used_at: None }
    }

    /// Judges `code` at `now`.
    pub fn attempt(&self, code: &Code, key: &CodeKey, now: Timestamp) -> Tried {
        if self.used_at.is_some() || now >= self.ends_at || self.attempts >= CODE_ATTEMPTS_MAX {
            return Tried::Spent;
        }
        if key.matches(self.id, code, &self.hash) {
            Tried::Right(Self { used_at: Some(now), ..self.clone() })
        } else {
            Tried::Wrong(self.missed())
        }
    }

    /// Judges `code` at `now` as that of the request whose answer was lost.
    pub fn repeat(&self, code: &Code, key: &CodeKey, now: Timestamp) -> Repeated {
        if self.used_at.is_none() || now >= self.ends_at || self.attempts >= CODE_ATTEMPTS_MAX {
            return Repeated::Over;
        }
        if key.matches(self.id, code, &self.hash) { Repeated::Same } else { Repeated::Other(self.missed()) }
    }

    /// The token with one try less.
    pub fn missed(&self) -> Self {
        Self { attempts: self.attempts + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_counts_once_for_ten_minutes_and_five_tries() {
        let (key, now) = (CodeKey::derive("k"), Timestamp::UNIX_EPOCH);
        let (right, wrong): (Code, Code) = ("123456".parse().unwrap(), "654321".parse().unwrap());
        let token =
            UserToken::of(TokenId::derived("t"), UserId::derived("u"), TokenKind::EmailVerification, &right, &key, now);
        let Tried::Right(used) = token.attempt(&right, &key, now) else { panic!("it is right") };
        assert_eq!(used.attempt(&right, &key, now), Tried::Spent);
        assert_eq!((used.repeat(&right, &key, now), token.repeat(&right, &key, now)), (Repeated::Same, Repeated::Over));
        assert_eq!(used.repeat(&right, &key, now + CODE_LIFE), Repeated::Over);
        let mut asked = used;
        for _ in 0..CODE_ATTEMPTS_MAX {
            let Repeated::Other(next) = asked.repeat(&wrong, &key, now) else { panic!("it is another") };
            asked = next;
        }
        assert_eq!(asked.repeat(&right, &key, now), Repeated::Over);
        assert_eq!(token.attempt(&right, &key, now + CODE_LIFE), Tried::Spent);
        let mut tried = token;
        for _ in 0..CODE_ATTEMPTS_MAX {
            let Tried::Wrong(next) = tried.attempt(&wrong, &key, now) else { panic!("it is wrong") };
            tried = next;
        }
        assert_eq!(tried.attempt(&right, &key, now), Tried::Spent);
    }
}
