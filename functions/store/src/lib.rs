#![doc = include_str!("../README.md")]

pub mod ctx;
pub mod domain;
pub mod http;
pub mod ops;
pub mod table;
#[cfg(test)]
mod tests;
