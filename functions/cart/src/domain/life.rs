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
#[schemars(rename = "CartStatus")]
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

#[cfg(test)]
mod tests {
    use domain::{CartItemId, SeededEntropy, UserId};

    use super::*;
    use crate::domain::SessionToken;
    use crate::testkit::offer;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn filled(mut cart: Cart) -> Cart {
        for name in ["a", "b"] {
            cart.add(&offer(name), 1, CartItemId::derived(name), 1).unwrap();
        }
        cart.save(CartItemId::derived("b")).unwrap();
        cart.arm();
        cart
    }

    fn shopper() -> Cart {
        filled(Cart::new(CartOwner::User(UserId::derived("shopper")), at(0)))
    }

    fn guest() -> Cart {
        filled(Cart::of_guest(&SessionToken::generate(at(0), &SeededEntropy::new(1)), at(0)))
    }

    #[test]
    fn a_guests_cart_ends_after_a_day_and_a_shoppers_after_thirty() {
        for (mut cart, life, saved) in [(guest(), 24, 0), (shopper(), 30 * 24, 1)] {
            assert!(!cart.expire(at(life - 1)));
            assert!(cart.expire(at(life)));
            assert_eq!((cart.status, cart.lines.len(), cart.saved.len()), (Status::Expired, 0, saved));
            assert!(!cart.expire(at(life)), "once");
        }
    }

    #[test]
    fn the_sweeps_time_is_set_once_and_moved_when_it_comes() {
        let mut cart = guest();
        assert_eq!(cart.look_at, Some(at(24)));
        cart.changed_at = at(20);
        cart.arm();
        assert_eq!(cart.look_at, Some(at(24)), "a change does not move it");
        assert!(!cart.swept(at(23)), "not yet");
        assert!(cart.swept(at(24)));
        assert_eq!((cart.status, cart.look_at), (Status::Active, Some(at(44))));
        assert!(cart.swept(at(44)));
        assert_eq!((cart.status, cart.look_at), (Status::Expired, None));
    }

    #[test]
    fn what_needs_no_looking_at_is_left_alone() {
        let mut cart = shopper();
        cart.status = Status::Converted;
        assert!(cart.swept(at(30 * 24)));
        assert_eq!((cart.status, cart.look_at), (Status::Converted, None));
        cart.arm();
        assert_eq!(cart.look_at, None);
        assert_eq!((shopper().kept_until(), guest().kept_until()), (None, Some(at(8 * 24))));
    }
}
