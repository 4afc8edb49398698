//! The catalogue as everybody sees it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use domain::{ProductId, Slug, StoreId};
use dynamodb::Stored;
use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use lambda::http::{Access, PageAnswer, PageQuery, Problem, Routes, kinds};
use serde::Deserialize;

use super::path::part;
use super::view::{CardView, CategoryView, ProductView, TemplateView};
use crate::Ctx;
use crate::domain::{Category, Product, SpecTemplate};
use crate::table::{self, Card, SlugClaim};

/// Anyone may see this for as long as the answer to a revalidation is "unchanged".
const REVALIDATED: &str = "public, no-cache";
/// Categories change rarely.
const MINUTES: &str = "public, max-age=300";

/// The routes of `tech-product-read`.
pub fn read() -> Routes<Ctx> {
    let public = Access::Public;
    Routes::new("tech-product-read")
        .get("/v1/categories", public, "List the tree of categories", categories)
        .get("/v1/categories/{category}", public, "A category", category)
        .get("/v1/categories/{category}/spec-template", public, "What its products are described by", template)
        .get("/v1/products", public, "List what is on sale in a category", products)
        .get("/v1/products/{product_id}", public, "A product's page", product)
        .get("/v1/products/slug/{slug}", public, "A product's page by its name", product_by_slug)
        .get("/v1/stores/{store_id}/products", public, "List what a store has on sale", store_products)
}

async fn categories(State(ctx): State<Ctx>, page: PageQuery) -> Result<Response, Problem> {
    let found = ctx.table.query::<Category>(page.apply(table::categories(), "categories", "")?).await?;
    let items: Vec<CategoryView> = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    let answer = PageAnswer::new(items, found.next.as_ref(), "categories", "");
    Ok(([(CACHE_CONTROL, MINUTES)], Json(answer)).into_response())
}

async fn category(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Response, Problem> {
    let category = visible(&ctx, &part(&slug)?).await?;
    Ok(([(CACHE_CONTROL, MINUTES)], Json(CategoryView::from(category))).into_response())
}

async fn template(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Response, Problem> {
    let category = visible(&ctx, &part(&slug)?).await?;
    let template = ctx.table.get::<SpecTemplate>(table::template_key(&category.slug)).await?;
    let template = template.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row();
    Ok(([(CACHE_CONTROL, MINUTES)], Json(TemplateView::from(template))).into_response())
}

async fn visible(ctx: &Ctx, slug: &Slug) -> Result<Category, Problem> {
    let category = ctx.table.get::<Category>(table::category_key(slug)).await?.filter(|c| c.visible);
    Ok(category.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row())
}

#[derive(Deserialize)]
struct InCategory {
    category: String,
}

async fn products(
    State(ctx): State<Ctx>,
    filter: Result<Query<InCategory>, axum::extract::rejection::QueryRejection>,
    page: PageQuery,
) -> Result<Json<PageAnswer<CardView>>, Problem> {
    let wrong = |detail: &str| Problem::of(&kinds::PARAMETER).with("detail", detail);
    let Query(filter) = filter.map_err(|_| wrong("category is required"))?;
    let category: Slug = filter.category.parse().map_err(|_| wrong("category is not a slug"))?;
    cards(&ctx, &page, table::on_sale_in(&category), &format!("products in {category}")).await
}

async fn store_products(
    State(ctx): State<Ctx>,
    Path(store): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<CardView>>, Problem> {
    let store: StoreId = part(&store)?;
    cards(&ctx, &page, table::on_sale_by(store), &format!("products of {store}")).await
}

async fn cards(
    ctx: &Ctx,
    page: &PageQuery,
    query: dynamodb::Query,
    pattern: &str,
) -> Result<Json<PageAnswer<CardView>>, Problem> {
    let found = ctx.table.query::<Card>(page.apply(query, pattern, "")?).await?;
    let items = found.rows.into_iter().map(|card| card.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), pattern, "")))
}

async fn product(State(ctx): State<Ctx>, Path(product): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    page_of(&ctx, part(&product)?, &headers).await
}

async fn product_by_slug(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let claim = ctx.table.get::<SlugClaim>(table::slug_key(&part(&slug)?)).await?;
    let claim = claim.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    page_of(&ctx, claim.product_id, &headers).await
}

async fn page_of(ctx: &Ctx, id: ProductId, headers: &HeaderMap) -> Result<Response, Problem> {
    let product = ctx.table.get::<Product>(table::product_key(id)).await?.filter(|product| product.on_sale());
    let product: Stored<Product> = product.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    let tag = format!("\"{}\"", product.version());
    let validators = [(ETAG, tag.clone()), (CACHE_CONTROL, REVALIDATED.to_owned())];
    if names(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, validators).into_response());
    }
    Ok((validators, Json(ProductView::of(&product))).into_response())
}

/// Whether `If-None-Match` names the tag (RFC 9110, section 13.1.2: compared weakly).
fn names(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
