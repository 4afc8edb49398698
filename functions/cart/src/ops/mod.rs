//! One use case a file.

mod add;
mod change;
mod convert;
mod look;
mod remove;
mod set_quantity;

pub use add::{Add, add};
pub use change::ChangeError;
pub use convert::convert;
pub use look::{Seen, look};
pub use remove::{clear, remove};
pub use set_quantity::{SetQuantity, set_quantity};
