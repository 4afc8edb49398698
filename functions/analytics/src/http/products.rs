//! A product's numbers by day.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{Date, ProductId};
use lambda::http::{Problem, StaffGuard, kinds};
use schemars::JsonSchema;
use serde::Serialize;

use super::days::{Asked, Sales};
use crate::ctx::Ctx;
use crate::ops::days::days;
use crate::ops::owner::owner;
use crate::table::{DayRow, Scope};

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
    /// Written of it, approved or not.
    reviews: u64,
    #[serde(flatten)]
    sales: Sales,
}

impl ProductNumbers {
    fn of(rows: &[DayRow]) -> Self {
        let sum = |of: fn(&DayRow) -> u64| rows.iter().map(of).sum();
        Self {
            views: sum(|row| row.product_views),
            cart_adds: sum(|row| row.cart_adds),
            reviews: sum(|row| row.reviews),
            sales: Sales::of(rows),
        }
    }
}

/// Of the product's own store only, as orders and carts told it; a product that nobody put into a cart has no numbers yet.
pub(super) async fn days_of(
    State(ctx): State<Ctx>,
    staff: StaffGuard,
    Path(product_id): Path<ProductId>,
    Query(asked): Query<Asked>,
) -> Result<Json<ProductDays>, Problem> {
    let store = owner(&ctx, product_id).await?.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    staff.check(&ctx, store).await?;
    let rows = days(&ctx, Scope::Product(product_id), asked.range()?).await?;
    let day = |row: &DayRow| ProductDay { day: row.day, numbers: ProductNumbers::of(std::slice::from_ref(row)) };
    Ok(Json(ProductDays { product_id, total: ProductNumbers::of(&rows), days: rows.iter().map(day).collect() }))
}
