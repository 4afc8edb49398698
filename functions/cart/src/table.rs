//! | row | PK | SK | |
//! | --- | --- | --- | --- |
//! | [`Cart`] of a person | `CART#USER#<user>` | `CART` | never deleted while the account lives: its version must only grow |
//! | [`Cart`] of a guest | `CART#SESSION#<session>` | `CART` | holds the fingerprint of the guest's token; deleted a week after its end |
//! | sessions opened from an address in an hour | `CART_SESSIONS#<fingerprint>` | `HOUR` | a counter; the fingerprint is another each hour |
//!
//! | question | answered by |
//! | --- | --- |
//! | what is in somebody's cart, and is the guest the right one | `GetItem` |
//! | change it, and tell what came or went | `GetItem` consistent, `PutItem` if the version is the one that was read; the row carries the event |
//! | take out what was bought | the same |
//! | move a guest's cart into a shopper's | both read consistent, one transaction over both versions |
//! | may this address open another session | the counter's condition, in the transaction that writes the cart |
//! | which carts may be over | index `due`: the time is set with the first line and moved when it comes |
//!
//! One row with its lines inside. A line takes about 0.4 KB and an event 0.6 KB, so that putting something into a cart of
//! one line writes 2 units and reads 1, of ten lines 5 and 1. A row per line would need the head's version beside it: a
//! transaction of two rows, 4 units whatever the cart's size, and a query for each look; an outbox row would make any
//! change a transaction. Carts of more than ten lines are rare; a hundred lines and fifty saved (60 KB) are far below an
//! item's 400 KB.
//!
//! A session's token needs no signing key: its secret is compared with the row, which is read anyway to serve the cart,
//! and a merged or ended cart closes the session by its status. A signature would let the token be checked without that
//! read, and could not be taken back.

use contracts::CartOwner;
use domain::Timestamp;
use dynamodb::{Due, Key, Row, TableSchema};

use crate::domain::Cart;

/// The table's shape.
pub const SCHEMA: TableSchema = TableSchema { indexes: &[] };

/// Where `owner`'s cart is.
pub fn cart_key(owner: CartOwner) -> Key {
    let pk = match owner {
        CartOwner::User(id) => format!("CART#USER#{id}"),
        CartOwner::Session(id) => format!("CART#SESSION#{id}"),
    };
    Key::new(pk, "CART")
}

/// Where the sessions that an address opens in an hour are counted.
pub fn sessions_key(address_fingerprint: &str) -> Key {
    Key::new(format!("CART_SESSIONS#{address_fingerprint}"), "HOUR")
}

impl Row for Cart {
    const KIND: &'static str = "cart";

    fn key(&self) -> Key {
        cart_key(self.owner)
    }

    fn due(&self) -> Option<Due> {
        self.look_at.map(Due)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.kept_until()
    }
}
