//! Numbers by day.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{Date, Money, StoreId};
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
    fn range(&self) -> Result<Range, Problem> {
        Range::new(self.from, self.to).map_err(|error| Problem::field("to", error))
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
struct Sales {
    orders: u64,
    items: u64,
    revenue: Money,
}

impl Sales {
    fn of<'a>(rows: impl IntoIterator<Item = &'a DayRow>) -> Self {
        let mut sales = Self { orders: 0, items: 0, revenue: Money::tiyin(0) };
        let mut revenue = 0_i64;
        for row in rows {
            sales.orders += row.orders;
            sales.items += row.items;
            revenue = revenue.saturating_add(row.revenue);
        }
        sales.revenue = Money::tiyin(revenue);
        sales
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
    #[serde(flatten)]
    sales: Sales,
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
        sales: Sales::of([row]),
    };
    Ok(Json(PlatformDays { total: Sales::of(&rows), days: rows.iter().map(day).collect() }))
}
