#![doc = include_str!("../README.md")]
//!
//! # Modules
//! `domain` holds the rules (money, states, limits), `table` the keys, `ops` one use case a file (`ops::checkout` is the
//! saga), `payme` the provider's protocol, `http` the routes, `consume` the sweep, `neighbours` the questions to other services.

pub mod consume;
mod ctx;
pub mod domain;
pub mod http;
pub mod neighbours;
pub mod ops;
pub mod payme;
pub mod table;
#[cfg(test)]
mod testkit;

pub use ctx::Ctx;
