//! One use case a file; a checkout has a folder.

mod advance;
pub mod book;
mod cancel;
pub mod checkout;
mod doer;
mod hold;
mod look;
mod refund;
pub mod settle;
mod sweep;
#[cfg(test)]
mod tests;
mod watch;
pub mod whole;

pub use advance::{MoveError, advance, advance_any};
pub use cancel::cancel;
pub use checkout::{DeliverTo, Place, PlaceError, place};
pub use doer::Doer;
pub use hold::HoldError;
pub use look::{
    OrderPage, books_of, books_on, checkout_of, history, locate, lost_holds, not_held, order, orders, orders_at,
    orders_of, overdue, refunds, store_balance, store_order, store_orders,
};
pub use refund::{CompleteRefund, RefundError, complete_refund};
#[cfg(test)]
use sweep::sweep_within;
pub use sweep::{SweepError, sweep};
