//! Use cases against the embedded table: races, repetitions, crashes between steps.

mod imports;
mod products;
mod reservations;
mod stock;
