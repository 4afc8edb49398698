//! Holding stock for a checkout: every line or none, in one transaction.

use std::collections::{HashMap, HashSet};

use contracts::{LineRefusal, Reservation, Reserve, ReserveLine, ReservedLine};
use domain::{ReservationId, Timestamp, VariantId};
use dynamodb::{Adjust, Error, Packed, Refusal, Stored, TRANSACT_OPERATIONS_MAX, Tx};
use jiff::SignedDuration;

use crate::Ctx;
use crate::domain::{Fiscal, Hold};
use crate::table::{Stock, hold_key, stock_key};

/// Lines of one reservation.
pub const LINES_MAX: usize = 40;
const _: () = assert!(LINES_MAX < TRANSACT_OPERATIONS_MAX);
/// The longest hold: a bank transfer's three business days over a holiday, with room.
pub const HOLD_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How often the transaction is made: once more when what a receipt says changed since the read.
const ATTEMPTS_MAX: u32 = 2;
/// Pieces of one line.
const QUANTITY_MAX: u32 = 50;

/// Why nothing is held.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// The request breaks a rule.
    #[error("{0}: {1}")]
    Invalid(&'static str, &'static str),
    /// The id holds something else.
    #[error("the id is that of another reservation")]
    OtherLines,
    /// It was released, before this request came.
    #[error("the reservation was released before it was asked for")]
    Ended,
    /// What the receipt says of lines changed again and again while they were to be held.
    #[error("what the receipt says changes too fast")]
    Contended,
    /// Lines that cannot be held; at least one for want of stock.
    #[error("{} lines are short", .0.len())]
    StockShort(Vec<LineRefusal>),
    /// Lines whose price is another today.
    #[error("the price of {} lines changed", .0.len())]
    PriceChanged(Vec<LineRefusal>),
    /// The table.
    #[error(transparent)]
    Table(Error),
}

/// Holds every line or none. The same id and lines again get the stored answer, whatever became of the hold since.
///
/// Many buyers of one variant conflict; the transaction is tried again with growing pauses, and should all of that not do,
/// the rows are looked at once more: there may be nothing left to wait for.
pub async fn reserve(ctx: &Ctx, id: ReservationId, request: &Reserve) -> Result<Reservation, ReserveError> {
    check(request)?;
    match look_and_hold(ctx, id, request).await {
        // Whether it took effect is unknown: a hold that is there by now is the answer.
        Err(ReserveError::Table(Error::Call { .. })) => look_and_hold(ctx, id, request).await,
        answer => answer,
    }
}

async fn look_and_hold(ctx: &Ctx, id: ReservationId, request: &Reserve) -> Result<Reservation, ReserveError> {
    let keys = request.lines.iter().map(|line| stock_key(line.product_id, line.variant_id));
    let stock = ctx.table.get_many::<Stock>(keys).await.map_err(ReserveError::Table)?;
    let stock: HashMap<VariantId, Stock> = stock.into_iter().map(|s| (s.variant_id, s.into_row())).collect();
    // What the read shows to be short needs no transaction: a crowd before an empty shelf is turned away cheaply.
    let refused: Vec<_> = request.lines.iter().filter_map(|line| refusal(line, stock.get(&line.variant_id))).collect();
    if !refused.is_empty() {
        // This very request, sent before, may be what took the stock.
        let earlier = ctx.table.get_consistent::<Hold>(hold_key(id)).await.map_err(ReserveError::Table)?;
        return earlier.map_or_else(|| Err(error(refused, request)), |hold| stored(&hold, request));
    }
    hold(ctx, id, request, stock).await
}

/// Holds the lines as `stock` was read, if that is what a sale depends on still: price, the receipt's
/// words, and on sale or not.
pub(super) async fn hold(
    ctx: &Ctx,
    id: ReservationId,
    request: &Reserve,
    mut stock: HashMap<VariantId, Stock>,
) -> Result<Reservation, ReserveError> {
    for _ in 0..ATTEMPTS_MAX {
        let (hold, tx) = transaction(id, request, &stock, ctx.clock.now());
        let why = match ctx.table.commit(tx).await {
            Ok(()) => return Ok(hold.answer()),
            Err(Error::Refused(why)) => why,
            Err(error) => return Err(ReserveError::Table(error)),
        };
        if let Some(hold) = why.existing_at::<Hold>(0) {
            return stored(&hold, request);
        }
        let refused = refused_lines(&why, request);
        if !refused.is_empty() {
            return Err(error(refused, request));
        }
        // Stock and price still fit: it is the receipt's words that are others, and the refusal shows which.
        stock.extend(failed(&why, request).filter_map(|(line, row)| Some((line.variant_id, row?))));
    }
    Err(ReserveError::Contended)
}

