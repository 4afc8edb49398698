//! The header by which a caller makes a request safe to repeat.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use super::{Problem, kinds};

const HEADER: &str = "idempotency-key";

/// The value of `Idempotency-Key`: 8 to 100 visible ASCII characters, 400 otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(HEADER).and_then(|value| value.to_str().ok());
        let fits = |v: &&str| (8..=100).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_graphic());
        value.filter(fits).map(|v| Self(v.to_owned())).ok_or_else(|| Problem::of(&kinds::IDEMPOTENCY_KEY))
    }
}

/// `Option<IdempotencyKey>`: none without the header; a value that does not fit is still 400.
impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        if !parts.headers.contains_key(HEADER) {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}
