//! Numbers by day.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{Date, Money, ProductId, StoreId};
use lambda::http::{Problem, StaffGuard, kinds};
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
    fn of<'a>(rows: impl IntoIterator<Item = &'a DayRow>) -> Self {
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

/// A product's numbers.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ProductDays {
    product_id: ProductId,
    days: Vec<ProductDay>,
    total: ProductNumbers,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ProductDay {
    day: Date,
    #[serde(flatten)]
    numbers: ProductNumbers,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ProductNumbers {
    /// Its page was looked at.
    views: u64,
    /// It was put into a cart.
    cart_adds: u64,
    #[serde(flatten)]
    sales: Sales,
}

impl ProductNumbers {
    fn of(rows: &[DayRow]) -> Self {
        let sum = |of: fn(&DayRow) -> u64| rows.iter().map(of).sum();
        Self { views: sum(|row| row.product_views), cart_adds: sum(|row| row.cart_adds), sales: Sales::of(rows) }
    }
}

/// How far visitors came. Visitors and views are what front ends report; the rest is what the services told.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Funnel {
    days: Vec<FunnelDay>,
    total: FunnelSteps,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FunnelDay {
    day: Date,
    #[serde(flatten)]
    steps: FunnelSteps,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FunnelSteps {
    /// Each once a day.
    visitors: u64,
    product_views: u64,
    /// Carts that something was put into first.
    carts: u64,
    checkouts: u64,
    purchases: u64,
}

impl FunnelSteps {
    fn of(rows: &[DayRow]) -> Self {
        let sum = |of: fn(&DayRow) -> u64| rows.iter().map(of).sum();
        Self {
            visitors: sum(|row| row.visitors),
            product_views: sum(|row| row.product_views),
            carts: sum(|row| row.carts),
            checkouts: sum(|row| row.checkouts),
            purchases: sum(|row| row.orders),
        }
    }
}

async fn funnel(ctx: &Ctx, scope: Scope, asked: &Asked) -> Result<Json<Funnel>, Problem> {
    let rows = days(ctx, scope, asked.range()?).await?;
    let day = |row: &DayRow| FunnelDay { day: row.day, steps: FunnelSteps::of(std::slice::from_ref(row)) };
    Ok(Json(Funnel { total: FunnelSteps::of(&rows), days: rows.iter().map(day).collect() }))
}

pub(super) async fn store_funnel(
    State(ctx): State<Ctx>,
    Path(store_id): Path<StoreId>,
    Query(asked): Query<Asked>,
) -> Result<Json<Funnel>, Problem> {
    funnel(&ctx, Scope::Store(store_id), &asked).await
}

pub(super) async fn platform_funnel(
    State(ctx): State<Ctx>,
    Query(asked): Query<Asked>,
) -> Result<Json<Funnel>, Problem> {
    funnel(&ctx, Scope::Platform, &asked).await
}

/// Of the product's own store only, as orders and carts told it; a product that nobody put into a cart has no numbers yet.
pub(super) async fn product(
    State(ctx): State<Ctx>,
    staff: StaffGuard,
    Path(product_id): Path<ProductId>,
    Query(asked): Query<Asked>,
) -> Result<Json<ProductDays>, Problem> {
    let rows = days(&ctx, Scope::Product(product_id), asked.range()?).await?;
    let store = rows.iter().find_map(|row| row.store_id).ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    staff.check(&ctx, store).await?;
    let day = |row: &DayRow| ProductDay { day: row.day, numbers: ProductNumbers::of(std::slice::from_ref(row)) };
    Ok(Json(ProductDays { product_id, total: ProductNumbers::of(&rows), days: rows.iter().map(day).collect() }))
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
