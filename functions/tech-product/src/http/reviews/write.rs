use axum::Json;
use axum::extract::{Path, State};
use domain::Change as Said;
use garde::Validate;
use lambda::http::{Body, ClientInfo, Created, NoContent, Problem, StaffGuard, User};
use schemars::JsonSchema;
use serde::Deserialize;

use super::view::{OwnReviewView, ReviewView};
use crate::Intake;
use crate::domain::{Opinion, OpinionChange};
use crate::http::path::part;
use crate::http::problems::faults;
use crate::ops::reviews::{self, Mine};
use crate::table::ReportReason;

/// The title has up to 100 characters, the text up to 2,000.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewReview")]
pub(super) struct NewBody {
    /// Stars, 1 to 5.
    #[garde(skip)]
    #[schemars(range(min = 1, max = 5))]
    rating: u8,
    #[garde(skip)]
    title: Option<String>,
    #[garde(skip)]
    text: String,
}

/// What is absent stays; `null` takes the title away.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChangeReview")]
pub(super) struct ChangeBody {
    /// Stars, 1 to 5.
    #[garde(skip)]
    #[schemars(range(min = 1, max = 5))]
    rating: Option<u8>,
    #[serde(default)]
    #[garde(skip)]
    title: Said<String>,
    #[garde(skip)]
    text: Option<String>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReportReview")]
pub(super) struct ReportBody {
    #[garde(skip)]
    reason: ReportReason,
    /// In their own words.
    #[garde(length(chars, min = 1, max = 500))]
    note: Option<String>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReplyToReview")]
pub(super) struct ReplyBody {
    #[garde(length(chars, min = 1, max = 1000))]
    text: String,
}

pub(super) async fn post(
    State(intake): State<Intake>,
    Path(product): Path<String>,
    User(claims): User,
    client: ClientInfo,
    Body(body): Body<NewBody>,
) -> Result<Created<OwnReviewView>, Problem> {
    let opinion = Opinion::read(body.rating, body.title.as_deref(), &body.text);
    let opinion = opinion.map_err(|refusals| faults(&refusals, client.locale))?;
    let correlation = intake.ctx.correlation_id();
    Ok(Created(reviews::post(&intake, claims.user_id, part(&product)?, &opinion, correlation).await?.into()))
}

pub(super) async fn mine(
    State(intake): State<Intake>,
    Path(product): Path<String>,
    User(claims): User,
) -> Result<Json<OwnReviewView>, Problem> {
    Ok(Json(reviews::mine(&intake.ctx, claims.user_id, part(&product)?).await?.into()))
}

pub(super) async fn edit(
    State(intake): State<Intake>,
    Path(path): Path<(String, String)>,
    user: User,
    client: ClientInfo,
    Body(body): Body<ChangeBody>,
) -> Result<Json<OwnReviewView>, Problem> {
    let change = OpinionChange::read(body.rating, body.title, body.text.as_deref());
    let change = change.map_err(|refusals| faults(&refusals, client.locale))?;
    Ok(Json(reviews::edit(&intake.ctx, named(&path, &user)?, &change).await?.into()))
}

pub(super) async fn withdraw(
    State(intake): State<Intake>,
    Path(path): Path<(String, String)>,
    user: User,
) -> Result<NoContent, Problem> {
    reviews::withdraw(&intake.ctx, named(&path, &user)?).await?;
    Ok(NoContent)
}

pub(super) async fn vote(
    State(intake): State<Intake>,
    Path((product, review)): Path<(String, String)>,
    User(claims): User,
) -> Result<NoContent, Problem> {
    reviews::vote(&intake.ctx, claims.user_id, part(&product)?, part(&review)?).await?;
    Ok(NoContent)
}

pub(super) async fn unvote(
    State(intake): State<Intake>,
    Path((product, review)): Path<(String, String)>,
    User(claims): User,
) -> Result<NoContent, Problem> {
    reviews::unvote(&intake.ctx, claims.user_id, part(&product)?, part(&review)?).await?;
    Ok(NoContent)
}

pub(super) async fn report(
    State(intake): State<Intake>,
    Path((product, review)): Path<(String, String)>,
    User(claims): User,
    Body(body): Body<ReportBody>,
) -> Result<NoContent, Problem> {
    let why = (body.reason, body.note);
    reviews::report(&intake.ctx, claims.user_id, part(&product)?, part(&review)?, why).await?;
    Ok(NoContent)
}

pub(super) async fn reply(
    State(intake): State<Intake>,
    Path((product, review)): Path<(String, String)>,
    staff: StaffGuard,
    Body(body): Body<ReplyBody>,
) -> Result<Json<ReviewView>, Problem> {
    let (product, review) = (part(&product)?, part(&review)?);
    let store = reviews::shown(&intake.ctx, product, review).await?.store_id;
    staff.check(&intake, store).await?;
    let by = (staff.claims().actor(), intake.ctx.correlation_id());
    Ok(Json(reviews::reply(&intake.ctx, product, review, &body.text, by).await?.into()))
}

/// The review of the path, as one of the caller's.
fn named((product, review): &(String, String), User(claims): &User) -> Result<Mine, Problem> {
    Ok(Mine { user_id: claims.user_id, product_id: part(product)?, review_id: part(review)? })
}
