use axum::extract::FromRequestParts;
use contracts::PaymentMethod;
use domain::{CartItemId, ProductId, Region, VariantId};
use garde::Validate;
use http::request::Parts;
use lambda::http::reference::{Operation, Schemas, Takes};
use lambda::http::{Caller, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::{SESSION_OVER, SESSION_REQUIRED};
use crate::domain::{QUANTITY_MAX, SessionToken};
use crate::ops::{CartError, Visitor};

/// The header in which a guest carries their session's token.
const SESSION: &str = "cart-session";

/// The body of `POST /v1/cart/items`. A price that comes along is ignored.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "NewCartItem")]
pub(super) struct NewItem {
    #[garde(skip)]
    pub(super) product_id: ProductId,
    #[garde(skip)]
    pub(super) variant_id: VariantId,
    /// How many more.
    #[garde(range(min = 1, max = QUANTITY_MAX))]
    #[schemars(range(min = 1, max = 50))]
    pub(super) quantity: u32,
}

/// The body of `PATCH /v1/cart/items/{item_id}`.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "NewCartQuantity")]
pub(super) struct NewQuantity {
    /// How many from now on.
    #[garde(range(min = 1, max = QUANTITY_MAX))]
    #[schemars(range(min = 1, max = 50))]
    pub(super) quantity: u32,
}

/// The body of `POST /v1/cart/saved`.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "CartItemToSave")]
pub(super) struct LineToSave {
    /// The line of the cart.
    #[garde(skip)]
    pub(super) item_id: CartItemId,
}

/// The body of `POST /v1/cart/merge`.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "CartToMerge")]
pub(super) struct MergeRequest {
    /// The token of the guest's session.
    #[garde(length(min = 1, max = 200))]
    #[schemars(length(min = 1, max = 200))]
    pub(super) session: String,
}

/// The body of `POST /v1/cart/quote`.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub(super) struct QuoteRequest {
    /// Where it would go; the city of Tashkent when it is not said.
    #[garde(skip)]
    pub(super) region: Option<Region>,
    /// How it would be paid; whether every store takes it is looked at only when it is said.
    #[garde(skip)]
    pub(super) payment_method: Option<PaymentMethod>,
}

/// Whose cart a request is about: the person's who signed in, else the guest's whose session the header names.
pub(super) struct Who(pub(super) Visitor);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Some(user_id) = Caller::from_request_parts(parts, state).await?.user_id() {
            return Ok(Self(Visitor::User(user_id)));
        }
        let token = parts
            .headers
            .get(SESSION)
            .ok_or_else(|| Problem::of(&SESSION_REQUIRED).with("open", "/v1/cart/session"))?;
        session(token.to_str().unwrap_or_default()).map(|token| Self(Visitor::Guest(token)))
    }
}

impl Takes for Who {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        operation.credential = Some(SESSION);
        operation.refuses([&SESSION_REQUIRED, &SESSION_OVER]);
    }
}

/// What does not read as a token is answered like one that is forged.
pub(super) fn session(text: &str) -> Result<SessionToken, Problem> {
    text.parse().map_err(|_| CartError::NoSession.into())
}
