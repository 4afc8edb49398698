//! One use case a file; a checkout has a folder.

pub mod checkout;
mod look;
mod prolong;
mod sweep;

pub use checkout::{Place, PlaceError, place};
pub use look::{OrderPage, history, order, orders, orders_at, orders_of, store_order, store_orders};
pub use sweep::{SweepError, sweep};
