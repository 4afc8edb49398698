//! What crosses a service boundary, and nothing else: events and the types of the internal API.
//!
//! Events name people by ids, never by name or contact: erasing a person need not chase them. A golden file under
//! `golden/` holds each version of each event; a change that breaks a reader fails its test.

mod event;
mod internal;
mod order;
mod role;
mod service;

pub use event::*;
pub use internal::*;
pub use order::{CHECKOUT_LINES_MAX, CHECKOUT_STORES_MAX, Fulfilment, PaymentMethod};
pub use role::{Permission, PlatformRole, StaffRole};
pub use service::Service;
