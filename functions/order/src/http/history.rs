//! What became of an order, as its readers may know it.

use contracts::{Actor, Fulfilment};
use domain::{StoreId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Party, PaymentStatus};
use crate::table::HistoryEntry;

/// A move of an order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderMove")]
struct MoveAnswer {
    from: Option<Fulfilment>,
    /// The same as `from` when only the payment moved.
    to: Fulfilment,
    /// What became of the payment, if anything did.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentStatus>,
    at: Timestamp,
    by: Mover,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Who made a move.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderMover")]
struct Mover {
    role: Party,
    /// Which store, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    store_id: Option<StoreId>,
    /// Which member of its staff: said to the store alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
}

/// All moves of an order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OrderHistory")]
pub(super) struct HistoryAnswer {
    items: Vec<MoveAnswer>,
}

impl HistoryAnswer {
    /// As `reader` may see it: nobody learns the names of people who are not their own.
    pub(super) fn new(moves: Vec<HistoryEntry>, reader: Party) -> Self {
        Self { items: moves.into_iter().map(|entry| MoveAnswer::new(entry, reader)).collect() }
    }
}

impl MoveAnswer {
    fn new(entry: HistoryEntry, reader: Party) -> Self {
        let by_store = entry.party == Party::Store;
        let user_id = match entry.actor {
            Actor::User { id } if by_store && reader == Party::Store => Some(id),
            _ => None,
        };
        let by = Mover { role: entry.party, store_id: by_store.then_some(entry.store_id), user_id };
        let HistoryEntry { step, payment, at, note, .. } = entry;
        Self { from: step.from, to: step.to, payment, at, by, note }
    }
}
