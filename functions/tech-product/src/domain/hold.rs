//! A reservation: stock held for a checkout. It ends by condition, never by the clock alone.

use contracts::{Reservation, ReservationPart, ReservationStatus, Reserve, ReservedLine};
use domain::{ReservationId, StoreId, Timestamp, UserId};
use dynamodb::Packed;
use serde::{Deserialize, Serialize};

/// Stock held for a checkout; its row is also the record of what the hold did to the stock of each line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id, chosen by who holds.
    pub reservation_id: ReservationId,
    /// Who buys; none of one that was released before it was ever asked for.
    pub user_id: Option<UserId>,
    /// Where each store's lines are: stores ship on their own, so each part ends on its own.
    pub parts: Vec<ReservationPart>,
    /// When the sweep releases it, unless it was committed or extended before.
    pub ends_at: Timestamp,
    /// What is held. Compressed, up to six or so lines leave the row at one KB, which moves at two write units each time.
    pub lines: Packed<Vec<ReservedLine>>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was extended, committed or released last.
    pub updated_at: Timestamp,
}

/// What a move came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It was so before; nothing is to be written.
    Already,
    /// It is so now; to be written with the stock of its lines.
    Now(Hold),
}

/// Why a hold does not go on so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// It ended the other way.
    #[error("the reservation is {0:?}")]
    Ended(ReservationStatus),
    /// It holds nothing of that store.
    #[error("the reservation holds nothing of that store")]
    NoPart,
}

impl Hold {
    /// What stands in the place of a hold that was released before it was asked for: it holds nothing and never will.
    pub const fn never(reservation_id: ReservationId, at: Timestamp) -> Self {
        Self {
            reservation_id,
            user_id: None,
            parts: Vec::new(),
            ends_at: at,
            lines: Packed(Vec::new()),
            created_at: at,
            updated_at: at,
        }
    }

    /// Whether it was released before it was asked for.
    pub const fn never_was(&self) -> bool {
        self.user_id.is_none()
    }

    /// One part a store, all held.
    pub fn parts_of(lines: &[ReservedLine]) -> Vec<ReservationPart> {
        let mut parts: Vec<ReservationPart> = Vec::new();
        for ReservedLine { store_id, .. } in lines {
            if parts.iter().all(|part| part.store_id != *store_id) {
                parts.push(ReservationPart { store_id: *store_id, status: ReservationStatus::Held });
            }
        }
        parts
    }

    /// Held while any part is; committed when none is held and any was committed.
    pub fn status(&self) -> ReservationStatus {
        use ReservationStatus::{Committed, Held, Released};
        let any = |status| self.parts.iter().any(|part| part.status == status);
        [Held, Committed].into_iter().find(|status| any(*status)).unwrap_or(Released)
    }

    /// The stock of `store`, or of every part that is still held, leaves. Possible as long as it is held, even after the
    /// end that was set: nobody else has it yet.
    pub fn commit(&self, store: Option<StoreId>, at: Timestamp) -> Result<Settled, HoldError> {
        self.end(store, ReservationStatus::Committed, at)
    }

    /// The stock of `store`, or of every part that is still held, goes back on sale.
    pub fn release(&self, store: Option<StoreId>, at: Timestamp) -> Result<Settled, HoldError> {
        self.end(store, ReservationStatus::Released, at)
    }

    /// Lasts until `until` at least; never shorter than before.
    pub fn extend(&self, until: Timestamp, at: Timestamp) -> Result<Settled, HoldError> {
        match self.status() {
            ReservationStatus::Held if until <= self.ends_at => Ok(Settled::Already),
            ReservationStatus::Held => Ok(Settled::Now(Self { ends_at: until, updated_at: at, ..self.clone() })),
            ended => Err(HoldError::Ended(ended)),
        }
    }

    fn end(&self, store: Option<StoreId>, to: ReservationStatus, at: Timestamp) -> Result<Settled, HoldError> {
        let mut next = Self { updated_at: at, ..self.clone() };
        let named = |part: &ReservationPart| store.is_none_or(|store| part.store_id == store);
        let held = |part: &&mut ReservationPart| named(part) && part.status == ReservationStatus::Held;
        let ended = next.parts.iter_mut().filter(held).map(|part| part.status = to).count();
        if ended > 0 {
            return Ok(Settled::Now(next));
        }
        // Nothing is held any more: said again, or the other way.
        let before: Vec<_> = self.parts.iter().filter(|part| named(part)).map(|part| part.status).collect();
        match before.first() {
            None if self.never_was() && to == ReservationStatus::Released => Ok(Settled::Already),
            None if self.never_was() => Err(HoldError::Ended(ReservationStatus::Released)),
            None => Err(HoldError::NoPart),
            Some(_) if before.contains(&to) => Ok(Settled::Already),
            Some(other) => Err(HoldError::Ended(*other)),
        }
    }

