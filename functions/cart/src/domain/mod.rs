//! The rules of a cart. Pure.

mod addition;
mod cart;
mod life;
mod line;
mod merge;
mod quote;
mod saved;
mod session;
#[cfg(test)]
mod tests;

pub use addition::{ADDITIONS_MAX, Addition};
pub use cart::{Cart, Conversion, Guest, LINES_MAX, Refusal};
pub use life::Status;
pub use line::{Line, QUANTITY_MAX};
pub use merge::{Leftover, Leftovers, Merge};
pub use quote::{Change, Changed, Obstacle, Quote, QuotedLine, StoreQuote};
pub use saved::SAVED_MAX;
pub use session::{NotAToken, SESSIONS_PER_HOUR_MAX, SessionToken, address_fingerprint, next_hour};
