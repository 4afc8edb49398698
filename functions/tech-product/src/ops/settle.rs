//! How a hold goes on: committed, released, extended. The three exclude each other by the version of its row.

use contracts::{Reservation, ReservedLine};
use domain::{ReservationId, StoreId};
use dynamodb::{Adjust, Error, Stored, TRANSACT_OPERATIONS_MAX, Tx};
use jiff::SignedDuration;

use super::reserve::{LINES_MAX, ReserveError, check_length};
use crate::Ctx;
use crate::domain::{Hold, HoldError, Settled};
use crate::table::{Movement, MovementCause, hold_key, stock_key};

/// Why a hold does not go on so.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// There is no such hold.
    #[error("there is no such reservation")]
    NotFound,
    /// Its own rules forbid it.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// The length is not one.
    #[error("a hold lasts 1 second to 14 days")]
    Length,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// How often a hold that somebody else moved in between is looked at again. Each time one of them got on: ten parts end,
/// and extensions are few.
const ATTEMPTS_MAX: u32 = 20;
// Every line leaves with a movement, and the reservation's row moves with them.
const _: () = assert!(2 * LINES_MAX < TRANSACT_OPERATIONS_MAX);

/// The stock of `store`, or of every store whose part is still held, leaves. Done before: the stored answer.
pub async fn commit(ctx: &Ctx, id: ReservationId, store: Option<StoreId>) -> Result<Reservation, SettleError> {
    let now = ctx.clock.now();
    settle(ctx, id, |hold| hold.commit(store, now), Some(leave)).await
}

/// The stock of `store`, or of every store whose part is still held, is on sale again. Done before: the stored answer. A
/// hold that is not there is barred: a request for it that was sent before and comes late is told that it ended, and
/// holds nothing. Of a part of a hold that is not there nobody can know.
pub async fn release(ctx: &Ctx, id: ReservationId, store: Option<StoreId>) -> Result<Reservation, SettleError> {
    let now = ctx.clock.now();
    let released = settle(ctx, id, |hold| hold.release(store, now), Some(give_back)).await;
    if store.is_some() || !matches!(released, Err(SettleError::NotFound)) {
        return released;
    }
    let never = Hold::never(id, now);
    match ctx.table.create(&never).await {
        Ok(()) => Ok(never.answer()),
        // It came in between.
        Err(Error::Refused(_)) => settle(ctx, id, |hold| hold.release(None, now), Some(give_back)).await,
        Err(error) => Err(error.into()),
    }
}

/// Releases what is still held of it if its time is over; leaves it as it is otherwise.
pub async fn expire(ctx: &Ctx, id: ReservationId) -> Result<Reservation, SettleError> {
    let now = ctx.clock.now();
    let release = |hold: &Hold| if hold.is_overdue(now) { hold.release(None, now) } else { Ok(Settled::Already) };
    settle(ctx, id, release, Some(give_back)).await
}

/// The hold lasts for so many seconds from now at least; never shorter than before.
pub async fn extend(ctx: &Ctx, id: ReservationId, seconds: u32) -> Result<Reservation, SettleError> {
    check_length(seconds).map_err(|_: ReserveError| SettleError::Length)?;
    let now = ctx.clock.now();
    let until = now + SignedDuration::from_secs(i64::from(seconds));
    settle(ctx, id, |hold| hold.extend(until, now), None).await
}

/// What the end of a hold does to the stock of a line.
type Effect = fn(Tx, &Hold, &ReservedLine) -> Tx;

fn leave(tx: Tx, hold: &Hold, line: &ReservedLine) -> Tx {
    let quantity = i64::from(line.quantity);
    let name = format!("sale/{}/{}", hold.reservation_id, line.variant_id);
    let movement = Movement {
        movement_id: uuid::Uuid::new_v5(&line.product_id.uuid(), name.as_bytes()),
        product_id: line.product_id,
        variant_id: line.variant_id,
        delta: -quantity,
        cause: MovementCause::Sale { reservation_id: hold.reservation_id },
        note: None,
        at: hold.updated_at,
    };
    let gone = Adjust::existing().add("reserved", -quantity).add("on_hand", -quantity).at_least("reserved", quantity);
    tx.adjust("line", stock_key(line.product_id, line.variant_id), gone).create("movement", &movement)
}

fn give_back(tx: Tx, _: &Hold, line: &ReservedLine) -> Tx {
    let quantity = i64::from(line.quantity);
    let back = Adjust::existing().add("reserved", -quantity).add("available", quantity).at_least("reserved", quantity);
    tx.adjust("line", stock_key(line.product_id, line.variant_id), back)
}

async fn settle(
    ctx: &Ctx,
    id: ReservationId,
    rule: impl Fn(&Hold) -> Result<Settled, HoldError>,
    effect: Option<Effect>,
) -> Result<Reservation, SettleError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let hold: Stored<Hold> = ctx.table.get_consistent(hold_key(id)).await?.ok_or(SettleError::NotFound)?;
        let next = match rule(&hold)? {
            Settled::Already => return Ok(hold.answer()),
            Settled::Now(next) => next,
        };
        let mut tx = Tx::new().replace("reservation", &hold, &next);
        if let Some(effect) = effect {
            for line in next.moved_since(&hold) {
                tx = effect(tx, &next, line);
            }
        }
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(next.answer()),
            Err(error) if error.refused() == Some("reservation") && attempt < ATTEMPTS_MAX => {}
            Err(error) => return Err(error.into()),
        }
    }
}
