use axum::Json;
use axum::extract::{Path, State};
use domain::{CorrelationId, OrderId, StoreId};
use http::StatusCode;
use lambda::http::{Body, ClientInfo, IdempotencyKey, PageAnswer, PageQuery, Problem, User, kinds};

use super::answer::{HistoryAnswer, OrderAnswer, OrderSummary};
use super::request::NewOrder;
use crate::Ctx;
use crate::domain::PlacedCheckout;
use crate::ops::{self, OrderPage};

const OWN_LIST: &str = "orders";
const STORE_LIST: &str = "store-orders";

pub(super) async fn place(
    State(ctx): State<Ctx>,
    User(claims): User,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<NewOrder>,
) -> Result<(StatusCode, Json<PlacedCheckout>), Problem> {
    let correlation = CorrelationId::generate(ctx.clock.now(), &*ctx.entropy);
    let command = body.command(claims.user_id, key, correlation)?;
    // Boxed: the saga awaits deeply, and every layer around it would carry its size.
    let placed = Box::pin(ops::place(&ctx, &command)).await?;
    Ok((StatusCode::CREATED, Json(placed)))
}

pub(super) async fn list(
    State(ctx): State<Ctx>,
    User(claims): User,
    page: PageQuery,
) -> Result<Json<PageAnswer<OrderSummary>>, Problem> {
    let caller = claims.user_id.to_string();
    let query = page.apply(ops::orders_of(claims.user_id), OWN_LIST, &caller)?;
    Ok(Json(summaries(&ops::orders(&ctx.table, query).await?, OWN_LIST, &caller)))
}

pub(super) async fn show(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path(order_id): Path<String>,
) -> Result<Json<OrderAnswer>, Problem> {
    let found = ops::order(&ctx.table, claims.user_id, order(&order_id)?).await?.ok_or_else(missing)?;
    Ok(Json(OrderAnswer::new(found, client.locale)))
}

pub(super) async fn history(
    State(ctx): State<Ctx>,
    User(claims): User,
    Path(order_id): Path<String>,
) -> Result<Json<HistoryAnswer>, Problem> {
    let found = ops::order(&ctx.table, claims.user_id, order(&order_id)?).await?.ok_or_else(missing)?;
    let moves = ops::history(&ctx.table, &found).await?;
    Ok(Json(HistoryAnswer { items: moves.iter().map(Into::into).collect() }))
}

pub(super) async fn store_list(
    State(ctx): State<Ctx>,
    Path(store_id): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<OrderSummary>>, Problem> {
    let store = store(&store_id)?;
    let query = page.apply(ops::orders_at(store), STORE_LIST, &store_id)?;
    Ok(Json(summaries(&ops::store_orders(&ctx.table, query).await?, STORE_LIST, &store_id)))
}

pub(super) async fn store_show(
    State(ctx): State<Ctx>,
    client: ClientInfo,
    Path((store_id, order_id)): Path<(String, String)>,
) -> Result<Json<OrderAnswer>, Problem> {
    let found = ops::store_order(&ctx.table, store(&store_id)?, order(&order_id)?).await?.ok_or_else(missing)?;
    Ok(Json(OrderAnswer::new(found, client.locale)))
}

fn summaries(page: &OrderPage, pattern: &str, caller: &str) -> PageAnswer<OrderSummary> {
    PageAnswer::new(page.orders.iter().map(Into::into).collect(), page.next.as_ref(), pattern, caller)
}

fn order(text: &str) -> Result<OrderId, Problem> {
    text.parse().map_err(|_| missing())
}

fn store(text: &str) -> Result<StoreId, Problem> {
    text.parse().map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::of(&kinds::NOT_FOUND)
}
