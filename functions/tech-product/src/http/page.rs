//! A product's page, not sent again until it changes.

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use domain::{ProductId, VariantId};
use dynamodb::Stored;
use http::StatusCode;
use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use http::request::Parts;
use lambda::http::reference::{Answers, Operation, Schemas, Takes};
use lambda::http::{PageQuery, Problem, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::catalogue::{PriceView, PricesView, ProductView};
use super::path::part;
use super::query::Query;
use crate::Ctx;
use crate::domain::Product;
use crate::ops::prices;
use crate::table::{self, PriceChange, SlugClaim};

/// Anyone may keep this, and asks each time whether it is still so.
const REVALIDATED: &str = "public, no-cache";
/// Prices change rarely.
pub(super) const MINUTE: &str = "public, max-age=60";
/// Grows when the same product is shown in another way: a tag stands for the very bytes.
const FORM: u32 = 4;

/// The tags that the caller knows.
pub(super) struct IfNoneMatch(Vec<String>);

/// What changes with its tag; nothing of it is sent to a caller who knows the tag.
pub(super) struct Tagged<T> {
    tag: String,
    body: Option<T>,
}

pub(super) async fn product(
    State(ctx): State<Ctx>,
    Path(product): Path<String>,
    known: IfNoneMatch,
) -> Result<Tagged<ProductView>, Problem> {
    Ok(known.answer(on_sale(&ctx, part(&product)?).await?))
}

pub(super) async fn product_by_slug(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    known: IfNoneMatch,
) -> Result<Tagged<ProductView>, Problem> {
    let claim = ctx.table.get::<SlugClaim>(table::slug_key(&part(&slug)?)).await?;
    let claim = claim.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    Ok(known.answer(on_sale(&ctx, claim.product_id).await?))
}

/// Whose prices.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct OfVariant {
    /// The default variant when nothing is said.
    variant_id: Option<VariantId>,
}

pub(super) async fn price_history(
    State(ctx): State<Ctx>,
    Path(product): Path<String>,
    Query(of): Query<OfVariant>,
    page: PageQuery,
) -> Result<([(http::HeaderName, &'static str); 1], Json<PricesView>), Problem> {
    let product = on_sale(&ctx, part(&product)?).await?;
    let variant = match of.variant_id {
        Some(id) => product.variant(id),
        None => product.default_variant(),
    };
    let variant = variant.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    let pattern = format!("prices of {}", variant.variant_id);
    let query = page.apply(table::prices_of(product.product_id, variant.variant_id), &pattern, "")?;
    let (lowest, found) = futures::future::try_join(
        prices::lowest(&ctx, product.product_id, variant, ctx.clock.now()),
        ctx.table.query::<PriceChange>(query),
    )
    .await?;
    let answer = PricesView {
        product_id: product.product_id,
        variant_id: variant.variant_id,
        price: variant.price,
        lowest_in_30_days: lowest,
        items: found.rows.into_iter().map(|change| PriceView::from(change.into_row())).collect(),
        next_cursor: found.next.map(|cursor| cursor.encode(&pattern, "")),
    };
    Ok(([(CACHE_CONTROL, MINUTE)], Json(answer)))
}

/// The product, if the public may see it.
pub(super) async fn on_sale(ctx: &Ctx, id: ProductId) -> Result<Stored<Product>, Problem> {
    let product = ctx.table.get::<Product>(table::product_key(id)).await?.filter(|product| product.on_sale());
    let product = product.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    let sold = ctx.standings.sells(&ctx.table, ctx.clock.now(), product.store_id).await?;
    if sold { Ok(product) } else { Err(Problem::of(&kinds::NOT_FOUND)) }
}

impl IfNoneMatch {
    /// RFC 9110, section 13.1.2: compared weakly.
    fn answer(&self, product: Stored<Product>) -> Tagged<ProductView> {
        let tag = format!("\"{FORM}-{}\"", product.version());
        let known = self.0.iter().any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag);
        let body = (!known).then(|| product.into_row().into());
        Tagged { tag, body }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let lists = parts.headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        Ok(Self(lists.flat_map(|list| list.split(',')).map(|tag| tag.trim().to_owned()).collect()))
    }
}

impl Takes for IfNoneMatch {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let description = "The `ETag` of an earlier answer: 304 when nothing has changed since.";
        operation.parameter("header", "if-none-match", false, &json!({"type": "string"}), description);
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let validators = [(ETAG, self.tag), (CACHE_CONTROL, REVALIDATED.to_owned())];
        match self.body {
            Some(body) => (validators, Json(body)).into_response(),
            None => (StatusCode::NOT_MODIFIED, validators).into_response(),
        }
    }
}

impl<T: JsonSchema> Answers for Tagged<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let schema = schemas.of::<T>();
        operation.answer_json("200", &schema);
        operation.answer("304", &json!({}));
    }
}
