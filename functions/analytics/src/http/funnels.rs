//! How far visitors come.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{Date, StoreId};
use lambda::http::Problem;
use schemars::JsonSchema;
use serde::Serialize;

use super::days::Asked;
use crate::ctx::Ctx;
use crate::ops::days::days;
use crate::table::{DayRow, Scope};

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
    /// Purchases to a hundred visitors, in hundredths; none without visitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversion_basis_points: Option<u64>,
}

impl FunnelSteps {
    fn of(rows: &[DayRow]) -> Self {
        let sum = |of: fn(&DayRow) -> u64| rows.iter().map(of).sum::<u64>();
        let (visitors, purchases) = (sum(|row| row.visitors), sum(|row| row.orders));
        Self {
            visitors,
            product_views: sum(|row| row.product_views),
            carts: sum(|row| row.carts),
            checkouts: sum(|row| row.checkouts),
            purchases,
            conversion_basis_points: purchases.saturating_mul(10_000).checked_div(visitors),
        }
    }
}

async fn of_scope(ctx: &Ctx, scope: Scope, asked: &Asked) -> Result<Json<Funnel>, Problem> {
    let rows = days(ctx, scope, asked.range()?).await?;
    let day = |row: &DayRow| FunnelDay { day: row.day, steps: FunnelSteps::of(std::slice::from_ref(row)) };
    Ok(Json(Funnel { total: FunnelSteps::of(&rows), days: rows.iter().map(day).collect() }))
}

pub(super) async fn store(
    State(ctx): State<Ctx>,
    Path(store_id): Path<StoreId>,
    Query(asked): Query<Asked>,
) -> Result<Json<Funnel>, Problem> {
    of_scope(&ctx, Scope::Store(store_id), &asked).await
}

pub(super) async fn platform(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Json<Funnel>, Problem> {
    of_scope(&ctx, Scope::Platform, &asked).await
}
