use domain::StoreId;
use dynamodb::{Key, Row};
use serde::{Deserialize, Serialize};

/// Whether a store sells. A store without one was never stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The store.
    pub store_id: StoreId,
    /// Whether what it has on sale is shown.
    pub sells: bool,
    /// The revision of the store that was told of last: an event about an earlier one changes nothing.
    pub revision: u64,
}

/// Key of a store's standing.
pub fn standing_key(store: StoreId) -> Key {
    Key::new(format!("STORE#{store}"), "STANDING")
}

impl Row for Standing {
    const KIND: &'static str = "standing";

    fn key(&self) -> Key {
        standing_key(self.store_id)
    }
}
