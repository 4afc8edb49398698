//! What makes a checkout happen once.

use domain::{CheckoutId, ReservationId, Timestamp, UserId};
use dynamodb::{Due, Key, Row};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{buyer_key, saga_key};

/// How long a key is remembered after its request began.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A request to place orders, by its idempotency key: what it asked and how far it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saga {
    /// Who asked.
    pub user_id: UserId,
    /// `Idempotency-Key`.
    pub key: String,
    /// The fingerprint of the body that came first.
    pub request: String,
    /// The checkout it becomes.
    pub checkout_id: CheckoutId,
    /// Grows with each try that begins anew, from 1: each try has a reservation of its own.
    pub attempt: u32,
    /// How far it got.
    pub state: SagaState,
    /// When the first try began.
    pub begun_at: Timestamp,
}

/// How far a saga got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SagaState {
    /// Somebody works on it until then; later nobody does any more.
    Working {
        /// The end of the lease.
        lease_until: Timestamp,
    },
    /// Somebody takes back what the last try left, until then.
    Undoing {
        /// The end of the lease.
        lease_until: Timestamp,
    },
    /// Nothing is left of the last try; the next request with the key begins anew.
    Idle,
    /// There are orders: the answer follows from them, for ever the same.
    Placed,
}

impl Saga {
    /// The hold of this try.
    pub fn reservation_id(&self) -> ReservationId {
        ReservationId::derived(&format!("checkout/{}/{}", self.checkout_id, self.attempt))
    }

    /// The end of the lease, if somebody holds or held one.
    pub const fn lease_until(&self) -> Option<Timestamp> {
        match self.state {
            SagaState::Working { lease_until } | SagaState::Undoing { lease_until } => Some(lease_until),
            SagaState::Idle | SagaState::Placed => None,
        }
    }
}

impl Row for Saga {
    const KIND: &'static str = "saga";

    fn key(&self) -> Key {
        saga_key(self.user_id, &self.key)
    }

    fn due(&self) -> Option<Due> {
        self.lease_until().map(Due)
    }

    /// Never while something may be left to undo.
    fn expires_at(&self) -> Option<Timestamp> {
        self.lease_until().is_none().then_some(self.begun_at + KEY_LIFETIME)
    }
}

/// What has to be exact about a buyer, however many checkouts run at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// Who.
    pub user_id: UserId,
    /// Cash orders that are neither delivered nor given up.
    pub open_cash_orders: u32,
    /// The last checkout.
    pub bought: Bought,
}

/// Which cart a checkout bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The version of the cart.
    pub cart_version: u64,
}

impl Row for Buyer {
    const KIND: &'static str = "buyer";

    fn key(&self) -> Key {
        buyer_key(self.user_id)
    }
}
