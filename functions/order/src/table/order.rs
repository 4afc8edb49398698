//! An order's row: compressed whole, for it is read whole, written with each of its moves, and full of ids and names. With one
//! line it takes one write unit where it took two, with ten lines two where it took six; in a transaction twice that.

use domain::Timestamp;
use dynamodb::{Index, Key, Packed, Row};
use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::{OVERDUE, order_key, refunds_partition};
use crate::domain::Order;

/// What stands in the row beside its keys.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    #[serde(bound(deserialize = "T: serde::de::DeserializeOwned"))]
    order: Packed<T>,
}

struct Written<'a>(&'a Order);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Order::serialize(self.0, serializer)
    }
}

struct Read(Order);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Order::deserialize(deserializer).map(Self)
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept { order: Packed(Written(self)) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Kept::<Read>::deserialize(deserializer).map(|kept| kept.order.0.0)
    }
}

impl Row for Order {
    const KIND: &'static str = "order";

    fn key(&self) -> Key {
        order_key(self.user_id, self.order_id)
    }

    /// In few states, none of which an order goes through on its way: its moves write no index.
    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = |since: Timestamp| format!("{:013}#{}", since.as_millisecond(), self.order_id);
        let refund = self.refund.as_ref().map(|r| Key::new(refunds_partition(r.status()), place(r.since())));
        let overdue = self.overdue_since.map(|since| Key::new(OVERDUE, place(since)));
        refund.or(overdue).map(|key| (Index::Gsi1, key)).into_iter().collect()
    }
}
