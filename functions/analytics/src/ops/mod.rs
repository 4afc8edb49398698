//! Use cases, one a file.

pub mod count;
pub mod days;
pub mod events;
