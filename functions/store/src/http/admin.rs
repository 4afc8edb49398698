//! What admins do.

use axum::Json;
use axum::extract::{Path, Query, State};
use contracts::StoreStatus;
use domain::StoreId;
use lambda::http::{Body, PageAnswer, PageQuery, Problem, User};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answers::StoreAnswer;
use super::bodies::{PlanBody, ReasonBody};
use crate::ctx::Ctx;
use crate::domain::{Step, Store};
use crate::ops::{self, Advance};
use crate::table;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Filter {
    /// `UNDER_REVIEW` when nothing is said.
    status: Option<StoreStatus>,
}

pub(super) async fn list(
    State(ctx): State<Ctx>,
    page: PageQuery,
    Query(filter): Query<Filter>,
) -> Result<Json<PageAnswer<StoreAnswer>>, Problem> {
    let query = table::stores(filter.status.unwrap_or(StoreStatus::UnderReview));
    let found = ctx.table.query::<Store>(page.apply(query, "admin-stores", "")?).await?;
    let items = found.rows.into_iter().map(|store| store.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "admin-stores", "")))
}

pub(super) async fn approve(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
) -> Result<Json<StoreAnswer>, Problem> {
    let approve = Advance { store, step: Step::Approve, by: me.user_id, reason: None };
    Ok(Json(ops::advance(&ctx, &approve).await?.into()))
}

pub(super) async fn reject(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
    Body(body): Body<ReasonBody>,
) -> Result<Json<StoreAnswer>, Problem> {
    let reject = Advance { store, step: Step::Reject, by: me.user_id, reason: Some(body.reason) };
    Ok(Json(ops::advance(&ctx, &reject).await?.into()))
}

pub(super) async fn suspend(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
    Body(body): Body<ReasonBody>,
) -> Result<Json<StoreAnswer>, Problem> {
    let suspend = Advance { store, step: Step::Suspend, by: me.user_id, reason: Some(body.reason) };
    Ok(Json(ops::advance(&ctx, &suspend).await?.into()))
}

pub(super) async fn reinstate(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
    Body(body): Body<ReasonBody>,
) -> Result<Json<StoreAnswer>, Problem> {
    let reinstate = Advance { store, step: Step::Reinstate, by: me.user_id, reason: Some(body.reason) };
    Ok(Json(ops::advance(&ctx, &reinstate).await?.into()))
}

pub(super) async fn set_plan(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
    Body(body): Body<PlanBody>,
) -> Result<Json<StoreAnswer>, Problem> {
    let store = ops::set_plan(&ctx, store, body.plan, me.user_id).await?;
    Ok(Json(store.into()))
}
