use axum::Json;
use axum::extract::{Path, State};
use contracts::{Offer, Reservation, Reserve};
use garde::Validate;
use lambda::http::{Body, Problem, kinds};
use serde::Deserialize;

use super::path::part;
use crate::Ctx;
use crate::ops::{reserve, settle};
use crate::table::{Stock, stock_key};

/// [`Reserve`] as a body; its rules are the use case's.
#[derive(Debug, Deserialize, Validate)]
#[serde(transparent)]
pub(super) struct ReserveBody(#[garde(skip)] Reserve);

#[derive(Debug, Deserialize, Validate)]
pub(super) struct ExtendBody {
    #[garde(skip)]
    hold_for_seconds: u32,
}

pub(super) async fn offer(
    State(ctx): State<Ctx>,
    Path((product, variant)): Path<(String, String)>,
) -> Result<Json<Offer>, Problem> {
    let stock = ctx.table.get_consistent::<Stock>(stock_key(part(&product)?, part(&variant)?)).await?;
    let stock = stock.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row();
    Ok(Json(Offer {
        product_id: stock.product_id,
        variant_id: stock.variant_id,
        store_id: stock.store_id,
        title: stock.title,
        sku: stock.sku,
        unit_price: stock.unit_price,
        available: u32::try_from(stock.available).unwrap_or(0),
        active: stock.active,
    }))
}

pub(super) async fn reserve(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Body(ReserveBody(request)): Body<ReserveBody>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(reserve::reserve(&ctx, part(&id)?, &request).await?))
}

pub(super) async fn get(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Json<Reservation>, Problem> {
    let held = reserve::get(&ctx, part(&id)?).await?;
    Ok(Json(held.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?))
}

pub(super) async fn commit(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Json<Reservation>, Problem> {
    Ok(Json(settle::commit(&ctx, part(&id)?).await?))
}

pub(super) async fn release(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<Json<Reservation>, Problem> {
    Ok(Json(settle::release(&ctx, part(&id)?).await?))
}

pub(super) async fn extend(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Body(body): Body<ExtendBody>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(settle::extend(&ctx, part(&id)?, body.hold_for_seconds).await?))
}
