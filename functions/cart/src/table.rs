//! | row | PK | SK | |
//! | --- | --- | --- | --- |
//! | [`Cart`] of a person | `CART#USER#<user>` | `CART` | never deleted while the account lives: its version must only grow |
//! | [`Cart`] of a guest | `CART#SESSION#<session>` | `CART` | |
//!
//! | question | answered by |
//! | --- | --- |
//! | what is in somebody's cart | `GetItem` |
//! | change it | `GetItem` consistent, `PutItem` if the version is the one that was read |
//! | take out what was bought | the same |
//!
//! One row with its lines inside. A line takes about 0.4 KB, so a change of a cart of two lines writes 1 unit and reads
//! 1, of ten lines 5 and 1. A row per line would need the head's version beside it: a transaction of two rows, 4 units
//! whatever the cart's size, and a query for each look. Carts of more than ten lines are rare; a hundred lines (40 KB)
//! are far below an item's 400 KB.

use dynamodb::{Key, Row, TableSchema};

use crate::domain::{Cart, Owner};

/// The table's shape.
pub const SCHEMA: TableSchema = TableSchema { indexes: &[] };

/// Where `owner`'s cart is.
pub fn cart_key(owner: Owner) -> Key {
    let pk = match owner {
        Owner::User(id) => format!("CART#USER#{id}"),
        Owner::Session(id) => format!("CART#SESSION#{id}"),
    };
    Key::new(pk, "CART")
}

impl Row for Cart {
    const KIND: &'static str = "cart";

    fn key(&self) -> Key {
        cart_key(self.owner)
    }
}
