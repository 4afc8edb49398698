//! Stores as everybody sees them: those that sell.

use axum::Json;
use axum::extract::{Path, State};
use contracts::StoreStatus;
use domain::{Slug, StoreId};
use lambda::http::{PageAnswer, PageQuery, Problem};

use super::answers::{PublicStore, StorePage};
use super::not_found;
use crate::ctx::Ctx;
use crate::domain::Store;
use crate::{ops, table};

pub(super) async fn list(State(ctx): State<Ctx>, page: PageQuery) -> Result<Json<PageAnswer<PublicStore>>, Problem> {
    let query = page.apply(table::stores(StoreStatus::Active), "stores", "")?;
    let found = ctx.table.query::<Store>(query).await?;
    let items = found.rows.into_iter().map(|store| store.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "stores", "")))
}

pub(super) async fn one(State(ctx): State<Ctx>, Path(id): Path<StoreId>) -> Result<Json<StorePage>, Problem> {
    let page = ops::page(&ctx, id).await?.ok_or_else(not_found)?;
    Ok(Json(page.into()))
}

pub(super) async fn by_slug(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Json<StorePage>, Problem> {
    let slug: Slug = slug.parse().map_err(|_| not_found())?;
    let page = ops::by_slug(&ctx, &slug).await?.ok_or_else(not_found)?;
    Ok(Json(page.into()))
}
