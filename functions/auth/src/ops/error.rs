use crate::credentials::CredentialsError;
use crate::mail::MailError;

/// Why a use case came to nothing. The first ones are about the caller; the rest are the operator's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown or unproven address, wrong password, locked or stopped account: nobody is told which.
    #[error("the credentials do not count")]
    WrongCredentials,
    /// No such code: wrong, used, over, tried too often, or for an address that awaits none.
    #[error("the code does not count")]
    WrongCode,
    /// The token is of no session, or of none that can be continued.
    #[error("the session is over")]
    SessionOver,
    /// The caller has no such thing.
    #[error("there is no such thing")]
    NotFound,
    /// Others work on the same account at this moment.
    #[error("the account is being worked on")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] dynamodb::Error),
    /// The keeper of credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// Mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A password could not be hashed, or a token not sealed.
    #[error("cryptography failed: {0}")]
    Crypto(String),
}
