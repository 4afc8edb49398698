//! The rules of a cart. Pure.

mod cart;
mod line;
#[cfg(test)]
mod tests;

pub use cart::{Addition, Cart, Conversion, LINES_MAX, Owner, Refusal, Status};
pub use line::{Line, QUANTITY_MAX};
