#![doc = include_str!("../README.md")]

pub mod consume;
mod credentials;
mod ctx;
pub mod domain;
pub mod http;
mod mail;
pub mod ops;
#[cfg(test)]
mod samples;
pub mod table;
pub mod trigger;

pub use credentials::{Cognito, Credentials, CredentialsError, Tokens};
pub use ctx::{Ctx, IdentityCtx};
pub use mail::{Letter, Mail, MailError, Mailer, Ses};
