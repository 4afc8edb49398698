//! The books, and what follows from them.

use domain::{OrderId, StoreId, Timestamp, business_day};
use dynamodb::{Index, Key, Row};
use serde::{Deserialize, Serialize};

use super::{LEDGER, balance_key, books_partition, store_partition};
use crate::domain::{Entry, LedgerKind};

/// A transaction in the books. Never changed: a correction is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// What it books.
    pub kind: LedgerKind,
    /// Of which order.
    pub order_id: OrderId,
    /// Whose sale.
    pub store_id: StoreId,
    /// When.
    pub at: Timestamp,
    /// They sum to zero.
    pub entries: Vec<Entry>,
}

impl Row for LedgerRow {
    const KIND: &'static str = "ledger";

    fn key(&self) -> Key {
        Key::new(store_partition(self.store_id), format!("{LEDGER}{}#{}", self.order_id, self.kind.name()))
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{:013}#{}#{}", self.at.as_millisecond(), self.order_id, self.kind.name());
        vec![(Index::Gsi1, Key::new(books_partition(business_day(self.at)), place))]
    }
}

/// What the platform and a store owe each other, in minor units; what the store is owed is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// `SELLER_PENDING`: the return window is open.
    #[serde(default)]
    pub seller_pending: i64,
    /// `SELLER`: to be paid out, or to be paid by the store.
    #[serde(default)]
    pub seller: i64,
}

impl Row for StoreBalance {
    const KIND: &'static str = "balance";

    fn key(&self) -> Key {
        balance_key(self.store_id)
    }
}

/// The balances of one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreBalance {
    /// Whose.
    pub store_id: StoreId,
    /// How much.
    #[serde(flatten)]
    pub balance: Balance,
}
