//! How long carts live.

use domain::Timestamp;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cart;
use contracts::CartOwner;

/// How long a guest's cart lives after its last change.
const GUEST_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// How long a shopper's cart lives after its last change.
const USER_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a guest's row is kept after the cart's end: a merge is answered again from it.
const GUEST_ROW_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Where a cart is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Something is about to be bought.
    Active,
    /// All of it was bought and nothing was added since.
    Converted,
    /// A guest's that went into the cart of whoever signed in.
    Merged,
    /// Nobody changed it for long: its lines are gone.
    Expired,
}

impl Cart {
    /// When it ends unless it is changed before.
    pub fn ends_at(&self) -> Timestamp {
        let life = match self.owner {
            CartOwner::User(_) => USER_LIFE,
            CartOwner::Session(_) => GUEST_LIFE,
        };
        later(self.changed_at, life)
    }

    /// Ends the cart if its time is over, whether or not the sweep was here already; says whether it was. What a shopper
    /// saved for later stays.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let over = self.status == Status::Active && self.ends_at() <= now;
        if over {
            self.status = Status::Expired;
            self.lines.clear();
            if let CartOwner::Session(_) = self.owner {
                self.saved.clear();
            }
        }
        over
    }

    /// Sees to it that the sweep looks at it. The time is set once, and moved when it comes, not with every change: an
    /// index would have to follow each time.
    pub(crate) fn arm(&mut self) {
        if self.status == Status::Active && self.look_at.is_none() {
            self.look_at = Some(self.ends_at());
        }
    }

    /// What the sweep does when the cart's time has come; whether there was anything to do.
    pub fn swept(&mut self, now: Timestamp) -> bool {
        if self.look_at.is_none_or(|at| at > now) {
            return false;
        }
        self.expire(now);
        self.look_at = (self.status == Status::Active).then(|| self.ends_at());
        true
    }

    /// When the row may be deleted: a shopper's never, its version must only grow.
    pub(crate) fn kept_until(&self) -> Option<Timestamp> {
        match self.owner {
            CartOwner::User(_) => None,
            CartOwner::Session(_) => Some(later(self.ends_at(), GUEST_ROW_KEPT)),
        }
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
