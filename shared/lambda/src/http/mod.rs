//! HTTP functions: routes with their access, problems, bodies, pages.
//!
//! A service declares its routes once, with who may call them:
//!
//! ```ignore
//! pub fn manage() -> Routes<Ctx> {
//!     Routes::new("store-api")
//!         .post("/v1/stores", Access::Shopper, "Open a store", open)
//!         .patch("/v1/stores/{store_id}", Access::Staff(Permission::StoreWrite), "Change a store", change)
//! }
//! ```
//! The API definitions, the access tests and the gateway's authorisers follow from that list.

mod access;
mod body;
mod caller;
mod client;
mod idempotency;
mod page;
mod problem;
pub mod reference;
mod route;
mod rules;
mod serve;
#[cfg(test)]
mod tests;

pub use access::{Access, Gate, Gated};
pub use body::Body;
pub use caller::{Caller, Claims, StaffGuard, User};
pub use client::ClientInfo;
pub use idempotency::IdempotencyKey;
pub use page::{PageAnswer, PageQuery};
pub use problem::{Kind, Problem, kinds};
pub use reference::{Accepted, Created, NoContent};
pub use route::{Route, Routes};
pub use rules::readable;
pub use serve::{serve, service};
