use axum::Json;
use axum::extract::{Path, State};
use domain::Change as Said;
use garde::Validate;
use lambda::http::{Body, ClientInfo, Created, PageAnswer, PageQuery, Problem, User};
use schemars::JsonSchema;
use serde::Deserialize;

use super::catalogue::BrandView;
use super::path::part;
use super::problems;
use super::query::Query;
use crate::Intake;
use crate::ops::brands::{self, BrandChange};
use crate::table::{self, Brand, BrandStatus};

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBrand {
    /// As it spells itself.
    #[garde(length(chars, min = 1, max = 100))]
    name: String,
    /// Its own page, with `https://`.
    #[garde(skip)]
    website: Option<String>,
}

/// What is absent stays; `null` takes the website away.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedBrand {
    /// Another spelling of the same name.
    #[garde(skip)]
    name: Option<String>,
    #[serde(default)]
    #[garde(skip)]
    website: Said<String>,
}

/// Which brands.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct OfStatus {
    /// Those that wait for an admin when nothing is said.
    status: Option<BrandStatus>,
}

pub(super) async fn create(
    State(intake): State<Intake>,
    User(claims): User,
    client: ClientInfo,
    Body(body): Body<NewBrand>,
) -> Result<Created<BrandView>, Problem> {
    let by = (claims.actor(), intake.ctx.correlation_id());
    let brand = brands::create(&intake.ctx, &body.name, body.website, by).await;
    Ok(Created(brand.map_err(|e| problems::brand(e, client.locale))?.into()))
}

pub(super) async fn list(
    State(intake): State<Intake>,
    Query(of): Query<OfStatus>,
    page: PageQuery,
) -> Result<Json<PageAnswer<BrandView>>, Problem> {
    let status = of.status.unwrap_or(BrandStatus::Pending);
    let pattern = format!("brands {status:?}");
    let found = intake.ctx.table.query::<Brand>(page.apply(table::brands(status), &pattern, "admin")?).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), &pattern, "admin")))
}

pub(super) async fn change(
    State(intake): State<Intake>,
    Path(slug): Path<String>,
    User(claims): User,
    client: ClientInfo,
    Body(body): Body<ChangedBrand>,
) -> Result<Json<BrandView>, Problem> {
    let change = BrandChange { name: body.name, website: body.website, status: None };
    let by = (claims.actor(), intake.ctx.correlation_id());
    let brand = brands::change(&intake.ctx, &part(&slug)?, change, by).await;
    Ok(Json(brand.map_err(|e| problems::brand(e, client.locale))?.into()))
}

pub(super) async fn verify(
    State(intake): State<Intake>,
    Path(slug): Path<String>,
    User(claims): User,
    client: ClientInfo,
) -> Result<Json<BrandView>, Problem> {
    let change = BrandChange { status: Some(BrandStatus::Active), ..BrandChange::default() };
    let by = (claims.actor(), intake.ctx.correlation_id());
    let brand = brands::change(&intake.ctx, &part(&slug)?, change, by).await;
    Ok(Json(brand.map_err(|e| problems::brand(e, client.locale))?.into()))
}
