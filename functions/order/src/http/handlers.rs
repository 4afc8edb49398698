use axum::Json;
use axum::extract::{Path, Query, State};
use contracts::PaymentMethod;
use domain::{CorrelationId, Date, OrderId, StoreId};
use lambda::http::{Body, ClientInfo, Created, IdempotencyKey, PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{BalanceAnswer, CheckoutAnswer, LedgerAnswer, OrderAnswer, OrderSummary};
use super::history::HistoryAnswer;
use super::request::{Cancellation, NewOrder, Transition, movable};
use crate::Ctx;
use crate::domain::{Order, Party, PlacedCheckout};
use crate::ops::{self, Doer, OrderPage};
use crate::table::LedgerRow;

const OWN_LIST: &str = "orders";
const STORE_LIST: &str = "store-orders";
const STORE_BOOKS: &str = "store-ledger";
const DAY_BOOKS: &str = "day-ledger";

pub(super) async fn place(
    State(ctx): State<Ctx>,
    User(claims): User,
    IdempotencyKey(key): IdempotencyKey,
    Body(body): Body<NewOrder>,
) -> Result<Created<PlacedCheckout>, Problem> {
    let correlation = CorrelationId::generate(ctx.clock.now(), &*ctx.entropy);
    let command = body.command(claims.user_id, key, correlation)?;
    // Boxed: the saga awaits deeply, and every layer around it would carry its size.
    let placed = Box::pin(ops::place(&ctx, &command)).await?;
    Ok(Created(placed))
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
    moves(&ctx, &found, Party::Shopper).await
}

async fn moves(ctx: &Ctx, order: &Order, reader: Party) -> Result<Json<HistoryAnswer>, Problem> {
    Ok(Json(HistoryAnswer::new(ops::history(&ctx.table, order).await?, reader)))
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

pub(super) async fn store_history(
    State(ctx): State<Ctx>,
    Path((store_id, order_id)): Path<(String, String)>,
) -> Result<Json<HistoryAnswer>, Problem> {
    let found = ops::store_order(&ctx.table, store(&store_id)?, order(&order_id)?).await?.ok_or_else(missing)?;
    moves(&ctx, &found, Party::Store).await
}

pub(super) async fn cancel(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path(order_id): Path<String>,
    Body(body): Body<Cancellation>,
) -> Result<Json<OrderAnswer>, Problem> {
    let doer = Doer::asking(&ctx, claims.actor(), Party::Shopper, body.note);
    let order = ops::cancel(&ctx, claims.user_id, order(&order_id)?, &doer).await?;
    Ok(Json(OrderAnswer::new(order, client.locale)))
}

pub(super) async fn transition(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path((store_id, order_id)): Path<(String, String)>,
    Body(body): Body<Transition>,
) -> Result<Json<OrderAnswer>, Problem> {
    let (to, doer) = (movable(body.to)?, Doer::asking(&ctx, claims.actor(), Party::Store, body.note));
    let moved = Box::pin(ops::advance(&ctx, store(&store_id)?, order(&order_id)?, to, &doer)).await?;
    Ok(Json(OrderAnswer::new(moved, client.locale)))
}

pub(super) async fn checkout(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path(checkout_id): Path<String>,
) -> Result<Json<CheckoutAnswer>, Problem> {
    let id = checkout_id.parse().map_err(|_| missing())?;
    let found = ops::checkout_of(&ctx.table, claims.user_id, id).await?.ok_or_else(missing)?;
    let waits = found.payment.method == PaymentMethod::Payme && found.is_payable(ctx.clock.now());
    let link = waits.then(|| ctx.payme.link(id, found.payment.amount, client.locale));
    Ok(Json(CheckoutAnswer::new(&found, link)))
}

pub(super) async fn balance(
    State(ctx): State<Ctx>,
    Path(store_id): Path<String>,
) -> Result<Json<BalanceAnswer>, Problem> {
    Ok(Json(ops::store_balance(&ctx.table, store(&store_id)?).await?.into()))
}

pub(super) async fn ledger(
    State(ctx): State<Ctx>,
    Path(store_id): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<LedgerAnswer>>, Problem> {
    let store = store(&store_id)?;
    books(&ctx, ops::books_of(store), &page, STORE_BOOKS, &store_id).await
}

/// Which books an admin asks for: those of a store, or those of a day.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct AskedBooks {
    /// Of this store, the newest orders first; this or `day`.
    store_id: Option<StoreId>,
    /// Of this day in Tashkent, such as 2026-11-23, the oldest first.
    day: Option<Date>,
}

pub(super) async fn admin_ledger(
    State(ctx): State<Ctx>,
    Query(asked): Query<AskedBooks>,
    page: PageQuery,
) -> Result<Json<PageAnswer<LedgerAnswer>>, Problem> {
    match (asked.store_id, asked.day) {
        (Some(store), None) => books(&ctx, ops::books_of(store), &page, STORE_BOOKS, &store.to_string()).await,
        (None, Some(day)) => books(&ctx, ops::books_on(day), &page, DAY_BOOKS, &day.to_string()).await,
        _ => Err(Problem::of(&kinds::PARAMETER).with("detail", "give either store_id or day")),
    }
}

async fn books(
    ctx: &Ctx,
    query: dynamodb::Query,
    page: &PageQuery,
    list: &str,
    of: &str,
) -> Result<Json<PageAnswer<LedgerAnswer>>, Problem> {
    let found = ctx.table.query::<LedgerRow>(page.apply(query, list, of)?).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), list, of)))
}

fn summaries(page: &OrderPage, pattern: &str, caller: &str) -> PageAnswer<OrderSummary> {
    PageAnswer::new(page.orders.iter().map(Into::into).collect(), page.next.as_ref(), pattern, caller)
}

pub(super) fn order(text: &str) -> Result<OrderId, Problem> {
    text.parse().map_err(|_| missing())
}

fn store(text: &str) -> Result<StoreId, Problem> {
    text.parse().map_err(|_| missing())
}

pub(super) fn missing() -> Problem {
    Problem::of(&kinds::NOT_FOUND)
}
