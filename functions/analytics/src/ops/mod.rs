//! Use cases, one a file.

pub mod count;
pub mod countable;
pub mod days;
pub mod owner;
pub mod raw;
pub mod searches;
