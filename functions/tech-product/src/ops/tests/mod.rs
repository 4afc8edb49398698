//! Use cases against the embedded table: races, repetitions, crashes between steps.

mod catalogue;
mod contention;
mod delivered;
mod images;
mod import_limits;
mod import_order;
mod import_values;
mod imports;
mod products;
mod reservations;
mod shelf;
mod stock;
mod uploads;
mod variants;
