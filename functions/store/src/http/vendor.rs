//! What vendors and store staff do.

use axum::Json;
use axum::extract::{Path, State};
use domain::StoreId;
use lambda::http::{Body, Created, NoContent, PageAnswer, PageQuery, Problem, User};

use super::answers::{MyStore, StoreAnswer};
use super::bodies::{ChangeBody, OpenBody};
use crate::ctx::Ctx;
use crate::domain::Step;
use crate::ops::{self, Advance, Open};

pub(super) async fn open(
    State(ctx): State<Ctx>,
    User(me): User,
    Body(body): Body<OpenBody>,
) -> Result<Created<StoreAnswer>, Problem> {
    let slug = body.slug.clone();
    let store = ops::open(&ctx, Open { owner: me.user_id, details: body.into(), slug }).await?;
    Ok(Created(store.into()))
}

pub(super) async fn mine(
    State(ctx): State<Ctx>,
    User(me): User,
    page: PageQuery,
) -> Result<Json<PageAnswer<MyStore>>, Problem> {
    let caller = me.user_id.to_string();
    let apply = |query| page.apply(query, "my-stores", &caller);
    let (stores, next) = ops::mine(&ctx, me.user_id, apply).await?;
    let items = stores.into_iter().map(MyStore::from).collect();
    Ok(Json(PageAnswer::new(items, next.as_ref(), "my-stores", &caller)))
}

pub(super) async fn change(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<StoreId>,
    Body(body): Body<ChangeBody>,
) -> Result<Json<StoreAnswer>, Problem> {
    let store = ops::change(&ctx, id, me.user_id, &body.into()).await?;
    Ok(Json(store.into()))
}

pub(super) async fn submit(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
) -> Result<Json<StoreAnswer>, Problem> {
    let submit = Advance { store, step: Step::Submit, by: me.user_id, reason: None };
    Ok(Json(ops::advance(&ctx, &submit).await?.into()))
}

pub(super) async fn close(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
) -> Result<NoContent, Problem> {
    ops::close(&ctx, store, me.user_id).await?;
    Ok(NoContent)
}
