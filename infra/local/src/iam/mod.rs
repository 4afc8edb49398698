//! IAM: who signs, and what the template's policies let them do. Deny by default.

mod credentials;
mod policies;

pub use credentials::Credentials;
pub use policies::{Decision, Policies, Principal};
