//! Who keeps passwords and signs tokens.

mod cognito;
#[cfg(test)]
pub(crate) mod fake;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::UserId;
use futures::future::BoxFuture;
use serde::Deserialize;

use crate::domain::CodeKey;

pub use cognito::Cognito;

/// The keeper of credentials. Every call may be repeated.
pub trait Credentials: Send + Sync {
    /// Makes `password` the one that signs `user` in, whether or not they were known.
    fn set<'a>(&'a self, user: UserId, password: &'a str) -> BoxFuture<'a, Result<(), CredentialsError>>;

    /// Forgets `user`; fine when they are not known.
    fn remove(&self, user: UserId) -> BoxFuture<'_, Result<(), CredentialsError>>;

    /// Tokens for whoever knows the password.
    fn sign_in<'a>(&'a self, user: UserId, password: &'a str) -> BoxFuture<'a, Result<Tokens, CredentialsError>>;

    /// A new access token for whoever holds a refresh token of [`Credentials::sign_in`].
    fn refresh<'a>(&'a self, user: UserId, refresh: &'a str) -> BoxFuture<'a, Result<Tokens, CredentialsError>>;

    /// The key that one-time codes are hashed under.
    fn code_key(&self) -> BoxFuture<'_, Result<CodeKey, CredentialsError>>;
}

/// Tokens as they were issued.
#[derive(Clone)]
pub struct Tokens {
    /// For the client.
    pub access: String,
    /// The access token's life in seconds.
    pub expires_in_seconds: i32,
    /// For us alone; absent when the one shown stays.
    pub refresh: Option<String>,
}

/// Why there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Unknown user, wrong password, or a refresh token that does not count.
    #[error("the credentials are refused")]
    Refused,
    /// The credentials are right, but our trigger said no, or could not say anything.
    #[error("the tokens are withheld: {0}")]
    Withheld(String),
    /// No answer that could be understood.
    #[error("the keeper of credentials does not answer: {0}")]
    Unavailable(String),
}

impl Tokens {
    /// `origin_jti` of the access token: what all tokens of one sign-in share. The token is not verified: it came from
    /// the issuer a moment ago.
    pub fn origin(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Claims {
            origin_jti: String,
        }
        let claims = URL_SAFE_NO_PAD.decode(self.access.split('.').nth(1)?).ok()?;
        Some(serde_json::from_slice::<Claims>(&claims).ok()?.origin_jti)
    }
}
