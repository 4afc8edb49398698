//! What counts as what: pure.

mod tally;

pub use tally::{Counter, Tally, Uncountable, tally};
