use contracts::Event;
use domain::{Date, EventId};
use dynamodb::{Key, Row};
use serde::{Deserialize, Serialize};

use super::raw::{EventRow, hour_of};
use super::{DayRow, day_key};

/// Marks of a row from which on those are looked for that may go: what stands in one KB beside the numbers.
const MANY: usize = 8;

/// That an event's numbers are in a row: the event's hour and id, by which its raw row is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(String);

impl Mark {
    /// The mark of `event`.
    pub fn of(event: &Event) -> Self {
        Self::new(&hour_of(event.at), event.id)
    }

    fn new(hour: &str, id: EventId) -> Self {
        Self(format!("{hour}#{id}"))
    }

    /// Where the event's raw row is, if it was counted whole.
    pub fn record_key(&self) -> Key {
        let (hour, id) = self.0.split_once('#').unwrap_or_default();
        Key::new(EventRow::partition(hour), id)
    }
}

/// What the row of a scope's day remembers of counting; its numbers are [`DayRow`], the same item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MarksRow {
    /// [`super::Scope::partition`].
    pub scope: String,
    /// The business day.
    pub day: Date,
    /// Events whose numbers are in the row and whose raw rows may be missing.
    pub marks: Vec<Mark>,
    /// How often something that services told was counted in it.
    pub told: i64,
}

impl MarksRow {
    /// Whether some marks should go.
    pub const fn is_full(&self) -> bool {
        self.marks.len() >= MANY
    }
}

impl Row for MarksRow {
    const KIND: &'static str = DayRow::KIND;

    fn key(&self) -> Key {
        day_key(&self.scope, self.day)
    }
}
