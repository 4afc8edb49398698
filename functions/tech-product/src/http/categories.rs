use axum::Json;
use axum::extract::{Path, State};
use domain::{Localized, Slug};
use garde::Validate;
use http::StatusCode;
use lambda::http::{Body, Problem, User};
use serde::Deserialize;

use super::path::part;
use super::view::CategoryView;
use crate::Intake;
use crate::domain::SpecField;
use crate::ops::categories::{self, CategoryChange, NewCategory};

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBody {
    #[garde(skip)]
    slug: Slug,
    #[garde(custom(readable))]
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
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeBody {
    #[serde(default)]
    #[garde(inner(custom(readable)))]
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
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is the validator's")]
fn readable(names: &Localized, (): &()) -> garde::Result {
    let texts = [Some(&names.uz), names.ru.as_ref(), names.en.as_ref()];
    let fits = |text: &String| !text.trim().is_empty() && text.chars().count() <= 100;
    if texts.into_iter().flatten().all(fits) {
        Ok(())
    } else {
        Err(garde::Error::new("a name has 1 to 100 characters"))
    }
}

pub(super) async fn create(
    State(intake): State<Intake>,
    User(claims): User,
    Body(body): Body<NewBody>,
) -> Result<(StatusCode, Json<CategoryView>), Problem> {
    let NewBody { slug, names, parent, position, visible, spec_template: fields } = body;
    let new = NewCategory { slug, names, parent, position, visible, fields };
    let by = (claims.actor(), intake.ctx.correlation_id());
    let category = categories::create(&intake.ctx, new, by).await?;
    Ok((StatusCode::CREATED, Json(category.into())))
}

pub(super) async fn change(
    State(intake): State<Intake>,
    Path(slug): Path<String>,
    User(claims): User,
    Body(body): Body<ChangeBody>,
) -> Result<Json<CategoryView>, Problem> {
    let ChangeBody { names, position, visible, spec_template: fields } = body;
    let change = CategoryChange { names, position, visible, fields };
    let by = (claims.actor(), intake.ctx.correlation_id());
    Ok(Json(categories::change(&intake.ctx, &part(&slug)?, change, by).await?.into()))
}
