//! The catalogue as everybody sees it.

use axum::Json;
use axum::extract::{Path, State};
use domain::Slug;
use http::HeaderName;
use http::header::CACHE_CONTROL;
use lambda::http::{Access, PageAnswer, PageQuery, Problem, Routes, kinds};

use super::catalogue::{BrandView, CategoryView, FiltersView, TemplateView};
use super::path::part;
use super::{images, list, page, reviews};
use crate::domain::{Category, SpecTemplate};
use crate::ops::filters;
use crate::table::{self, Brand, BrandStatus};
use crate::{Ctx, Reading};

/// Categories and brands change rarely.
const MINUTES: &str = "public, max-age=300";

/// An answer that anyone may keep for minutes.
type Kept<T> = ([(HeaderName, &'static str); 1], Json<T>);

/// The routes of `tech-product-read`.
pub fn read() -> Routes<Reading> {
    let (public, missing) = (Access::Public, [&kinds::NOT_FOUND]);
    Routes::new("tech-product-read")
        .get("/v1/categories", public, "List the tree of categories", categories)
        .about("Each names its parent; names in every language there is. Kept for five minutes.")
        .get("/v1/categories/{category}", public, "A category", category)
        .refuses(&missing)
        .get("/v1/categories/{category}/spec-template", public, "What its products are described by", template)
        .about("What a form for a product of the category asks for: types, units, options, what is required.")
        .refuses(&missing)
        .get("/v1/categories/{category}/filters", public, "What its products can be narrowed by", category_filters)
        .about("Values that the newest 1,000 products have, with how many have each. Kept for five minutes.")
        .refuses(&missing)
        .get("/v1/brands", public, "List verified brands", brands)
        .get("/v1/brands/{brand}", public, "A brand", brand)
        .refuses(&missing)
        .get("/v1/products", public, "List what is on sale", list::products)
        .about(
            "A category includes everything below it. Filter by its specifications with `spec.<name>=<value>` or \
             `spec.<name>=<from>..<to>`. Prices are in tiyin. A page looks at no more than 400 products: narrow \
             filters may give a short page with a `next_cursor`.",
        )
        .refuses(&missing)
        .get("/v1/products/{product_id}", public, "A product's page", page::product)
        .about(
            "Only while it is on sale. How many can be bought is at `…/availability`: that changes with every \
             sale, this does not. Send the `ETag` as `If-None-Match`.",
        )
        .refuses(&missing)
        .get("/v1/products/{product_id}/price-history", public, "What a product cost", page::price_history)
        .about(
            "Newest first, in tiyin; `lowest_in_30_days` is the lowest price that was in force at any moment of \
             30 days.",
        )
        .refuses(&missing)
        .get("/v1/products/{product_id}/reviews", public, "What buyers say of a product", reviews::of_product)
        .about(
            "Approved reviews, each by somebody who got the product, the newest first; `rating` is of all of them: \
             `sum` over `count` is the average.",
        )
        .refuses(&missing)
        .get("/v1/products/slug/{slug}", public, "A product's page by its name", page::product_by_slug)
        .about("The same as by its id.")
        .refuses(&missing)
        .get("/v1/images/{image_id}", public, "An image of a product", images::show)
        .about(
            "Leads to the picture by an address that ends within the hour: keep this one, not that. Its content never \
             changes. Put it into `<img src>`.",
        )
        .refuses(&missing)
        .get("/v1/stores/{store_id}/products", public, "List what a store has on sale", list::store_products)
        .refuses(&missing)
}

const fn kept<T>(answer: T) -> Kept<T> {
    ([(CACHE_CONTROL, MINUTES)], Json(answer))
}

async fn categories(State(ctx): State<Ctx>, page: PageQuery) -> Result<Kept<PageAnswer<CategoryView>>, Problem> {
    let found = ctx.table.query::<Category>(page.apply(table::categories(), "categories", "")?).await?;
    let items: Vec<CategoryView> = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(kept(PageAnswer::new(items, found.next.as_ref(), "categories", "")))
}

async fn category(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Kept<CategoryView>, Problem> {
    Ok(kept(shown(&ctx, &part(&slug)?).await?.into()))
}

async fn template(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Kept<TemplateView>, Problem> {
    let category = shown(&ctx, &part(&slug)?).await?;
    let template = ctx.table.get::<SpecTemplate>(table::template_key(&category.slug)).await?;
    Ok(kept(template.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row().into()))
}

async fn category_filters(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Kept<FiltersView>, Problem> {
    let category = shown(&ctx, &part(&slug)?).await?;
    let filters = filters::filters(&ctx, &category).await?;
    Ok(kept(FiltersView::of(category.slug, filters)))
}

async fn shown(ctx: &Ctx, slug: &Slug) -> Result<Category, Problem> {
    let category = ctx.table.get::<Category>(table::category_key(slug)).await?.filter(|c| c.is_shown());
    Ok(category.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row())
}

async fn brands(State(ctx): State<Ctx>, page: PageQuery) -> Result<Kept<PageAnswer<BrandView>>, Problem> {
    let found = ctx.table.query::<Brand>(page.apply(table::brands(BrandStatus::Active), "brands", "")?).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(kept(PageAnswer::new(items, found.next.as_ref(), "brands", "")))
}

async fn brand(State(ctx): State<Ctx>, Path(slug): Path<String>) -> Result<Kept<BrandView>, Problem> {
    let brand = ctx.table.get::<Brand>(table::brand_key(&part(&slug)?)).await?;
    Ok(kept(brand.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row().into()))
}
