//! Orders, their payment, and who is told of them.

use contracts::{Actor, PaymentMethod};
use domain::{CheckoutId, Money, OrderId, ReservationId, StoreId, Timestamp, UserId};
use dynamodb::{Due, Index, Key, Row};
use serde::{Deserialize, Serialize};

use super::{LOST_HOLDS, history_key, payment_key, settlement_key, store_order_key, transaction_key};
use crate::domain::{Move, Order, OrderNumber, Party, PaymentStatus};
use crate::payme::Transaction;

/// By what a store finds an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreOrder {
    /// The seller.
    pub store_id: StoreId,
    /// The order.
    pub order_id: OrderId,
    /// The buyer, in whose partition the order is.
    pub user_id: UserId,
}

impl StoreOrder {
    /// By what its store finds `order`.
    pub const fn of(order: &Order) -> Self {
        Self { store_id: order.store_id, order_id: order.order_id, user_id: order.user_id }
    }
}

impl Row for StoreOrder {
    const KIND: &'static str = "store-order";

    fn key(&self) -> Key {
        store_order_key(self.store_id, self.order_id)
    }
}

/// One move of an order. The first one also takes the order's number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The order's number.
    pub number: OrderNumber,
    /// From 1.
    pub sequence: u32,
    /// The order.
    pub order_id: OrderId,
    /// The buyer.
    pub user_id: UserId,
    /// The seller.
    pub store_id: StoreId,
    /// From where to where; the same twice when only the payment moved.
    pub step: Move,
    /// When.
    pub at: Timestamp,
    /// What became of its payment, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentStatus>,
    /// Whose doing it was.
    pub actor: Actor,
    /// On whose side they acted.
    pub party: Party,
    /// What they said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Row for HistoryEntry {
    const KIND: &'static str = "history";

    fn key(&self) -> Key {
        history_key(&self.number, self.sequence)
    }
}

/// The one payment of a checkout, and the hold that it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The buyer.
    pub user_id: UserId,
    /// The orders it pays.
    pub orders: Vec<OrderId>,
    /// How.
    pub method: PaymentMethod,
    /// Where it is.
    pub status: PaymentStatus,
    /// What is to be paid.
    pub amount: Money,
    /// What was paid: in cash, order by order.
    pub paid: Money,
    /// What was paid back.
    pub refunded: Money,
    /// Orders that were neither delivered nor given up.
    pub live_orders: u32,
    /// Until when it has to be paid; none when nothing is paid in advance.
    pub pay_by: Option<Timestamp>,
    /// When it was paid in advance.
    pub paid_at: Option<Timestamp>,
    /// The provider's transaction that has it: nothing else may happen to the checkout meanwhile.
    pub open_transaction: Option<String>,
    /// The hold over all lines.
    pub reservation_id: ReservationId,
    /// When the hold ends by itself.
    pub hold_until: Timestamp,
    /// Since when it is known that the goods are not held any more, and could not be held anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_lost_at: Option<Timestamp>,
    /// When somebody has to look: it is late to be paid or accepted, or its hold ends soon.
    pub look_at: Option<Timestamp>,
}

impl Row for Payment {
    const KIND: &'static str = "payment";

    fn key(&self) -> Key {
        payment_key(self.checkout_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = |since: Timestamp| format!("{:013}#{}", since.as_millisecond(), self.checkout_id);
        self.hold_lost_at.map(|since| (Index::Gsi1, Key::new(LOST_HOLDS, place(since)))).into_iter().collect()
    }

    fn due(&self) -> Option<Due> {
        self.look_at.map(Due)
    }
}

/// What tech-product has to be told of a store's part of a hold: written with the move that decides it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// Whose part; every part that is still held when none.
    pub store_id: Option<StoreId>,
    /// The hold.
    pub reservation_id: ReservationId,
    /// How it ends.
    pub way: Way,
    /// When the sweep does what the request did not.
    pub settle_at: Timestamp,
    /// What tech-product said when it refused, for ever: the hold had ended the other way. Kept for an operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// How a part of a hold ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// The goods have left.
    Commit,
    /// The goods can be sold again.
    Release,
}

impl Row for Settlement {
    const KIND: &'static str = "settlement";

    fn key(&self) -> Key {
        settlement_key(self.checkout_id, self.store_id)
    }

    fn due(&self) -> Option<Due> {
        self.refused.is_none().then_some(Due(self.settle_at))
    }
}

impl Row for Transaction {
    const KIND: &'static str = "payme-transaction";

    fn key(&self) -> Key {
        transaction_key(&self.id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        vec![(Index::Gsi1, Key::new(self.month(), format!("{:013}#{}", self.time, self.id)))]
    }

    fn due(&self) -> Option<Due> {
        self.ends_at().map(Due)
    }
}
