use axum::Json;
use axum::extract::{Path, State};
use domain::{Localized, Slug, localized};
use garde::Validate;
use lambda::http::{Body, Created, NoContent, PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::Deserialize;

use super::catalogue::{CategoryView, TemplateView};
use super::path::part;
use crate::Intake;
use crate::domain::{Category, FiscalDefaults, SpecField};
use crate::ops::categories::{self, CategoryChange, NewCategory};
use crate::table;

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewCategory")]
pub(super) struct NewBody {
    #[garde(skip)]
    slug: Slug,
    #[garde(custom(localized(NAME_MAX)))]
    names: Localized,
    #[serde(default)]
    #[garde(skip)]
    parent: Option<Slug>,
    #[serde(default)]
    #[garde(range(max = 9_999))]
    position: u32,
    #[serde(default = "yes")]
    #[garde(skip)]
    visible: bool,
    #[serde(default)]
    #[garde(skip)]
    spec_template: Vec<SpecField>,
    /// What receipts say of products that say nothing else.
    #[serde(default)]
    #[garde(skip)]
    fiscal: FiscalDefaults,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeCategory")]
pub(super) struct ChangeBody {
    #[serde(default)]
    #[garde(inner(custom(localized(NAME_MAX))))]
    names: Option<Localized>,
    #[serde(default)]
    #[garde(range(max = 9_999))]
    position: Option<u32>,
    #[serde(default)]
    #[garde(skip)]
    visible: Option<bool>,
    #[serde(default)]
    #[garde(skip)]
    spec_template: Option<Vec<SpecField>>,
    /// All of it anew.
    #[serde(default)]
    #[garde(skip)]
    fiscal: Option<FiscalDefaults>,
}

/// Characters of a name.
const NAME_MAX: usize = 100;

const fn yes() -> bool {
    true
}

pub(super) async fn create(
    State(intake): State<Intake>,
    User(claims): User,
    Body(body): Body<NewBody>,
) -> Result<Created<CategoryView>, Problem> {
    let NewBody { slug, names, parent, position, visible, spec_template: fields, fiscal } = body;
    let new = NewCategory { slug, names, parent, position, visible, fields, fiscal };
    let by = (claims.actor(), intake.ctx.correlation_id());
    let category = categories::create(&intake.ctx, new, by).await?;
    Ok(Created(category.into()))
}

pub(super) async fn change(
    State(intake): State<Intake>,
    Path(slug): Path<String>,
    User(claims): User,
    Body(body): Body<ChangeBody>,
) -> Result<Json<CategoryView>, Problem> {
    let ChangeBody { names, position, visible, spec_template: fields, fiscal } = body;
    let change = CategoryChange { names, position, visible, fields, fiscal };
    let by = (claims.actor(), intake.ctx.correlation_id());
    Ok(Json(categories::change(&intake.ctx, &part(&slug)?, change, by).await?.into()))
}

pub(super) async fn retire(
    State(intake): State<Intake>,
    Path(slug): Path<String>,
    User(claims): User,
) -> Result<NoContent, Problem> {
    let by = (claims.actor(), intake.ctx.correlation_id());
    categories::retire(&intake.ctx, &part(&slug)?, by).await?;
    Ok(NoContent)
}

pub(super) async fn hidden(
    State(intake): State<Intake>,
    page: PageQuery,
) -> Result<Json<PageAnswer<CategoryView>>, Problem> {
    let query = page.apply(table::hidden_categories(), "hidden categories", "admin")?;
    let found = intake.ctx.table.query::<Category>(query).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "hidden categories", "admin")))
}

pub(super) async fn template(
    State(intake): State<Intake>,
    Path(slug): Path<String>,
) -> Result<Json<TemplateView>, Problem> {
    let template = categories::template(&intake.ctx, &part(&slug)?).await?;
    Ok(Json(template.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row().into()))
}
