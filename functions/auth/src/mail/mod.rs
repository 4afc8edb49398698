//! Mail to people.

#[cfg(test)]
pub(crate) mod fake;
mod letter;
mod ses;

use futures::future::BoxFuture;

use crate::domain::Email;

pub use letter::Letter;
pub use ses::Ses;

/// Sends mail.
pub trait Mailer: Send + Sync {
    /// Hands `mail` over for `to`; a second call sends a second one.
    fn send<'a>(&'a self, to: &'a Email, mail: Mail) -> BoxFuture<'a, Result<(), MailError>>;
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// A mail could not be handed over.
#[derive(Debug, thiserror::Error)]
#[error("the mail was not accepted: {0}")]
pub struct MailError(pub String);
