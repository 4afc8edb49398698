use domain::{Date, Timestamp};
use dynamodb::{Key, Row};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RAW_DAYS;
use crate::domain::Session;

/// How long a visitor of a day is remembered: longer than their reports may be late.
const VISITOR_DAYS: i64 = 10;

/// That a visitor came to a scope on a day: what makes the count of visitors exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VisitorRow {
    /// [`super::Scope::partition`].
    pub scope: String,
    /// The business day.
    pub day: Date,
    /// Who.
    pub visitor_id: Uuid,
}

impl Row for VisitorRow {
    const KIND: &'static str = "visitor";

    fn key(&self) -> Key {
        Key::new(format!("VISITORS#{}#{}", self.day, self.scope), self.visitor_id.to_string())
    }

    /// Reports are taken up to seven days late.
    fn expires_at(&self) -> Option<Timestamp> {
        let begins = self.day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        Timestamp::from_second(begins.as_second() + VISITOR_DAYS * 86_400).ok()
    }
}

/// The key of a visitor's session.
pub fn session_key(visitor_id: Uuid, session_id: Uuid) -> Key {
    Key::new(Session::partition(visitor_id), session_id.to_string())
}

impl Session {
    /// The partition of a visitor's sessions.
    pub fn partition(visitor_id: Uuid) -> String {
        format!("SESSIONS#{visitor_id}")
    }
}

impl Row for Session {
    const KIND: &'static str = "session";

    fn key(&self) -> Key {
        session_key(self.visitor_id, self.session_id)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.last_at.as_second() + RAW_DAYS * 86_400).ok()
    }
}
