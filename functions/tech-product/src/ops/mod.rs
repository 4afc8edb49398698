//! Use cases, one a file.

mod audit;
pub mod brands;
pub mod categories;
pub mod change_product;
pub mod create_product;
pub mod delivered;
pub mod filters;
mod give_up;
pub mod images;
mod import_places;
mod insert;
mod insert_many;
mod learnt;
pub mod prices;
mod product_error;
pub mod reserve;
pub mod reviews;
mod save;
pub mod settle;
pub mod shelf;
mod slice;
pub mod standing;
pub mod stock;
pub mod sweep;
#[cfg(test)]
mod tests;
mod unpack;
pub mod upload;
mod upsert;
pub mod variants;
pub mod work_off;

pub use product_error::ProductError;
