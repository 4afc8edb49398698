use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use domain::Money;
use garde::Validate;
use lambda::http::{Body, ClientInfo, Created, Problem, StaffGuard};
use schemars::JsonSchema;
use serde::Deserialize;

use super::catalogue::ProductView;
use super::path::part;
use super::problems;
use super::products::of_staff;
use crate::Intake;
use crate::ops::variants::{self, By, NewVariant, VariantChange};

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddVariant {
    /// Unique in the store.
    #[garde(skip)]
    sku: String,
    /// What makes it differ, such as `{"Rang": "Qora", "Xotira": "512 GB"}`.
    #[garde(skip)]
    options: BTreeMap<String, String>,
    #[garde(skip)]
    price: Money,
    /// How many there are.
    #[serde(default)]
    #[garde(range(min = 0, max = crate::domain::STOCK_MAX))]
    stock: i64,
    /// Whether it becomes the default.
    #[serde(default)]
    #[garde(skip)]
    default: bool,
}

/// What is absent stays.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeVariant {
    #[garde(skip)]
    options: Option<BTreeMap<String, String>>,
    #[garde(skip)]
    price: Option<Money>,
    /// `true` makes it the default.
    #[serde(default)]
    #[garde(skip)]
    default: bool,
}

pub(super) async fn add(
    State(intake): State<Intake>,
    Path(product): Path<String>,
    staff: StaffGuard,
    client: ClientInfo,
    Body(body): Body<AddVariant>,
) -> Result<Created<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let AddVariant { sku, options, price, stock, default } = body;
    let new = NewVariant { sku, options, price, stock, default };
    let added = variants::add(&intake.ctx, product, new, by(&intake, &staff)).await;
    Ok(Created(added.map_err(|e| problems::product(e, client.locale))?.into_row().into()))
}

pub(super) async fn change(
    State(intake): State<Intake>,
    Path((product, variant)): Path<(String, String)>,
    staff: StaffGuard,
    client: ClientInfo,
    Body(body): Body<ChangeVariant>,
) -> Result<Json<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let ChangeVariant { options, price, default } = body;
    let change = VariantChange { options, price, default };
    let changed = variants::change(&intake.ctx, product, part(&variant)?, change, by(&intake, &staff)).await;
    Ok(Json(changed.map_err(|e| problems::product(e, client.locale))?.into_row().into()))
}

pub(super) async fn remove(
    State(intake): State<Intake>,
    Path((product, variant)): Path<(String, String)>,
    staff: StaffGuard,
    client: ClientInfo,
) -> Result<Json<ProductView>, Problem> {
    let product = of_staff(&intake, &staff, part(&product)?).await?;
    let left = variants::remove(&intake.ctx, product, part(&variant)?, by(&intake, &staff)).await;
    Ok(Json(left.map_err(|e| problems::product(e, client.locale))?.into_row().into()))
}

fn by(intake: &Intake, staff: &StaffGuard) -> By {
    (staff.claims().user_id, intake.ctx.correlation_id())
}
