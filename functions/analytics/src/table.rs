//! The analytics table.
//!
//! | row | PK | SK |
//! | --- | --- | --- |
//! | raw event | `EVENTS#<business hour>` | event id |
//! | what a front end reported | `REPORTS#<business hour>` | `<visitor id>#<report id>` |
//! | a visitor of a day | `VISITORS#<date>#<scope>` | visitor id |
//! | a visitor's session | `SESSIONS#<visitor>` | session id |
//! | a search term's day | `SEARCHES#<date>` | term |
//! | a store's day | `STORE#<store>` | `DAY#<date>` |
//! | a product's day | `PRODUCT#<product>` | `DAY#<date>` |
//! | the platform's day | `PLATFORM` | `DAY#<date>` |
//!
//! | question | answered by |
//! | --- | --- |
//! | was this event counted? | its raw row, or its mark in each row it adds to |
//! | was this report counted? | its key, as a condition of counting |
//! | has this visitor been here today? | the visitor's key, as a condition of counting them |
//! | how long was this session, and did it bounce? | the session's row, replaced under its version as reports come in |
//! | a scope's days from, to | its partition, `DAY#` between |
//! | whose product is it? | the product's days that a service told of: `store_id` |
//! | what services told, what front ends reported in an hour | its partition |
//! | the sessions of a visitor | their partition |
//! | what was searched for on a day | its partition |
//!
//! An hour's events share a partition: 1,000 writes a second fit, and a page never crosses partitions. A day's row carries
//! the marks of the few events whose raw rows may be missing ([`MarksRow`]), so that counting takes no transaction.

mod marks;
mod raw;
mod search;
mod visit;

use domain::{Date, ProductId, StoreId};
use dynamodb::{Key, Row, TableSchema};
use serde::{Deserialize, Serialize};

pub use marks::{Mark, MarksRow};
pub use raw::{EventRow, ReportRow, hour_of};
pub use search::SearchRow;
pub use visit::{VisitorRow, session_key};

/// The shape of the table.
pub const SCHEMA: TableSchema = TableSchema { indexes: &[] };

/// How long raw events, reports and sessions are kept.
const RAW_DAYS: i64 = 730;

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
        day_key(&self.partition(), day)
    }
}

/// The key of one day of the scope whose partition is `scope`.
pub fn day_key(scope: &str, day: Date) -> Key {
    Key::new(scope, format!("DAY#{day}"))
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
    /// Visits of a front end that began on the day.
    pub sessions: u64,
    /// Those of at most one page.
    pub bounced: u64,
    /// From the first to the last report of each of them, summed.
    pub session_seconds: u64,
    /// Pages that were looked at.
    pub page_views: u64,
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
    /// Reviews written, approved or not.
    pub reviews: u64,
    /// Whose product it is, as orders and carts told; none for other scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
}

impl Row for DayRow {
    const KIND: &'static str = "day";

    fn key(&self) -> Key {
        day_key(&self.scope, self.day)
    }
}