fn transaction(id: ReservationId, request: &Reserve, stock: &HashMap<VariantId, Stock>, now: Timestamp) -> (Hold, Tx) {
    let read = |line: &ReserveLine| stock.get(&line.variant_id);
    let lines: Vec<_> = request.lines.iter().filter_map(|line| Some(snapshot(line, read(line)?))).collect();
    let hold = Hold {
        reservation_id: id,
        user_id: Some(request.user_id),
        parts: Hold::parts_of(&lines),
        ends_at: now + SignedDuration::from_secs(i64::from(request.hold_for_seconds)),
        lines: Packed(lines),
        created_at: now,
        updated_at: now,
    };
    let mut tx = Tx::new().create("reservation", &hold);
    for line in &request.lines {
        let fiscal = read(line).map(|stock| &stock.fiscal);
        tx = tx.adjust("line", stock_key(line.product_id, line.variant_id), take(line, fiscal));
    }
    (hold, tx)
}

fn take(line: &ReserveLine, fiscal: Option<&Fiscal>) -> Adjust {
    let quantity = i64::from(line.quantity);
    Adjust::existing()
        .add("available", -quantity)
        .add("reserved", quantity)
        .at_least("available", quantity)
        .equals("unit_price", line.unit_price)
        .equals("fiscal", fiscal)
        .equals("active", true)
}

fn stored(hold: &Hold, request: &Reserve) -> Result<Reservation, ReserveError> {
    if hold.never_was() {
        return Err(ReserveError::Ended);
    }
    if hold.answers(request) { Ok(hold.answer()) } else { Err(ReserveError::OtherLines) }
}

/// Why the line cannot be held from `stock`, if it cannot.
fn refusal(line: &ReserveLine, stock: Option<&Stock>) -> Option<LineRefusal> {
    let available = stock.filter(|s| s.active).map_or(0, |s| u32::try_from(s.available).unwrap_or(0));
    let unit_price = stock.filter(|s| s.active).map(|s| s.unit_price);
    let fits = available >= line.quantity && unit_price == Some(line.unit_price);
    let ReserveLine { product_id, variant_id, quantity, .. } = *line;
    (!fits).then_some(LineRefusal { product_id, variant_id, requested: quantity, available, unit_price })
}

/// The lines whose conditions failed and that cannot be held, as their rows were at that moment.
fn refused_lines(why: &Refusal, request: &Reserve) -> Vec<LineRefusal> {
    failed(why, request).filter_map(|(line, row)| refusal(line, row.as_ref())).collect()
}

/// The lines whose conditions failed, with their rows at that moment. The lines follow the reservation at place 0.
fn failed<'a>(why: &'a Refusal, request: &'a Reserve) -> impl Iterator<Item = (&'a ReserveLine, Option<Stock>)> {
    why.failed().filter_map(|(_, place)| {
        let line = request.lines.get(place.checked_sub(1)?)?;
        Some((line, why.existing_at::<Stock>(place).map(Stored::into_row)))
    })
}

fn error(refused: Vec<LineRefusal>, request: &Reserve) -> ReserveError {
    let short = |r: &LineRefusal| {
        let line = request.lines.iter().find(|line| line.variant_id == r.variant_id);
        line.is_none_or(|line| r.available < line.quantity)
    };
    if refused.iter().any(short) { ReserveError::StockShort(refused) } else { ReserveError::PriceChanged(refused) }
}

fn snapshot(line: &ReserveLine, stock: &Stock) -> ReservedLine {
    ReservedLine {
        product_id: line.product_id,
        variant_id: line.variant_id,
        store_id: stock.store_id,
        title: stock.title.clone(),
        sku: stock.sku.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        vat_rate: stock.fiscal.vat_rate,
        ikpu: stock.fiscal.ikpu.clone(),
        package_code: stock.fiscal.package_code.clone(),
    }
}

fn check(request: &Reserve) -> Result<(), ReserveError> {
    let lines = &request.lines;
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(ReserveError::Invalid("lines", "a reservation has 1 to 40 lines"));
    }
    if lines.iter().map(|line| line.variant_id).collect::<HashSet<_>>().len() != lines.len() {
        return Err(ReserveError::Invalid("lines", "each variant stands once"));
    }
    if !lines.iter().all(|line| (1..=QUANTITY_MAX).contains(&line.quantity)) {
        return Err(ReserveError::Invalid("lines", "a line has 1 to 50 pieces"));
    }
    if lines.iter().any(|line| line.unit_price.currency() != request.currency) {
        return Err(ReserveError::Invalid("currency", "every price is in the reservation's currency"));
    }
    check_length(request.hold_for_seconds)
}

/// Checks the length of a hold.
pub(super) fn check_length(seconds: u32) -> Result<(), ReserveError> {
    if (1..=HOLD_MAX.as_secs()).contains(&i64::from(seconds)) {
        Ok(())
    } else {
        Err(ReserveError::Invalid("hold_for_seconds", "a hold lasts 1 second to 14 days"))
    }
}
