use axum::Json;
use axum::extract::{Path, State};
use contracts::CartSnapshot;
use domain::{CartItemId, UserId};
use http::StatusCode;
use lambda::http::{Body, ClientInfo, Problem, User, kinds};

use super::answer::{CartAnswer, snapshot as answer_snapshot};
use super::request::{NewItem, NewQuantity, RepeatKey};
use crate::Ctx;
use crate::domain::Owner;
use crate::ops::{self, Add, SetQuantity};

pub(super) async fn show(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
) -> Result<Json<CartAnswer>, Problem> {
    let seen = ops::look(&ctx.table, Owner::User(claims.user_id), ctx.clock.now()).await?;
    Ok(Json(CartAnswer::new(&seen, client.locale)?))
}

pub(super) async fn add(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    RepeatKey(key): RepeatKey,
    Body(item): Body<NewItem>,
) -> Result<(StatusCode, Json<CartAnswer>), Problem> {
    let NewItem { product_id, variant_id, quantity } = item;
    let owner = Owner::User(claims.user_id);
    let seen = ops::add(&ctx, Add { owner, product_id, variant_id, quantity, key }).await?;
    Ok((StatusCode::CREATED, Json(CartAnswer::new(&seen, client.locale)?)))
}

pub(super) async fn set_quantity(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path(item_id): Path<String>,
    Body(NewQuantity { quantity }): Body<NewQuantity>,
) -> Result<Json<CartAnswer>, Problem> {
    let command = SetQuantity { owner: Owner::User(claims.user_id), item_id: item(&item_id)?, quantity };
    let seen = ops::set_quantity(&ctx, command).await?;
    Ok(Json(CartAnswer::new(&seen, client.locale)?))
}

pub(super) async fn remove(
    State(ctx): State<Ctx>,
    User(claims): User,
    Path(item_id): Path<String>,
) -> Result<StatusCode, Problem> {
    ops::remove(&ctx, Owner::User(claims.user_id), item(&item_id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn clear(State(ctx): State<Ctx>, User(claims): User) -> Result<StatusCode, Problem> {
    ops::clear(&ctx, Owner::User(claims.user_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn snapshot(
    State(ctx): State<Ctx>,
    Path(user_id): Path<String>,
) -> Result<Json<CartSnapshot>, Problem> {
    let user_id: UserId = user_id.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))?;
    let seen = ops::look(&ctx.table, Owner::User(user_id), ctx.clock.now()).await?;
    Ok(Json(answer_snapshot(user_id, &seen)))
}

/// What is not an id is no line of anybody's.
fn item(text: &str) -> Result<CartItemId, Problem> {
    text.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))
}
