//! What carts and checkouts ask: offers, and stock held for them.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::{Path, State};
use contracts::{AskOffers, Extend, Offer, Offers, Reservation, Reserve, Settle, VariantRef};
use domain::Localized;
use garde::Validate;
use lambda::http::{Body, Problem, kinds};
use schemars::JsonSchema;
use serde::Deserialize;

use super::path::part;
use crate::Ctx;
use crate::ops::{reserve, settle};
use crate::table::{Stock, stock_key};

/// Variants that are asked for at once: DynamoDB's limit of one batch.
const OFFERS_MAX: usize = 100;

/// A contract's type as a body; its rules are the use case's.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent)]
pub(super) struct Told<T>(#[garde(skip)] T);

pub(super) async fn offer(
    State(ctx): State<Ctx>,
    Path((product, variant)): Path<(String, String)>,
) -> Result<Json<Offer>, Problem> {
    let stock = ctx.table.get_consistent::<Stock>(stock_key(part(&product)?, part(&variant)?)).await?;
    let stock = stock.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row();
    // For a cart to take it or not; offers of many are to price a cart, beside the terms of its stores.
    let sells = ctx.standings.sells(&ctx.table, ctx.clock.now(), stock.store_id).await?;
    let offer = offered(stock);
    Ok(Json(Offer { active: offer.active && sells, ..offer }))
}

pub(super) async fn offers(
    State(ctx): State<Ctx>,
    Body(Told(asked)): Body<Told<AskOffers>>,
) -> Result<Json<Offers>, Problem> {
    let variants = &asked.variants;
    if variants.is_empty() || variants.len() > OFFERS_MAX {
        return Err(Problem::field("variants", Localized::same(format!("1 to {OFFERS_MAX} variants"))));
    }
    if variants.iter().collect::<HashSet<_>>().len() != variants.len() {
        return Err(Problem::field("variants", Localized::same("each variant stands once")));
    }
    let keys = variants.iter().map(|v| stock_key(v.product_id, v.variant_id));
    let mut known: HashMap<VariantRef, Stock> = HashMap::new();
    for stock in ctx.table.get_many::<Stock>(keys).await? {
        known.insert(VariantRef { product_id: stock.product_id, variant_id: stock.variant_id }, stock.into_row());
    }
    Ok(Json(Offers { offers: variants.iter().filter_map(|variant| known.remove(variant)).map(offered).collect() }))
}

fn offered(stock: Stock) -> Offer {
    Offer {
        available: u32::try_from(stock.available).unwrap_or(0),
        product_id: stock.product_id,
        variant_id: stock.variant_id,
        store_id: stock.store_id,
        title: stock.title,
        sku: stock.sku,
        unit_price: stock.unit_price,
        active: stock.active,
        vat_rate: stock.fiscal.vat_rate,
    }
}

pub(super) async fn reserve(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Body(Told(request)): Body<Told<Reserve>>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(reserve::reserve(&ctx, part(&id)?, &request).await?))
}

pub(super) async fn commit(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Body(Told(Settle { store_id })): Body<Told<Settle>>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(settle::commit(&ctx, part(&id)?, store_id).await?))
}

pub(super) async fn release(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Body(Told(Settle { store_id })): Body<Told<Settle>>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(settle::release(&ctx, part(&id)?, store_id).await?))
}

pub(super) async fn extend(
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    Body(Told(Extend { hold_for_seconds })): Body<Told<Extend>>,
) -> Result<Json<Reservation>, Problem> {
    Ok(Json(settle::extend(&ctx, part(&id)?, hold_for_seconds).await?))
}
