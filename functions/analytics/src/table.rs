//! The analytics table.
//!
//! | row | PK | SK |
//! | --- | --- | --- |
//! | raw event | `EVENTS#<business hour>` | event id |
//! | a store's day | `STORE#<store>` | `DAY#<date>` |
//! | a product's day | `PRODUCT#<product>` | `DAY#<date>` |
//! | the platform's day | `PLATFORM` | `DAY#<date>` |
//!
//! | question | answered by |
//! | --- | --- |
//! | was this event counted? | the raw event's key, as a condition of counting |
//! | a scope's days from, to | its partition, `DAY#` between |
//! | the events of an hour | its partition |
//!
//! An hour's events share a partition: 1,000 writes a second fit, and a page never crosses partitions.

use contracts::Event;
use domain::{Date, ProductId, StoreId, Timestamp};
use dynamodb::{Key, Row, TableSchema};
use serde::{Deserialize, Serialize};

/// The shape of the table.
pub const SCHEMA: TableSchema = TableSchema { indexes: &[] };

/// How long raw events are kept.
const EVENT_DAYS: i64 = 730;

/// A raw event, and the record that it was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// The business hour it fell in, such as `2026-11-23T11`.
    pub hour: String,
    /// The event.
    pub event: Event,
}

impl EventRow {
    /// The row of `event`.
    pub fn new(event: Event) -> Self {
        Self { hour: hour_of(event.at), event }
    }

    /// The partition of an hour.
    pub fn partition(hour: &str) -> String {
        format!("EVENTS#{hour}")
    }
}

impl Row for EventRow {
    const KIND: &'static str = "event";

    fn key(&self) -> Key {
        Key::new(Self::partition(&self.hour), self.event.id.to_string())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.event.at.as_second() + EVENT_DAYS * 86_400).ok()
    }
}

/// The hour in Tashkent in which `at` falls.
pub fn hour_of(at: Timestamp) -> String {
    jiff::tz::offset(5).to_datetime(at).strftime("%Y-%m-%dT%H").to_string()
}

/// What a day's numbers are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One store.
    Store(StoreId),
    /// One product.
    Product(ProductId),
    /// Everything.
    Platform,
}

impl Scope {
    /// The partition.
    pub fn partition(self) -> String {
        match self {
            Self::Store(id) => format!("STORE#{id}"),
            Self::Product(id) => format!("PRODUCT#{id}"),
            Self::Platform => "PLATFORM".to_owned(),
        }
    }

    /// The key of one day.
    pub fn day(self, day: Date) -> Key {
        Key::new(self.partition(), format!("DAY#{day}"))
    }
}

/// The numbers of one scope and day; a counter that nothing added to is 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DayRow {
    /// [`Scope::partition`].
    pub scope: String,
    /// The business day.
    pub day: Date,
    /// Accounts registered.
    pub registrations: u64,
    /// Sessions begun.
    pub sign_ins: u64,
    /// Sessions ended by their owner.
    pub sign_outs: u64,
    /// Stores opened.
    pub stores_opened: u64,
    /// Checkouts completed.
    pub checkouts: u64,
    /// Orders placed; for a product, orders that hold it.
    pub orders: u64,
    /// Pieces ordered.
    pub items: u64,
    /// What was ordered for, in tiyin: orders with shipping; for a product, its lines.
    pub revenue: i64,
}

impl Row for DayRow {
    const KIND: &'static str = "day";

    fn key(&self) -> Key {
        Key::new(self.scope.clone(), format!("DAY#{}", self.day))
    }
}