    /// The lines whose parts are elsewhere in `before`.
    pub fn moved_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = &'a ReservedLine> {
        let moved = |line: &&ReservedLine| {
            let same = |part: &ReservationPart| part.store_id != line.store_id || before.parts.contains(part);
            !self.parts.iter().all(same)
        };
        self.lines.iter().filter(moved)
    }

    /// Whether the sweep has to release it.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status() == ReservationStatus::Held && self.ends_at <= now
    }

    /// Whether `request` asks for what is held: the same buyer, the same lines in any order.
    pub fn answers(&self, request: &Reserve) -> bool {
        let held = |line: &contracts::ReserveLine| {
            self.lines.iter().any(|l| {
                (l.product_id, l.variant_id, l.quantity, l.unit_price)
                    == (line.product_id, line.variant_id, line.quantity, line.unit_price)
            })
        };
        self.user_id == Some(request.user_id)
            && self.lines.len() == request.lines.len()
            && request.lines.iter().all(held)
    }

    /// As other services see it.
    pub fn answer(&self) -> Reservation {
        Reservation {
            reservation_id: self.reservation_id,
            status: self.status(),
            parts: self.parts.clone(),
            expires_at: self.ends_at,
            lines: self.lines.0.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    use ReservationStatus::{Committed, Held, Released};

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn hold(statuses: &[ReservationStatus]) -> Hold {
        let part = |(n, status): (usize, &ReservationStatus)| ReservationPart { store_id: store(n), status: *status };
        Hold {
            reservation_id: ReservationId::derived("r"),
            user_id: Some(UserId::derived("u")),
            parts: statuses.iter().enumerate().map(part).collect(),
            ends_at: AT,
            lines: Packed(Vec::new()),
            created_at: AT,
            updated_at: AT,
        }
    }

    fn store(n: usize) -> StoreId {
        StoreId::derived(&n.to_string())
    }

    fn now(settled: Result<Settled, HoldError>) -> Vec<ReservationStatus> {
        let Ok(Settled::Now(hold)) = settled else { panic!("{settled:?}") };
        hold.parts.iter().map(|part| part.status).collect()
    }

    #[test]
    fn commit_and_release_exclude_each_other() {
        assert_eq!(now(hold(&[Held]).commit(None, AT)), [Committed]);
        assert_eq!(now(hold(&[Held]).release(None, AT)), [Released]);
        assert_eq!(hold(&[Committed]).commit(None, AT), Ok(Settled::Already));
        assert_eq!(hold(&[Released]).release(None, AT), Ok(Settled::Already));
        assert_eq!(hold(&[Committed]).release(None, AT), Err(HoldError::Ended(Committed)));
        assert_eq!(hold(&[Released]).commit(None, AT), Err(HoldError::Ended(Released)));
        assert_eq!(hold(&[Released]).extend(AT, AT), Err(HoldError::Ended(Released)));
    }

    #[test]
    fn each_stores_part_ends_on_its_own() {
        let one = Some(store(1));
        assert_eq!(now(hold(&[Held, Held]).commit(one, AT)), [Held, Committed]);
        assert_eq!(now(hold(&[Held, Committed]).release(None, AT)), [Released, Committed]);
        assert_eq!(hold(&[Released, Committed]).release(None, AT), Ok(Settled::Already), "said again");
        assert_eq!(hold(&[Held, Committed]).release(one, AT), Err(HoldError::Ended(Committed)));
        assert_eq!(hold(&[Held, Committed]).commit(one, AT), Ok(Settled::Already));
        assert_eq!(hold(&[Held]).commit(Some(store(9)), AT), Err(HoldError::NoPart));
        for (parts, status) in [(&[Held, Released][..], Held), (&[Released, Committed], Committed), (&[], Released)] {
            assert_eq!(hold(parts).status(), status);
        }
    }

    #[test]
    fn an_extension_never_shortens_a_hold() {
        let hold = hold(&[Held, Committed]);
        let later = hold.ends_at + SignedDuration::from_mins(5);
        assert!(matches!(hold.extend(later, AT), Ok(Settled::Now(h)) if h.ends_at == later));
        let earlier = hold.ends_at - SignedDuration::from_mins(5);
        assert_eq!(hold.extend(earlier, AT), Ok(Settled::Already));
    }

    #[test]
    fn what_was_barred_stays_so() {
        let barred = Hold::never(ReservationId::derived("r"), AT);
        assert_eq!(barred.release(Some(store(0)), AT), Ok(Settled::Already));
        assert_eq!(barred.commit(None, AT), Err(HoldError::Ended(Released)));
    }
}
