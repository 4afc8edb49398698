//! What the other services ask.

use axum::Json;
use axum::extract::{Path, State};
use contracts::{Member, StoreTerms};
use domain::{StoreId, UserId};
use lambda::http::Problem;

use super::not_found;
use crate::ctx::Ctx;
use crate::ops;

pub(super) async fn terms(State(ctx): State<Ctx>, Path(id): Path<StoreId>) -> Result<Json<StoreTerms>, Problem> {
    let store = ops::store(&ctx, id).await?.ok_or_else(not_found)?;
    Ok(Json(store.terms()))
}

pub(super) async fn member(
    State(ctx): State<Ctx>,
    Path((store, user)): Path<(StoreId, UserId)>,
) -> Result<Json<Member>, Problem> {
    let member = ops::member(&ctx.table, store, user).await?.ok_or_else(not_found)?;
    Ok(Json(member))
}
