#![doc = include_str!("../README.md")]
//!
//! # Modules
//! `domain` holds the rules of a cart, `table` the keys, `ops` one use case a file, `http` the routes, `consume` what
//! arrives by queue, `neighbours` what is asked of other services.

pub mod consume;
mod ctx;
pub mod domain;
pub mod http;
pub mod neighbours;
pub mod ops;
pub mod table;
#[cfg(test)]
mod testkit;

pub use ctx::Ctx;
