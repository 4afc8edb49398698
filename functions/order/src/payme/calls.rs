//! The methods.

use std::time::Duration;

use contracts::{CancelReason, PaymentMethod};
use domain::{CheckoutId, Money, OrderId, Timestamp};
use dynamodb::{Error, Index, Query, Stored, Tx};
use futures::future::try_join_all;
use jiff::SignedDuration;
use jiff::civil::date;
use lambda::calls::CallError;
use serde_json::{Value, json};
use tokio::time::timeout;
use tracing::{error, info, warn};

use super::protocol::{Call, Refusal, read, reply};
use super::transaction::{LIVES_FOR, State, TIMED_OUT, Transaction, month_of};
use crate::Ctx;
use crate::domain::{Order, OrderLine, PaidFrom, PaymentStatus, Repaid, is_held};
use crate::ops::Doer;
use crate::ops::book::{self, BookError, Repayment};
use crate::ops::settle::settle_now;
use crate::ops::whole::{Checkout, next_look};
use crate::table::{Payment, transaction_key};

/// A hold outlasts the transaction that stands on it by this much.
const HOLD_MARGIN: SignedDuration = SignedDuration::from_hours(1);
/// How far Payme's clock may be ahead of ours.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How long an answer waits for tech-product after everything is durable; the sweep does what is left.
const SETTLE_TIME: Duration = Duration::from_secs(3);
/// How often a call is worked out again when somebody else was faster.
const ATTEMPTS_MAX: u32 = 8;
/// Transactions of one statement: what fits into one answer of a function. More is an error, never a part of it.
const STATEMENT_MAX: usize = 10_000;
/// No transaction is older: a statement begins here at the earliest.
const FIRST_YEAR: i16 = 2026;

/// Why a call has no result.
enum Failed {
    /// Payme is told so.
    Refused(Refusal),
    /// Ours: Payme asks again.
    Internal(String),
    /// Somebody else was faster: work it out again.
    Raced,
}

type Outcome = Result<Value, Failed>;

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        if error.refused().is_some() { Self::Raced } else { Self::Internal(error.to_string()) }
    }
}

