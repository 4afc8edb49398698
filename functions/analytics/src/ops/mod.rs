//! Use cases, one a file.

pub mod count;
pub mod days;
mod error;
pub mod owner;
pub mod raw;
mod recorded;
pub mod report;
pub mod reported;
pub mod searches;

pub use error::{CountError, Failed};
pub use recorded::Recorded;
