//! A reservation: stock held for a checkout. It ends by condition, never by the clock alone.

use contracts::{Reservation, ReservationStatus, Reserve, ReservedLine};
use domain::{ReservationId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Stock held for a checkout; its row is also the record of what the hold did to the stock of each line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id, chosen by who holds.
    pub reservation_id: ReservationId,
    /// Who buys; none of one that was released before it was ever asked for.
    pub user_id: Option<UserId>,
    /// Where it is.
    pub status: ReservationStatus,
    /// When the sweep releases it, unless it was committed or extended before.
    pub ends_at: Timestamp,
    /// What is held.
    pub lines: Vec<ReservedLine>,
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

/// The hold ended the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reservation is {0:?}")]
pub struct HoldEnded(pub ReservationStatus);

impl Hold {
    /// What stands in the place of a hold that was released before it was asked for: it holds nothing and never will.
    pub const fn never(reservation_id: ReservationId, at: Timestamp) -> Self {
        Self {
            reservation_id,
            user_id: None,
            status: ReservationStatus::Released,
            ends_at: at,
            lines: Vec::new(),
            created_at: at,
            updated_at: at,
        }
    }

    /// Whether it was released before it was asked for.
    pub const fn never_was(&self) -> bool {
        self.user_id.is_none()
    }

    /// The stock leaves. Possible as long as it is held, even after the end that was set: nobody else has it yet.
    pub fn commit(&self, at: Timestamp) -> Result<Settled, HoldEnded> {
        self.end(ReservationStatus::Committed, at)
    }

    /// The stock goes back on sale.
    pub fn release(&self, at: Timestamp) -> Result<Settled, HoldEnded> {
        self.end(ReservationStatus::Released, at)
    }

    /// Lasts until `until` at least; never shorter than before.
    pub fn extend(&self, until: Timestamp, at: Timestamp) -> Result<Settled, HoldEnded> {
        match self.status {
            ReservationStatus::Held if until <= self.ends_at => Ok(Settled::Already),
            ReservationStatus::Held => Ok(Settled::Now(Self { ends_at: until, updated_at: at, ..self.clone() })),
            ended => Err(HoldEnded(ended)),
        }
    }

    fn end(&self, as_status: ReservationStatus, at: Timestamp) -> Result<Settled, HoldEnded> {
        match self.status {
            ReservationStatus::Held => Ok(Settled::Now(Self { status: as_status, updated_at: at, ..self.clone() })),
            status if status == as_status => Ok(Settled::Already),
            status => Err(HoldEnded(status)),
        }
    }

    /// Whether the sweep has to release it.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.status == ReservationStatus::Held && self.ends_at <= now
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
            status: self.status,
            expires_at: self.ends_at,
            lines: self.lines.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn hold(status: ReservationStatus) -> Hold {
        let at = Timestamp::UNIX_EPOCH;
        Hold {
            reservation_id: ReservationId::derived("r"),
            user_id: Some(UserId::derived("u")),
            status,
            ends_at: at,
            lines: Vec::new(),
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn commit_and_release_exclude_each_other() {
        use ReservationStatus::{Committed, Held, Released};
        let at = Timestamp::UNIX_EPOCH;
        assert!(matches!(hold(Held).commit(at), Ok(Settled::Now(h)) if h.status == Committed));
        assert!(matches!(hold(Held).release(at), Ok(Settled::Now(h)) if h.status == Released));
        assert_eq!(hold(Committed).commit(at), Ok(Settled::Already));
        assert_eq!(hold(Released).release(at), Ok(Settled::Already));
        assert_eq!(hold(Committed).release(at), Err(HoldEnded(Committed)));
        assert_eq!(hold(Released).commit(at), Err(HoldEnded(Released)));
        assert_eq!(hold(Released).extend(at, at), Err(HoldEnded(Released)));
    }

    #[test]
    fn an_extension_never_shortens_a_hold() {
        let hold = hold(ReservationStatus::Held);
        let later = hold.ends_at + SignedDuration::from_mins(5);
        assert!(matches!(hold.extend(later, hold.ends_at), Ok(Settled::Now(h)) if h.ends_at == later));
        let earlier = hold.ends_at - SignedDuration::from_mins(5);
        assert_eq!(hold.extend(earlier, hold.ends_at), Ok(Settled::Already));
    }
}
