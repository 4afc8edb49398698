//! Payme's Merchant API: the provider calls us, JSON-RPC 2.0 by POST, always answered with HTTP 200.
//!
//! A transaction of Payme's has the checkout for itself while it is open (state 1): its hold lasts longer than the
//! transaction can, and nothing else happens to the checkout. Each change of a transaction is one DynamoDB transaction
//! together with what it does to the checkout, so a call that is repeated finds either nothing done or all of it.
//!
//! | file | what |
//! | --- | --- |
//! | `account` | how Payme knows us: merchant id, key, the link to pay |
//! | `protocol` | envelopes, parameters, errors: pure |
//! | `transaction` | the states of a transaction: pure |
//! | `calls` | the methods |

mod account;
mod calls;
mod protocol;
#[cfg(test)]
mod tests;
mod transaction;

pub use account::PaymeAccount;
pub(crate) use calls::{answer, end_overdue};
pub(crate) use protocol::not_post;
pub use transaction::{State, Transaction};
