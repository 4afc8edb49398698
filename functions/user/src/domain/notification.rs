use contracts::Event;
use domain::{NotificationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use super::Message;

/// Something a person is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Who is told.
    pub user_id: UserId,
    /// Sorts by the time of the event.
    pub notification_id: NotificationId,
    /// What.
    pub message: Message,
    /// When it became true.
    pub at: Timestamp,
    /// Whether they have seen it.
    pub read: bool,
}

impl Notification {
    /// What `event` means to `user_id`. `part` tells several notifications of one event apart.
    ///
    /// The id follows from event, person and part, so that a second delivery lands on the same row; its first bits
    /// are the event's time, so that rows sort by it.
    pub fn of(event: &Event, part: &str, user_id: UserId, message: Message) -> Self {
        let cause = format!("notification/{}/{part}/{user_id}", event.id);
        let mut random = [0; 10];
        random.copy_from_slice(&Uuid::new_v5(&Uuid::NAMESPACE_OID, cause.as_bytes()).as_bytes()[..10]);
        let ms = u64::try_from(event.at.as_millisecond()).unwrap_or(0);
        let id = Builder::from_unix_timestamp_millis(ms, &random).into_uuid();
        Self { user_id, notification_id: id.into(), message, at: event.at, read: false }
    }
}

#[cfg(test)]
mod tests {
    use contracts::{Actor, Fact, StoreFact};
    use domain::{CorrelationId, EventId, StoreId};

    use super::*;

    fn id(event: &str, second: i64, part: &str, user: &str) -> NotificationId {
        let store = StoreFact { store_id: StoreId::derived("s"), owner_id: UserId::derived(user) };
        let message = Message::store_approved(&store);
        let at = Timestamp::from_second(second).unwrap();
        let (actor, correlation) = (Actor::Guest, CorrelationId::derived("c"));
        let event = Event::new(EventId::derived(event), at, actor, correlation, Fact::StoreApproved(store));
        Notification::of(&event, part, UserId::derived(user), message).notification_id
    }

    #[test]
    fn one_cause_has_one_id_and_two_causes_two() {
        let first = id("e", 1, "p", "u");
        assert_eq!(first, id("e", 1, "p", "u"));
        for other in [id("f", 1, "p", "u"), id("e", 1, "q", "u"), id("e", 1, "p", "v")] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn the_later_event_has_the_larger_id() {
        assert!(id("z", 1, "p", "u").to_string() < id("a", 2, "p", "u").to_string());
    }
}
