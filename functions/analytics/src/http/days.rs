//! Numbers by day.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{Date, Money, Reason, StoreId};
use lambda::http::Problem;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::ops::days::{Range, days};
use crate::table::{DayRow, Scope};

/// `?from=2026-11-01&to=2026-11-23`, both included.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// The first day, in Tashkent.
    from: Date,
    /// The last day.
    to: Date,
}

impl Asked {
    pub(super) fn range(&self) -> Result<Range, Problem> {
        Range::new(self.from, self.to).map_err(|error| Problem::field("to", error.reason()))
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StoreDays {
    store_id: StoreId,
    days: Vec<StoreDay>,
    total: Sales,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreDay {
    day: Date,
    #[serde(flatten)]
    sales: Sales,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Sales {
    /// Purchases: paid in advance, or to be paid in cash.
    orders: u64,
    items: u64,
    /// What was cancelled later is in it.
    revenue: Money,
    delivered: u64,
    /// Purchases that were cancelled or lost.
    cancelled: u64,
    cancelled_revenue: Money,
}

impl Sales {
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a DayRow>) -> Self {
        let zero = Money::tiyin(0);
        let mut sales =
            Self { orders: 0, items: 0, revenue: zero, delivered: 0, cancelled: 0, cancelled_revenue: zero };
        let (mut revenue, mut cancelled) = (0_i64, 0_i64);
        for row in rows {
            sales.orders += row.orders;
            sales.items += row.items;
            sales.delivered += row.delivered;
            sales.cancelled += row.cancelled;
            revenue = revenue.saturating_add(row.revenue);
            cancelled = cancelled.saturating_add(row.cancelled_revenue);
        }
        Self { revenue: Money::tiyin(revenue), cancelled_revenue: Money::tiyin(cancelled), ..sales }
    }
}

pub(super) async fn store(
    State(ctx): State<Ctx>,
    Path(store_id): Path<StoreId>,
    Query(asked): Query<Asked>,
) -> Result<Json<StoreDays>, Problem> {
    let rows = days(&ctx, Scope::Store(store_id), asked.range()?).await?;
    let day = |row: &DayRow| StoreDay { day: row.day, sales: Sales::of([row]) };
    Ok(Json(StoreDays { store_id, total: Sales::of(&rows), days: rows.iter().map(day).collect() }))
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PlatformDays {
    days: Vec<PlatformDay>,
    total: Sales,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PlatformDay {
    day: Date,
    registrations: u64,
    sign_ins: u64,
    sign_outs: u64,
    stores_opened: u64,
    checkouts: u64,
    /// Written, approved or not.
    reviews: u64,
    #[serde(flatten)]
    traffic: Traffic,
    #[serde(flatten)]
    sales: Sales,
}

/// What front ends reported.
#[derive(Debug, Serialize, JsonSchema)]
struct Traffic {
    /// Each once a day.
    visitors: u64,
    sessions: u64,
    /// Sessions of at most one page.
    bounced: u64,
    /// What a session lasted on average, from its first report to its last.
    session_seconds: u64,
    page_views: u64,
    product_views: u64,
    searches: u64,
    searches_without_result: u64,
}

impl Traffic {
    fn of(row: &DayRow) -> Self {
        Self {
            visitors: row.visitors,
            sessions: row.sessions,
            bounced: row.bounced,
            session_seconds: row.session_seconds.checked_div(row.sessions).unwrap_or(0),
            page_views: row.page_views,
            product_views: row.product_views,
            searches: row.searches,
            searches_without_result: row.searches_without_result,
        }
    }
}

pub(super) async fn platform(
    State(ctx): State<Ctx>,
    Query(asked): Query<Asked>,
) -> Result<Json<PlatformDays>, Problem> {
    let rows = days(&ctx, Scope::Platform, asked.range()?).await?;
    let day = |row: &DayRow| PlatformDay {
        day: row.day,
        registrations: row.registrations,
        sign_ins: row.sign_ins,
        sign_outs: row.sign_outs,
        stores_opened: row.stores_opened,
        checkouts: row.checkouts,
        reviews: row.reviews,
        traffic: Traffic::of(row),
        sales: Sales::of([row]),
    };
    Ok(Json(PlatformDays { total: Sales::of(&rows), days: rows.iter().map(day).collect() }))
}
