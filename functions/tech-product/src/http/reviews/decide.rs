use axum::Json;
use axum::extract::{Path, State};
use domain::ReviewId;
use garde::Validate;
use lambda::http::{Body, PageAnswer, PageQuery, Problem, User};
use schemars::JsonSchema;
use serde::Deserialize;

use super::view::{AdminReviewView, ReportView};
use crate::Intake;
use crate::domain::{Decision, Review, ReviewStatus};
use crate::http::path::part;
use crate::http::query::Query;
use crate::ops::reviews;
use crate::table::{self, ReviewReport};

/// Which reviews.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Those that wait for an admin when nothing is said.
    status: Option<ReviewStatus>,
    /// Approved ones that were reported since, whatever `status` says.
    #[serde(default)]
    reported: bool,
}

/// A decision on what was read.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ApproveReview")]
pub(super) struct ApproveBody {
    /// That of the review as it was read: 409 when it is another one by now.
    #[garde(skip)]
    revision: u32,
}

/// A decision on what was read.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RejectReview")]
pub(super) struct RejectBody {
    /// That of the review as it was read: 409 when it is another one by now.
    #[garde(skip)]
    revision: u32,
    /// What its author is told.
    #[garde(length(chars, min = 1, max = 500))]
    reason: String,
}

pub(super) async fn list(
    State(intake): State<Intake>,
    Query(which): Query<Which>,
    page: PageQuery,
) -> Result<Json<PageAnswer<AdminReviewView>>, Problem> {
    let status = which.status.unwrap_or(ReviewStatus::Pending);
    let (pattern, query) = if which.reported {
        ("reported reviews".to_owned(), table::reported_reviews())
    } else {
        (format!("reviews {status:?}"), table::reviews(status))
    };
    let found = intake.ctx.table.query::<Review>(page.apply(query, &pattern, "admin")?).await?;
    let items = found.rows.into_iter().map(|review| review.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), &pattern, "admin")))
}

pub(super) async fn reports(
    State(intake): State<Intake>,
    Path(review): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<ReportView>>, Problem> {
    let id: ReviewId = part(&review)?;
    let pattern = format!("reports of {id}");
    let found = intake.ctx.table.query::<ReviewReport>(page.apply(table::reports_of(id), &pattern, "admin")?).await?;
    let items = found.rows.into_iter().map(|report| report.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), &pattern, "admin")))
}

pub(super) async fn approve(
    State(intake): State<Intake>,
    Path(review): Path<String>,
    user: User,
    Body(ApproveBody { revision }): Body<ApproveBody>,
) -> Result<Json<AdminReviewView>, Problem> {
    decided(&intake, part(&review)?, &user, &Decision::Approve, revision).await
}

pub(super) async fn reject(
    State(intake): State<Intake>,
    Path(review): Path<String>,
    user: User,
    Body(RejectBody { revision, reason }): Body<RejectBody>,
) -> Result<Json<AdminReviewView>, Problem> {
    decided(&intake, part(&review)?, &user, &Decision::Reject(reason), revision).await
}

async fn decided(
    intake: &Intake,
    review: ReviewId,
    User(claims): &User,
    decision: &Decision,
    revision: u32,
) -> Result<Json<AdminReviewView>, Problem> {
    let by = (claims.actor(), intake.ctx.correlation_id());
    Ok(Json(reviews::decide(&intake.ctx, review, decision, revision, by).await?.into()))
}