impl From<CallError> for Failed {
    fn from(error: CallError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<BookError> for Failed {
    fn from(error: BookError) -> Self {
        match error {
            // What was read is of two moments: somebody else moved the orders in between.
            BookError::Move(_) => Self::Raced,
            BookError::Money(_) | BookError::Unbalanced(..) | BookError::Count(..) => Self::Internal(error.to_string()),
        }
    }
}

/// The answer to a request of Payme's. Who it is is looked at before anything else.
pub(crate) async fn answer(ctx: &Ctx, authorization: Option<&str>, body: &[u8]) -> Value {
    let (id, call) = read(body);
    if !ctx.payme.is_payme(authorization) {
        return reply(&id, Err((Refusal::NotPayme, None)));
    }
    let call = match call {
        Ok(call) => call,
        Err(refused) => return reply(&id, Err(refused)),
    };
    for _ in 0..ATTEMPTS_MAX {
        match carry_out(ctx, &call).await {
            Ok(result) => return reply(&id, Ok(result)),
            Err(Failed::Refused(refusal)) => {
                info!(?refusal, "payme was refused");
                return reply(&id, Err((refusal, None)));
            }
            Err(Failed::Internal(cause)) => {
                error!(cause, "a call of payme failed");
                return reply(&id, Err((Refusal::Internal, None)));
            }
            Err(Failed::Raced) => {}
        }
    }
    reply(&id, Err((Refusal::Internal, None)))
}

async fn carry_out(ctx: &Ctx, call: &Call) -> Outcome {
    match call {
        Call::CheckPerform { amount, account } => check_perform(ctx, *amount, account).await,
        Call::Create { id, time, amount, account } => create(ctx, id, *time, *amount, account).await,
        Call::Perform { id } => perform(ctx, &find(ctx, id).await?).await,
        Call::Cancel { id, reason } => cancel(ctx, &find(ctx, id).await?, *reason).await,
        Call::Check { id } => Ok(find(ctx, id).await?.checked()),
        Call::Statement { from, to } => statement(ctx, *from, *to).await,
        Call::SetFiscalData { id, cancel, data } => set_fiscal_data(ctx, id, *cancel, data).await,
    }
}

async fn find(ctx: &Ctx, id: &str) -> Result<Stored<Transaction>, Failed> {
    let found = ctx.table.get_consistent::<Transaction>(transaction_key(id)).await?;
    found.ok_or_else(|| Refusal::UnknownTransaction.into())
}

/// The checkout of an account, if that amount may be paid for it now: account, amount, payable, in that order.
async fn payable(ctx: &Ctx, amount: i64, account: &str) -> Result<Checkout, Failed> {
    let id: CheckoutId = account.parse().map_err(|_| Refusal::UnknownAccount)?;
    let checkout = Checkout::load(&ctx.table, id).await?;
    let checkout = checkout.filter(|checkout| checkout.payment.method == PaymentMethod::Payme);
    let checkout = checkout.ok_or(Refusal::UnknownAccount)?;
    let payment = &checkout.payment;
    if payment.amount != Money::tiyin(amount) {
        return Err(Refusal::WrongAmount.into());
    }
    let in_time = payment.pay_by.is_some_and(|by| ctx.clock.now() < by);
    let waits = checkout.is_unpaid() && payment.status == PaymentStatus::Pending && payment.open_transaction.is_none();
    if !(in_time && waits) {
        return Err(Refusal::NotPayable.into());
    }
    Ok(checkout)
}

/// Lets the hold of a checkout last at least that long from now; not payable when it is gone.
async fn hold(ctx: &Ctx, checkout: &Checkout, length: SignedDuration) -> Result<Timestamp, Failed> {
    let seconds = u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
    let held = ctx.neighbours.extend(checkout.payment.reservation_id, seconds).await?;
    Ok(held.ok_or(Refusal::NotPayable)?.expires_at)
}

async fn check_perform(ctx: &Ctx, amount: i64, account: &str) -> Outcome {
    let checkout = payable(ctx, amount, account).await?;
    // As short as can be: it only has to be there.
    hold(ctx, &checkout, SignedDuration::from_secs(1)).await?;
    Ok(json!({"allow": true, "detail": detail(&checkout.orders)}))
}

/// The fiscal receipt: `Σ(price × count − discount) + shipping = amount`.
fn detail(orders: &[Stored<Order>]) -> Value {
    let item = |line: &OrderLine| {
        let mut item = json!({
            "title": line.title.get(domain::Locale::Ru),
            "price": line.unit_price.minor(),
            "count": line.quantity,
            "code": line.ikpu,
            "package_code": line.package_code,
            "vat_percent": line.vat_percent.unwrap_or(0),
        });
        let full = line.unit_price.minor() * i64::from(line.quantity);
        if full != line.total.minor() {
            item["discount"] = (full - line.total.minor()).into();
        }
        item
    };
    let items: Vec<Value> = orders.iter().flat_map(|order| order.lines.iter().map(item)).collect();
    let shipping: i64 = orders.iter().map(|order| order.shipping.minor()).sum();
    let mut detail = json!({"receipt_type": 0, "items": items});
    if shipping > 0 {
        detail["shipping"] = json!({"title": "Доставка", "price": shipping});
    }
    detail
}

async fn create(ctx: &Ctx, id: &str, time: i64, amount: i64, account: &str) -> Outcome {
    let now = ctx.clock.now();
    if let Some(known) = ctx.table.get_consistent::<Transaction>(transaction_key(id)).await? {
        return match known.state {
            State::Created if known.is_overdue(now) => {
                time_out(ctx, &known).await?;
                Err(Refusal::WrongState.into())
            }
            State::Created => Ok(created(&known)),
            _ => Err(Refusal::WrongState.into()),
        };
    }
    let ahead = SignedDuration::from_millis(time - now.as_millisecond());
    if ahead <= -LIVES_FOR || ahead > AHEAD_MAX {
        return Err(Refusal::WrongState.into());
    }
    let checkout = payable(ctx, amount, account).await?;
    let hold_until = hold(ctx, &checkout, LIVES_FOR + ahead.max(SignedDuration::ZERO) + HOLD_MARGIN).await?;
    let transaction = Transaction {
        id: id.to_owned(),
        checkout_id: checkout.payment.checkout_id,
        time,
        amount: checkout.payment.amount,
        create_time: now.as_millisecond(),
        perform_time: None,
        cancel_time: None,
        reason: None,
        state: State::Created,
        fiscal: None,
        fiscal_cancel: None,
    };
    let payment = Payment {
        status: PaymentStatus::Processing,
        open_transaction: Some(id.to_owned()),
        hold_until,
        look_at: None,
        ..Payment::clone(&checkout.payment)
    };
    let tx = Tx::new().create("transaction", &transaction).replace("payment", &checkout.payment, &payment);
    ctx.table.commit(tx).await?;
    Ok(created(&transaction))
}

fn created(transaction: &Transaction) -> Value {
    json!({
        "create_time": transaction.create_time, "transaction": transaction.id, "state": 1, "receivers": null,
    })
}

async fn perform(ctx: &Ctx, transaction: &Stored<Transaction>) -> Outcome {
    let now = ctx.clock.now();
    match transaction.state {
        State::Performed => return Ok(performed(transaction)),
        State::Cancelled | State::Reversed => return Err(Refusal::WrongState.into()),
        State::Created if transaction.is_overdue(now) => {
            time_out(ctx, transaction).await?;
            return Err(Refusal::WrongState.into());
        }
        State::Created => {}
    }
    let (checkout, doer) = (whole(ctx, transaction).await?, Doer::payme(ctx, &transaction.id));
    let next = transaction.performed(now);
    let tx = Tx::new().replace("transaction", transaction, &next);
    ctx.table.commit(book::paid(tx, &checkout, &doer)?).await?;
    info!(checkout.id = %transaction.checkout_id, "paid through payme");
    Ok(performed(&next))
}

fn performed(transaction: &Transaction) -> Value {
    json!({"transaction": transaction.id, "perform_time": transaction.perform_time.unwrap_or(0), "state": 2})
}

async fn cancel(ctx: &Ctx, transaction: &Stored<Transaction>, reason: i64) -> Outcome {
    match transaction.state {
        State::Cancelled | State::Reversed => Ok(cancelled(transaction)),
        State::Created => Ok(cancelled(&close(ctx, transaction, reason).await?)),
        State::Performed => reverse(ctx, transaction, reason).await,
    }
}

fn cancelled(transaction: &Transaction) -> Value {
    json!({
        "transaction": transaction.id,
        "cancel_time": transaction.cancel_time.unwrap_or(0),
        "state": transaction.state.number(),
    })
}

/// An open transaction ends; its checkout can be paid by another one, as long as its time lasts.
async fn close(ctx: &Ctx, transaction: &Stored<Transaction>, reason: i64) -> Result<Transaction, Failed> {
    let checkout = whole(ctx, transaction).await?;
    let next = transaction.cancelled(reason, ctx.clock.now());
    let mut payment =
        Payment { status: PaymentStatus::Pending, open_transaction: None, ..Payment::clone(&checkout.payment) };
    payment.look_at = next_look(&payment, checkout.orders.iter().map(|order| &**order));
    let tx = Tx::new().replace("transaction", transaction, &next).replace("payment", &checkout.payment, &payment);
    ctx.table.commit(tx).await?;
    Ok(next)
}

async fn time_out(ctx: &Ctx, transaction: &Stored<Transaction>) -> Result<(), Failed> {
    close(ctx, transaction, TIMED_OUT).await.map(|_| ())
}

/// A performed transaction is taken back: every order of the checkout is given up, and whatever its buyer is owed of it is
/// back. Not when an order was handed over, nor when the money of one went back on another way.
async fn reverse(ctx: &Ctx, transaction: &Stored<Transaction>, reason: i64) -> Outcome {
    let checkout = whole(ctx, transaction).await?;
    let gone = |order: &Stored<Order>| !is_held(order.fulfilment) && !order.is_owed();
    if checkout.orders.iter().any(gone) {
        return Err(Refusal::HandedOver.into());
    }
    let held = checkout.orders.iter().filter(|order| is_held(order.fulfilment));
    let which: Vec<OrderId> = held.map(|order| order.order_id).collect();
    let next = transaction.cancelled(reason, ctx.clock.now());
    let doer = Doer::payme(ctx, &transaction.id);
    let repaid =
        Repaid { at: doer.at, by: doer.actor, reference: transaction.id.clone(), paid_from: PaidFrom::Provider };
    let tx = Tx::new().replace("transaction", transaction, &next);
    let why = (CancelReason::Provider, Repayment::Done(&repaid));
    let (tx, settlements) = book::given_up(tx, &checkout, &which, why, &doer)?;
    ctx.table.commit(tx).await?;
    if timeout(SETTLE_TIME, settle_now(ctx, &settlements)).await.is_err() {
        warn!(checkout.id = %transaction.checkout_id, "the sweep has to settle a reversed payment");
    }
    Ok(cancelled(&next))
}

async fn whole(ctx: &Ctx, transaction: &Transaction) -> Result<Checkout, Failed> {
    let id = transaction.checkout_id;
    let checkout = Checkout::load(&ctx.table, id).await?;
    checkout.ok_or_else(|| Failed::Internal(format!("the checkout {id} of a transaction is gone")))
}

async fn statement(ctx: &Ctx, from: i64, to: i64) -> Outcome {
    let now = ctx.clock.now().as_millisecond();
    let first = date(FIRST_YEAR, 1, 1).in_tz("UTC").map_or(0, |at| at.timestamp().as_millisecond());
    let last = to.min(now + AHEAD_MAX.as_secs() * 1_000);
    let months = months(from.max(first), last);
    let of = |month: String| {
        let between = Query::partition(month).on(Index::Gsi1).between(format!("{from:013}"), format!("{to:013}~"));
        ctx.table.query_all::<Transaction>(between, STATEMENT_MAX)
    };
    let found = try_join_all(months.into_iter().map(of)).await?;
    let mut transactions: Vec<Stored<Transaction>> = found.into_iter().flatten().collect();
    if transactions.len() > STATEMENT_MAX {
        return Err(Failed::Internal(format!("a statement of more than {STATEMENT_MAX} transactions")));
    }
    transactions.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    let lines: Vec<Value> = transactions.iter().map(|transaction| transaction.stated()).collect();
    Ok(json!({"transactions": lines}))
}

/// The partitions from one time to another; none when it is over before it begins.
fn months(from: i64, to: i64) -> Vec<String> {
    let (Ok(from), Ok(to)) = (Timestamp::from_millisecond(from), Timestamp::from_millisecond(to)) else {
        return Vec::new();
    };
    let mut months = Vec::new();
    let mut at = from;
    while at <= to {
        let month = month_of(at.as_millisecond());
        if months.last() != Some(&month) {
            months.push(month);
        }
        at += SignedDuration::from_hours(24 * 27);
    }
    let last = month_of(to.as_millisecond());
    if from <= to && !months.contains(&last) {
        months.push(last);
    }
    months
}

async fn set_fiscal_data(ctx: &Ctx, id: &str, cancel: bool, data: &Value) -> Outcome {
    let found = ctx.table.get_consistent::<Transaction>(transaction_key(id)).await?;
    let transaction = found.ok_or(Refusal::UnknownReceipt)?;
    let mut next = Transaction::clone(&transaction);
    *(if cancel { &mut next.fiscal_cancel } else { &mut next.fiscal }) = Some(data.clone());
    ctx.table.replace(&transaction, next).await?;
    Ok(json!({"success": true}))
}

/// Ends a transaction that is out of time, by the sweep.
pub(crate) async fn end_overdue(ctx: &Ctx, transaction: &Stored<Transaction>) -> Result<(), String> {
    if !transaction.is_overdue(ctx.clock.now()) {
        return Ok(());
    }
    match time_out(ctx, transaction).await {
        Ok(()) | Err(Failed::Raced) => Ok(()),
        Err(Failed::Refused(refusal)) => Err(format!("{refusal:?}")),
        Err(Failed::Internal(cause)) => Err(cause),
    }
}
