//! The use cases, one a file.

pub mod audit;
mod error;
mod event;
pub mod login;
pub mod login_history;
pub mod logout;
mod lookup;
pub mod refresh;
pub mod register;
pub mod resend_verification;
pub mod sessions;
pub mod super_admin;
pub mod sweep;
#[cfg(test)]
pub(crate) mod testing;
mod turn;
pub mod verify_email;

pub use error::Error;
pub use lookup::account;
#[cfg(test)]
pub(crate) use lookup::account_of;

/// How often a change that lost a race against another of the same row is judged anew. Each loss means that somebody
/// else got through, so this many can act on one account at once.
pub(crate) const RACES_MAX: u32 = 60;
