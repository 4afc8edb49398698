#![doc = include_str!("../README.md")]

mod api;
pub mod import;
mod people;
mod place;
pub mod seed;
pub mod token;

pub use api::Api;
pub use people::{People, Person, Role};
pub use place::Place;

/// Why a command ended early: text for a person.
#[derive(thiserror::Error)]
pub enum Failure {
    /// The stack cannot be reached.
    #[error("nothing answers at {0}: is `cargo local` running?")]
    NotRunning(String),
    /// The API answered something else than asked for.
    #[error("{0}")]
    Refused(String),
    /// The API knows no such token, or not any more.
    #[error("{0}")]
    SignedOut(String),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(String, #[source] std::io::Error),
    /// A file does not hold what it should.
    #[error("{0}: {1}")]
    Content(String, #[source] serde_json::Error),
    /// What was asked for is not possible.
    #[error("{0}")]
    Other(String),
}

/// As people read it: `main` prints errors by this.
impl std::fmt::Debug for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
