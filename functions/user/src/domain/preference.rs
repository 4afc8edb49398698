use std::collections::BTreeSet;

use domain::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// A letter.
    Email,
    /// A short message.
    Sms,
    /// A message on the device.
    Push,
    /// The list of notifications.
    InApp,
}

/// What notifications are about. What an account itself needs to know (stores, staff, imports) has no topic: it is told
/// whatever is preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Orders on their way.
    OrderUpdates,
}

/// Who sees somebody's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Privacy {
    /// Everybody.
    #[default]
    Public,
    /// Friends; there are none yet, so nobody but the person.
    Friends,
    /// Nobody but the person.
    Private,
}

/// What somebody wants to be told, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// Whose.
    pub user_id: UserId,
    /// The channels of each topic.
    pub topics: Topics,
    /// Who sees the profile.
    pub privacy: Privacy,
}

/// The channels of each topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NotificationTopics")]
pub struct Topics {
    /// Orders on their way.
    pub order_updates: BTreeSet<Channel>,
    /// Prices that fell.
    pub price_alerts: BTreeSet<Channel>,
    /// Wished for, and back in stock.
    pub wishlist: BTreeSet<Channel>,
    /// Products to be reviewed.
    pub review_reminders: BTreeSet<Channel>,
    /// Offers: only for those who asked for them.
    pub marketing: BTreeSet<Channel>,
    /// The week in one letter.
    pub weekly_digest: BTreeSet<Channel>,
}

/// A merge patch of preferences: a topic that is there replaces its channels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PreferencesChange {
    /// See [`Topics::order_updates`].
    pub order_updates: Option<BTreeSet<Channel>>,
    /// See [`Topics::price_alerts`].
    pub price_alerts: Option<BTreeSet<Channel>>,
    /// See [`Topics::wishlist`].
    pub wishlist: Option<BTreeSet<Channel>>,
    /// See [`Topics::review_reminders`].
    pub review_reminders: Option<BTreeSet<Channel>>,
    /// See [`Topics::marketing`].
    pub marketing: Option<BTreeSet<Channel>>,
    /// See [`Topics::weekly_digest`].
    pub weekly_digest: Option<BTreeSet<Channel>>,
    /// See [`Preferences::privacy`].
    pub privacy: Option<Privacy>,
}

impl Preferences {
    /// Of somebody who said nothing: everything but marketing, on every channel that costs nothing.
    pub fn of(user_id: UserId) -> Self {
        let on = || BTreeSet::from([Channel::Email, Channel::Push, Channel::InApp]);
        let topics = Topics {
            order_updates: on(),
            price_alerts: on(),
            wishlist: on(),
            review_reminders: on(),
            marketing: BTreeSet::new(),
            weekly_digest: on(),
        };
        Self { user_id, topics, privacy: Privacy::default() }
    }

    /// Whether `topic` is told on `channel`; what has no topic always is.
    pub fn allow(&self, topic: Option<Topic>, channel: Channel) -> bool {
        match topic {
            Some(Topic::OrderUpdates) => self.topics.order_updates.contains(&channel),
            None => true,
        }
    }

    /// The preferences after `change`.
    pub fn changed(&self, change: PreferencesChange) -> Self {
        let now = self.topics.clone();
        Self {
            user_id: self.user_id,
            topics: Topics {
                order_updates: change.order_updates.unwrap_or(now.order_updates),
                price_alerts: change.price_alerts.unwrap_or(now.price_alerts),
                wishlist: change.wishlist.unwrap_or(now.wishlist),
                review_reminders: change.review_reminders.unwrap_or(now.review_reminders),
                marketing: change.marketing.unwrap_or(now.marketing),
                weekly_digest: change.weekly_digest.unwrap_or(now.weekly_digest),
            },
            privacy: change.privacy.unwrap_or(self.privacy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_told_and_offers_are_not_unless_somebody_says_otherwise() {
        let preferences = Preferences::of(UserId::derived("u"));
        assert!(preferences.allow(Some(Topic::OrderUpdates), Channel::InApp));
        assert!(preferences.topics.marketing.is_empty());
        let off = PreferencesChange { order_updates: Some(BTreeSet::new()), ..PreferencesChange::default() };
        let off = preferences.changed(off);
        assert!(!off.allow(Some(Topic::OrderUpdates), Channel::InApp));
        assert!(off.allow(None, Channel::InApp), "what the account needs to know is told");
    }
}
