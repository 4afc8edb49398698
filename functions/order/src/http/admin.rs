//! What the platform's staff do about orders that are stuck, and about money that is to go back.

use axum::Json;
use axum::extract::{Path, Query, State};
use contracts::{Actor, CancelReason, Fulfilment};
use domain::{CheckoutId, Money, OrderId, StoreId, Timestamp, UserId};
use garde::Validate;
use lambda::http::{Body, ClientInfo, PageAnswer, PageQuery, Problem, User, readable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{OrderAnswer, OrderSummary};
use super::handlers::{missing, order};
use super::request::{Cancellation, Transition, movable};
use crate::Ctx;
use crate::domain::{Order, OrderNumber, PaidFrom, Party, RefundStatus};
use crate::ops::{self, CompleteRefund, Doer, OrderPage};

const OVERDUE_LIST: &str = "overdue-orders";
const NOT_HELD_LIST: &str = "not-held-orders";
const REFUNDS: &str = "refunds";

/// Which orders somebody has to look at.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Trouble {
    /// Late on their way to the shopper, the longest late first.
    #[default]
    Overdue,
    /// Open, though their goods are not held any more.
    NotHeld,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Stuck {
    /// `overdue` when nothing is said.
    #[serde(default)]
    state: Trouble,
}

/// An order that somebody has to look at.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StuckOrder {
    #[serde(flatten)]
    summary: OrderSummary,
    user_id: UserId,
    /// Since when it is known to be late on its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    overdue_since: Option<Timestamp>,
}

pub(super) async fn stuck(
    State(ctx): State<Ctx>,
    Query(Stuck { state }): Query<Stuck>,
    page: PageQuery,
) -> Result<Json<PageAnswer<StuckOrder>>, Problem> {
    let (list, OrderPage { orders, next }) = match state {
        Trouble::Overdue => {
            (OVERDUE_LIST, ops::orders(&ctx.table, page.apply(ops::overdue(), OVERDUE_LIST, "")?).await?)
        }
        Trouble::NotHeld => {
            (NOT_HELD_LIST, ops::not_held(&ctx.table, page.apply(ops::lost_holds(), NOT_HELD_LIST, "")?).await?)
        }
    };
    Ok(Json(PageAnswer::new(orders.iter().map(Into::into).collect(), next.as_ref(), list, "")))
}

pub(super) async fn show(
    State(ctx): State<Ctx>,
    client: ClientInfo,
    Path(order_id): Path<String>,
) -> Result<Json<OrderAnswer>, Problem> {
    let found = ops::locate(&ctx.table, order(&order_id)?).await?.ok_or_else(missing)?;
    Ok(Json(OrderAnswer::new(found, client.locale)))
}

pub(super) async fn transition(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path(order_id): Path<String>,
    Body(body): Body<Transition>,
) -> Result<Json<OrderAnswer>, Problem> {
    let (to, doer) = (movable(body.to)?, Doer::asking(&ctx, claims.actor(), Party::Platform, body.note));
    let moved = Box::pin(ops::advance_any(&ctx, order(&order_id)?, to, &doer)).await?;
    Ok(Json(OrderAnswer::new(moved, client.locale)))
}

pub(super) async fn cancel(
    State(ctx): State<Ctx>,
    User(claims): User,
    client: ClientInfo,
    Path(order_id): Path<String>,
    Body(body): Body<Cancellation>,
) -> Result<Json<OrderAnswer>, Problem> {
    let doer = Doer::asking(&ctx, claims.actor(), Party::Platform, body.note);
    let cancelled = Box::pin(ops::advance_any(&ctx, order(&order_id)?, Fulfilment::Cancelled, &doer)).await?;
    Ok(Json(OrderAnswer::new(cancelled, client.locale)))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct AskedRefunds {
    /// `PENDING` when nothing is said. The oldest come first.
    #[serde(default)]
    status: RefundStatus,
}

/// What a buyer is owed, or got back, of an order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub(super) struct RefundAnswer {
    /// The order's id.
    refund_id: OrderId,
    order_id: OrderId,
    number: OrderNumber,
    /// What the payment provider knows the payment by.
    checkout_id: CheckoutId,
    user_id: UserId,
    store_id: StoreId,
    amount: Money,
    /// Why the order was given up.
    reason: Option<CancelReason>,
    status: RefundStatus,
    due_since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_by: Option<Actor>,
    /// What the bank or the provider calls the transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_from: Option<PaidFrom>,
}

pub(super) async fn refunds(
    State(ctx): State<Ctx>,
    Query(AskedRefunds { status }): Query<AskedRefunds>,
    page: PageQuery,
) -> Result<Json<PageAnswer<RefundAnswer>>, Problem> {
    let query = page.apply(ops::refunds(status), REFUNDS, status.name())?;
    let OrderPage { orders, next } = ops::orders(&ctx.table, query).await?;
    let items = orders.into_iter().filter_map(RefundAnswer::of).collect();
    Ok(Json(PageAnswer::new(items, next.as_ref(), REFUNDS, status.name())))
}

/// The body that completes a refund.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub(super) struct Completion {
    /// What the bank or the provider calls the transfer.
    #[garde(length(chars, max = 100), custom(readable))]
    reference: String,
    /// `BANK` when nothing is said.
    #[garde(skip)]
    #[serde(default)]
    paid_from: PaidFrom,
    /// For the history.
    #[garde(inner(length(chars, max = 500)), inner(custom(readable)))]
    note: Option<String>,
}

pub(super) async fn complete(
    State(ctx): State<Ctx>,
    User(claims): User,
    Path(refund_id): Path<String>,
    Body(body): Body<Completion>,
) -> Result<Json<RefundAnswer>, Problem> {
    let doer = Doer::asking(&ctx, claims.actor(), Party::Platform, body.note);
    let reference = body.reference.trim().to_owned();
    let command = CompleteRefund { order_id: order(&refund_id)?, reference, paid_from: body.paid_from };
    let order = Box::pin(ops::complete_refund(&ctx, &command, &doer)).await?;
    Ok(Json(RefundAnswer::of(order).ok_or_else(missing)?))
}

impl From<&Order> for StuckOrder {
    fn from(order: &Order) -> Self {
        Self { summary: order.into(), user_id: order.user_id, overdue_since: order.overdue_since }
    }
}

impl RefundAnswer {
    /// None of an order that nobody is owed anything of.
    fn of(order: Order) -> Option<Self> {
        let refund = order.refund?;
        let status = refund.status();
        let (completed_at, completed_by, reference, paid_from) = match refund.done {
            Some(done) => (Some(done.at), Some(done.by), Some(done.reference), Some(done.paid_from)),
            None => (None, None, None, None),
        };
        Some(Self {
            refund_id: order.order_id,
            order_id: order.order_id,
            number: order.number,
            checkout_id: order.checkout_id,
            user_id: order.user_id,
            store_id: order.store_id,
            amount: refund.amount,
            reason: order.cancelled,
            status,
            due_since: refund.due_since,
            completed_at,
            completed_by,
            reference,
            paid_from,
        })
    }
}
