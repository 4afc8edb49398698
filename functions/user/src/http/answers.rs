//! What is answered about people.

use domain::{Currency, Date, Locale, NotificationId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Bio, DisplayName, Gender, Message, Notification, Profile, TimeZoneName, Username};

/// A profile as its person and the other services see it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Profile")]
pub(super) struct ProfileAnswer {
    user_id: UserId,
    display_name: Option<DisplayName>,
    username: Option<Username>,
    date_of_birth: Option<Date>,
    gender: Option<Gender>,
    bio: Option<Bio>,
    language: Locale,
    #[schemars(with = "String", regex(pattern = "^[A-Z]{3}$"))]
    currency: Currency,
    timezone: TimeZoneName,
    joined_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Profile> for ProfileAnswer {
    fn from(p: Profile) -> Self {
        Self {
            user_id: p.user_id,
            display_name: p.display_name,
            username: p.username,
            date_of_birth: p.date_of_birth,
            gender: p.gender,
            bio: p.bio,
            language: p.language,
            currency: p.currency,
            timezone: p.timezone,
            joined_at: p.joined_at,
            updated_at: p.updated_at,
        }
    }
}

/// A profile as everybody sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PublicProfile {
    user_id: UserId,
    display_name: Option<DisplayName>,
    username: Option<Username>,
    bio: Option<Bio>,
    joined_at: Timestamp,
}

impl From<Profile> for PublicProfile {
    fn from(p: Profile) -> Self {
        Self {
            user_id: p.user_id,
            display_name: p.display_name,
            username: p.username,
            bio: p.bio,
            joined_at: p.joined_at,
        }
    }
}

/// A notification in the reader's language.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Notification")]
pub(super) struct NotificationAnswer {
    notification_id: NotificationId,
    title: &'static str,
    text: String,
    /// `type` and `data`.
    #[serde(flatten)]
    message: Message,
    at: Timestamp,
    read: bool,
}

impl NotificationAnswer {
    pub(super) fn new(n: Notification, locale: Locale) -> Self {
        let (title, text) = (n.message.title(locale), n.message.text(locale, n.at));
        Self { notification_id: n.notification_id, title, text, message: n.message, at: n.at, read: n.read }
    }
}
