//! The store table.
//!
//! | row | PK | SK | GSI1 |
//! | --- | --- | --- | --- |
//! | store | `STORE#<store>` | `STORE` | `STORES#<status>` / `<opened ms>#<store>` |
//! | presentation | `STORE#<store>` | `PRESENTATION` | |
//! | slug | `SLUG#<slug>` | `SLUG` | |
//! | staff member | `STORE#<store>` | `STAFF#<user>` | `STAFF#<user>` / `STORE#<store>` |
//! | outbox (14 days) | `OUTBOX#<day>#<shard>` | `<ms>#<event>` | |
//!
//! | question | answered by |
//! | --- | --- |
//! | a store | get `STORE#<store>` / `STORE` |
//! | a store's settings | get the store, get `STORE#<store>` / `PRESENTATION` |
//! | is a slug taken; whose is it | the condition of creating `SLUG#<slug>`; get |
//! | who works for a store, in what role | get `STORE#<store>` / `STAFF#<user>`, consistent |
//! | a store's staff | query `STORE#<store>`, prefix `STAFF#` |
//! | stores in a status, the oldest first | query GSI1 `STORES#<status>` |
//! | the stores somebody works for | query GSI1 `STAFF#<user>`, then get each store |

use contracts::StoreStatus;
use domain::{Slug, StoreId, UserId};
use dynamodb::{Index, IndexSchema, Key, Projection, Query, Row, TableSchema};
use serde::{Deserialize, Serialize};

use crate::domain::{Presentation, StaffMember, Store};

/// The table's shape.
pub const SCHEMA: TableSchema =
    TableSchema { indexes: &[IndexSchema { index: Index::Gsi1, projection: Projection::All }] };

/// Where a store is.
pub fn store(id: StoreId) -> Key {
    Key::new(format!("STORE#{id}"), "STORE")
}

/// Where what a store's page says is.
pub fn presentation(store: StoreId) -> Key {
    Key::new(format!("STORE#{store}"), "PRESENTATION")
}

/// Where a slug is claimed.
pub fn slug(slug: &Slug) -> Key {
    Key::new(format!("SLUG#{slug}"), "SLUG")
}

/// Where a member of a store is.
pub fn staff(store: StoreId, user: UserId) -> Key {
    Key::new(format!("STORE#{store}"), format!("STAFF#{user}"))
}

/// Everybody on a store's staff, those invited too.
pub fn all_staff(store: StoreId) -> Query {
    Query::partition(format!("STORE#{store}")).prefix("STAFF#")
}

/// The stores in `status`, the oldest first.
pub fn stores(status: StoreStatus) -> Query {
    Query::partition(partition(status)).on(Index::Gsi1)
}

/// The memberships of `user`, in the order of the stores' opening.
pub fn memberships(user: UserId) -> Query {
    Query::partition(format!("STAFF#{user}")).on(Index::Gsi1)
}

fn partition(status: StoreStatus) -> &'static str {
    match status {
        StoreStatus::Pending => "STORES#PENDING",
        StoreStatus::UnderReview => "STORES#UNDER_REVIEW",
        StoreStatus::Active => "STORES#ACTIVE",
        StoreStatus::Suspended => "STORES#SUSPENDED",
        StoreStatus::Closed => "STORES#CLOSED",
    }
}

impl Row for Store {
    const KIND: &'static str = "store";

    fn key(&self) -> Key {
        store(self.store_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{:013}#{}", self.opened_at.as_millisecond(), self.store_id);
        vec![(Index::Gsi1, Key::new(partition(self.status), place))]
    }
}

impl Row for Presentation {
    const KIND: &'static str = "presentation";

    fn key(&self) -> Key {
        presentation(self.store_id)
    }
}

/// Whose a slug is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The slug.
    pub slug: Slug,
    /// The store.
    pub store_id: StoreId,
    /// Who opened the store.
    pub owner_id: UserId,
}

impl Row for Claim {
    const KIND: &'static str = "slug";

    fn key(&self) -> Key {
        slug(&self.slug)
    }
}

impl Row for StaffMember {
    const KIND: &'static str = "staff";

    fn key(&self) -> Key {
        staff(self.store_id, self.user_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        vec![(Index::Gsi1, Key::new(format!("STAFF#{}", self.user_id), format!("STORE#{}", self.store_id)))]
    }
}
