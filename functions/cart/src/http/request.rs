use axum::extract::FromRequestParts;
use domain::{ProductId, VariantId};
use garde::Validate;
use http::request::Parts;
use lambda::http::{IdempotencyKey, Problem};
use serde::Deserialize;

use crate::domain::QUANTITY_MAX;

/// The body of `POST /v1/cart/items`. A price that comes along is ignored.
#[derive(Debug, Deserialize, Validate)]
pub(super) struct NewItem {
    #[garde(skip)]
    pub(super) product_id: ProductId,
    #[garde(skip)]
    pub(super) variant_id: VariantId,
    #[garde(range(min = 1, max = QUANTITY_MAX))]
    pub(super) quantity: u32,
}

/// The body of `PATCH /v1/cart/items/{item_id}`.
#[derive(Debug, Deserialize, Validate)]
pub(super) struct NewQuantity {
    #[garde(range(min = 1, max = QUANTITY_MAX))]
    pub(super) quantity: u32,
}

/// `Idempotency-Key` where it may be left out; a wrong one is still 400.
pub(super) struct RepeatKey(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for RepeatKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if !parts.headers.contains_key("idempotency-key") {
            return Ok(Self(None));
        }
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(parts, state).await?;
        Ok(Self(Some(key)))
    }
}
