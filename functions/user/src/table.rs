//! The user table.
//!
//! | row | PK | SK | GSI1 |
//! | --- | --- | --- | --- |
//! | profile | `USER#<user>` | `PROFILE` | |
//! | username | `USERNAME#<name>` | `USERNAME` | |
//! | addresses, at most 20 | `USER#<user>` | `ADDRESSES` | |
//! | preferences | `USER#<user>` | `PREFERENCES` | |
//! | notification (180 days) | `USER#<user>` | `NOTIFICATION#<id>` | `UNREAD#<user>` / `<id>`, while unread |
//! | outbox (14 days) | `OUTBOX#<day>#<shard>` | `<ms>#<event>` | |
//!
//! | question | answered by |
//! | --- | --- |
//! | a person's profile | get `USER#<user>` / `PROFILE` |
//! | is a username taken | the condition of creating `USERNAME#<name>` |
//! | a person's addresses, and one of them | get `USER#<user>` / `ADDRESSES`, consistent |
//! | what a person wants to be told | get `USER#<user>` / `PREFERENCES` |
//! | a person's notifications, newest first | query `USER#<user>`, prefix `NOTIFICATION#`, descending |
//! | one notification of a person | get `USER#<user>` / `NOTIFICATION#<id>` |
//! | unread ones, and how many | query GSI1 `UNREAD#<user>`, descending |
//!
//! The unread count is counted, not kept: a counter would make each notification a transaction of two rows (twice the
//! price), and rows that expire unread would leave it wrong. Counting reads the few rows that are unread.

use domain::{NotificationId, Timestamp, UserId};
use dynamodb::{Index, IndexSchema, Key, Projection, Query, Row, TableSchema};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::domain::{AddressBook, Notification, Preferences, Profile, Username};

/// The table's shape.
pub const SCHEMA: TableSchema =
    TableSchema { indexes: &[IndexSchema { index: Index::Gsi1, projection: Projection::All }] };

/// How long a notification is kept.
const NOTIFICATION_DAYS: i64 = 180;

/// Where a profile is.
pub fn profile(user: UserId) -> Key {
    Key::new(format!("USER#{user}"), "PROFILE")
}

/// Where a username is claimed.
pub fn username(name: &Username) -> Key {
    Key::new(format!("USERNAME#{name}"), "USERNAME")
}

/// Where the addresses of `user` are.
pub fn addresses(user: UserId) -> Key {
    Key::new(format!("USER#{user}"), "ADDRESSES")
}

/// Where the preferences of `user` are.
pub fn preferences(user: UserId) -> Key {
    Key::new(format!("USER#{user}"), "PREFERENCES")
}

/// Where a notification of `user` is.
pub fn notification(user: UserId, id: NotificationId) -> Key {
    Key::new(format!("USER#{user}"), format!("NOTIFICATION#{id}"))
}

/// A person's notifications, newest first.
pub fn notifications(user: UserId) -> Query {
    Query::partition(format!("USER#{user}")).prefix("NOTIFICATION#").descending()
}

/// A person's unread notifications, newest first.
pub fn unread(user: UserId) -> Query {
    Query::partition(format!("UNREAD#{user}")).on(Index::Gsi1).descending()
}

impl Row for Profile {
    const KIND: &'static str = "profile";

    fn key(&self) -> Key {
        profile(self.user_id)
    }
}

/// Whose a username is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The name.
    pub username: Username,
    /// Its owner.
    pub user_id: UserId,
}

impl Row for Claim {
    const KIND: &'static str = "username";

    fn key(&self) -> Key {
        username(&self.username)
    }
}

impl Row for AddressBook {
    const KIND: &'static str = "addresses";

    fn key(&self) -> Key {
        addresses(self.user_id)
    }
}

impl Row for Preferences {
    const KIND: &'static str = "preferences";

    fn key(&self) -> Key {
        preferences(self.user_id)
    }
}

impl Row for Notification {
    const KIND: &'static str = "notification";

    fn key(&self) -> Key {
        notification(self.user_id, self.notification_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let unread = || (Index::Gsi1, Key::new(format!("UNREAD#{}", self.user_id), self.notification_id.to_string()));
        if self.read { Vec::new() } else { vec![unread()] }
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.at.checked_add(SignedDuration::from_hours(24 * NOTIFICATION_DAYS)).ok()
    }
}
