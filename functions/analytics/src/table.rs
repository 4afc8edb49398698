//! The analytics table.
//!
//! | row | PK | SK |
//! | --- | --- | --- |
//! | raw event | `EVENTS#<business hour>` | event id |
//! | what a front end reported | `REPORTS#<business hour>` | event id |
//! | a visitor of a day | `VISITORS#<date>#<scope>` | visitor id |
//! | a store's day | `STORE#<store>` | `DAY#<date>` |
//! | a product's day | `PRODUCT#<product>` | `DAY#<date>` |
//! | the platform's day | `PLATFORM` | `DAY#<date>` |
//!
//! | question | answered by |
//! | --- | --- |
//! | was this event counted? | the raw event's key, as a condition of counting |
//! | has this visitor been here today? | the visitor's key, as a condition of counting them |
//! | a scope's days from, to | its partition, `DAY#` between |
//! | the events of an hour | its partition |
//!
//! An hour's events share a partition: 1,000 writes a second fit, and a page never crosses partitions.

use contracts::Event;
use domain::{Date, ProductId, StoreId, Timestamp};
use dynamodb::{Key, Row, TableSchema};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::Report;

/// The shape of the table.
pub const SCHEMA: TableSchema = TableSchema { indexes: &[] };

/// How long raw events are kept.
const EVENT_DAYS: i64 = 730;
/// How long a visitor of a day is remembered: longer than their reports may be late.
const VISITOR_DAYS: i64 = 10;

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

/// What a front end reported, and the record that it was counted. Neither address nor device of the visitor is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    /// The business hour it fell in.
    pub hour: String,
    /// Who, by an id that the front end drew.
    pub visitor_id: Uuid,
    /// What.
    pub report: Report,
}

impl Row for ReportRow {
    const KIND: &'static str = "report";

    fn key(&self) -> Key {
        Key::new(format!("REPORTS#{}", self.hour), self.report.id.to_string())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.report.at.as_second() + EVENT_DAYS * 86_400).ok()
    }
}

/// That a visitor came to a scope on a day: what makes the count of visitors exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VisitorRow {
    /// [`Scope::partition`].
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
    /// Visitors of the day, each once.
    pub visitors: u64,
    /// Pages of products that were looked at.
    pub product_views: u64,
    /// Searches.
    pub searches: u64,
    /// Searches that found nothing.
    pub searches_without_result: u64,
    /// Times that something was put into a cart.
    pub cart_adds: u64,
    /// Times that something was taken out of one.
    pub cart_removes: u64,
    /// Carts that something of the store was put into first.
    pub carts: u64,
    /// Checkouts completed, paid or not; for a store, those it has an order of.
    pub checkouts: u64,
    /// Purchases: orders paid in advance, or to be paid in cash; for a product, orders that hold it.
    pub orders: u64,
    /// Pieces bought.
    pub items: u64,
    /// What was bought for, in tiyin: orders with shipping; for a product, its lines. What was cancelled later is in it.
    pub revenue: i64,
    /// Orders delivered.
    pub delivered: u64,
    /// Purchases that were cancelled or lost.
    pub cancelled: u64,
    /// What those were bought for.
    pub cancelled_revenue: i64,
    /// Whose product it is, as orders and carts told; none for other scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
}

impl Row for DayRow {
    const KIND: &'static str = "day";

    fn key(&self) -> Key {
        Key::new(self.scope.clone(), format!("DAY#{}", self.day))
    }
}
