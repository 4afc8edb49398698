//! Use cases, one a file.

mod audit;
mod brands;
pub mod categories;
pub mod change_product;
pub mod create_product;
mod insert;
mod product_error;
pub mod reserve;
mod save;
pub mod settle;
pub mod stock;
pub mod sweep;
pub mod upload;
#[cfg(test)]
mod tests;
mod upsert;
pub mod work_off;

pub use product_error::ProductError;
