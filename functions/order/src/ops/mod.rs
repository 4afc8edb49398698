//! One use case a file; a checkout has a folder.

mod advance;
pub mod book;
mod cancel;
pub mod checkout;
mod look;
pub mod settle;
mod sweep;
#[cfg(test)]
mod tests;
mod watch;
pub mod whole;

pub use advance::{MoveError, advance};
#[cfg(test)]
pub(crate) use cancel::by_itself;
pub use cancel::cancel;
pub use checkout::{DeliverTo, Place, PlaceError, place};
pub use look::{
    OrderPage, books_of, books_on, checkout_of, history, order, orders, orders_at, orders_of, store_balance,
    store_order, store_orders,
};
#[cfg(test)]
use sweep::sweep_within;
pub use sweep::{SweepError, sweep};
