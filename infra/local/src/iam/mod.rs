//! IAM: who signs, and what the template's policies let them do. Deny by default.
//!
//! A request is mapped to the actions it needs and the ARNs it needs them on ([`Request`]), as AWS's service
//! authorization reference lists them: a transaction needs the action of each of its items, a batch of messages that of
//! the single message, a query on an index the index. All must be allowed.

mod actions;
mod credentials;
mod denial;
mod event_source;
mod keys;
mod pattern;
mod policies;

pub use actions::{Request, execute_api_arn, is_unsigned};
pub use credentials::Credentials;
pub use denial::AccessDenied;
pub use event_source::RoleLacks;
pub use keys::{EnvironmentNumber, KeyRing, Owner};
pub use policies::{Decision, Policies, Principal};
