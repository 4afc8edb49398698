//! What every function is made of. A function's `main` only wires:
//!
//! ```ignore
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), lambda::Failure> {
//!     let base = lambda::Base::start().await?;
//!     lambda::http::serve(order::http::checkout(), Ctx::new(&base)?).await
//! }
//! ```

mod base;
pub mod calls;
mod entropy;
pub mod http;
mod membership;
mod publisher;
mod settings;
mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tokens;
pub mod worker;

pub use base::Base;
pub use entropy::SystemEntropy;
pub use membership::{Membership, RemoteMembership};
pub use publisher::publish;
pub use settings::{MissingSetting, Settings};
pub use tokens::{TokenError, Tokens};

/// Why a function could not start or had to stop: logged by the runtime, never shown to a caller.
pub type Failure = lambda_runtime::Error;
