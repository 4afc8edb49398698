use axum::Json;
use axum::extract::{Path, State};
use contracts::CartSnapshot;
use domain::{CartItemId, Region, UserId};
use lambda::http::{Body, ClientInfo, Created, IdempotencyKey, NoContent, Problem, User, kinds};

use super::answer::{CartAnswer, MergeAnswer, SavedAnswer, SessionAnswer, snapshot as answer_snapshot};
use super::quote::QuoteAnswer;
use super::request::{LineToSave, MergeRequest, NewItem, NewQuantity, QuoteRequest, Who, session};
use crate::Ctx;
use crate::ops::{self, Add, AskQuote, SetQuantity, Visitor};

pub(super) async fn open_session(
    State(ctx): State<Ctx>,
    client: ClientInfo,
) -> Result<Created<SessionAnswer>, Problem> {
    Ok(Created(ops::open_session(&ctx, &client.ip).await?.into()))
}

pub(super) async fn show(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
) -> Result<Json<CartAnswer>, Problem> {
    let seen = ops::look(&ctx.table, &visitor, ctx.clock.now()).await?;
    Ok(Json(CartAnswer::new(&seen, client.locale)?))
}

pub(super) async fn add(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
    key: Option<IdempotencyKey>,
    Body(item): Body<NewItem>,
) -> Result<Created<CartAnswer>, Problem> {
    let NewItem { product_id, variant_id, quantity } = item;
    let command = Add { visitor, product_id, variant_id, quantity, key: key.map(|IdempotencyKey(key)| key) };
    let seen = ops::add(&ctx, command).await?;
    Ok(Created(CartAnswer::new(&seen, client.locale)?))
}

pub(super) async fn set_quantity(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
    Path(item_id): Path<String>,
    Body(NewQuantity { quantity }): Body<NewQuantity>,
) -> Result<Json<CartAnswer>, Problem> {
    let seen = ops::set_quantity(&ctx, SetQuantity { visitor, item_id: item(&item_id)?, quantity }).await?;
    Ok(Json(CartAnswer::new(&seen, client.locale)?))
}

pub(super) async fn remove(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    Path(item_id): Path<String>,
) -> Result<NoContent, Problem> {
    ops::remove(&ctx, &visitor, item(&item_id)?).await?;
    Ok(NoContent)
}

pub(super) async fn clear(State(ctx): State<Ctx>, Who(visitor): Who) -> Result<NoContent, Problem> {
    ops::clear(&ctx, &visitor).await?;
    Ok(NoContent)
}

pub(super) async fn saved(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
) -> Result<Json<SavedAnswer>, Problem> {
    let seen = ops::look(&ctx.table, &visitor, ctx.clock.now()).await?;
    Ok(Json(SavedAnswer::new(&seen, client.locale)?))
}

pub(super) async fn save(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
    Body(LineToSave { item_id }): Body<LineToSave>,
) -> Result<Created<SavedAnswer>, Problem> {
    let seen = ops::save(&ctx, &visitor, item_id).await?;
    Ok(Created(SavedAnswer::new(&seen, client.locale)?))
}

pub(super) async fn restore(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
    Path(item_id): Path<String>,
) -> Result<Json<CartAnswer>, Problem> {
    let seen = ops::restore(&ctx, &visitor, item(&item_id)?).await?;
    Ok(Json(CartAnswer::new(&seen, client.locale)?))
}

pub(super) async fn forget(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    Path(item_id): Path<String>,
) -> Result<NoContent, Problem> {
    ops::forget(&ctx, &visitor, item(&item_id)?).await?;
    Ok(NoContent)
}

pub(super) async fn quote(
    State(ctx): State<Ctx>,
    Who(visitor): Who,
    client: ClientInfo,
    Body(QuoteRequest { region, payment_method }): Body<QuoteRequest>,
) -> Result<Json<QuoteAnswer>, Problem> {
    let region = region.unwrap_or(Region::TashkentCity);
    let quoted = ops::quote(&ctx, AskQuote { visitor, region, payment_method }).await?;
    Ok(Json(QuoteAnswer::new(quoted, client.locale)))
}

pub(super) async fn merge(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Body(MergeRequest { session: token }): Body<MergeRequest>,
) -> Result<Json<MergeAnswer>, Problem> {
    let merged = ops::merge(&ctx, claims.user_id, &session(&token)?).await?;
    Ok(Json(MergeAnswer::new(merged, client.locale)?))
}

pub(super) async fn snapshot(
    State(ctx): State<Ctx>,
    Path(user_id): Path<String>,
) -> Result<Json<CartSnapshot>, Problem> {
    let user_id: UserId = user_id.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))?;
    let seen = ops::look(&ctx.table, &Visitor::User(user_id), ctx.clock.now()).await?;
    Ok(Json(answer_snapshot(user_id, &seen)))
}

/// What is not an id is no line of anybody's.
fn item(text: &str) -> Result<CartItemId, Problem> {
    text.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))
}
