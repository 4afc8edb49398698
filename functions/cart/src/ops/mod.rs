//! One use case a file.

mod add;
mod change;
mod convert;
mod error;
mod look;
mod merge;
mod open_session;
mod quote;
mod remove;
mod saved;
mod set_quantity;
mod sweep;
mod visitor;

pub use add::{Add, add};
pub use convert::convert;
pub use error::CartError;
pub use look::{Seen, look};
pub use merge::{Merged, merge};
pub use open_session::{OpenedSession, open_session};
pub use quote::{AskQuote, Quoted, quote};
pub use remove::{clear, remove};
pub use saved::{forget, restore, save};
pub use set_quantity::{SetQuantity, set_quantity};
pub use sweep::sweep;
pub use visitor::Visitor;
