//! JSON bodies, checked at the door.

use axum::extract::{FromRequest, Request};
use garde::Validate;
use garde::i18n::with_i18n;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::client::language;
use super::rules::Rules;
use super::{Problem, kinds};

/// The largest JSON body that is looked at. Files go through presigned uploads, imports have routes of their own.
const BYTES_MAX: usize = 256 * 1024;

/// A JSON body that reads as `T` and keeps its rules: 415 and 400 when it does not read, 422 with every broken rule.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<S, T> FromRequest<S> for Body<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Validate<Context: Default>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let rules = Rules(language(request.headers()));
        let declared = request.headers().get(CONTENT_TYPE).and_then(|t| t.to_str().ok()).unwrap_or_default();
        let essence = declared.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Problem::of(&kinds::MEDIA_TYPE));
        }
        let malformed = |detail: String| Problem::of(&kinds::MALFORMED).with("detail", detail);
        let bytes = axum::body::to_bytes(request.into_body(), BYTES_MAX).await.map_err(|e| malformed(e.to_string()))?;
        let value: T = serde_json::from_slice(&bytes).map_err(|e| malformed(e.to_string()))?;
        with_i18n(rules, || value.validate()).map_err(|report| {
            let error = |(path, error): &(garde::Path, garde::Error)| json!({"field": path.to_string(), "message": error.message()});
            Problem::of(&kinds::INVALID).with("errors", report.iter().map(error).collect::<Vec<_>>())
        })?;
        Ok(Self(value))
    }
}
