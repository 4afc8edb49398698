//! The header by which a caller makes a request safe to repeat.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{Problem, kinds};

/// The value of `Idempotency-Key`: 8 to 100 visible ASCII characters, 400 otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok());
        let fits = |v: &&str| (8..=100).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_graphic());
        value.filter(fits).map(|v| Self(v.to_owned())).ok_or_else(|| Problem::of(&kinds::IDEMPOTENCY_KEY))
    }
}
