//! The routes of the service, one module a function.

mod brands;
mod catalogue;
mod categories;
mod file;
mod image_view;
mod images;
mod imports;
mod inventory;
mod list;
mod manage;
mod page;
mod path;
pub mod problems;
mod products;
mod query;
mod read;
mod reservations;
mod reviews;
#[cfg(test)]
mod tests;
mod variants;
mod view;

use lambda::http::Route;

pub use inventory::inventory;
pub use manage::manage;
pub use read::read;

/// Every route of the service.
pub fn routes() -> Vec<Route> {
    [read().list(), manage().list(), inventory().list()].concat()
}
