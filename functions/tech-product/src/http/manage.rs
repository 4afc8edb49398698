//! The catalogue as stores and admins change it.

use contracts::Permission::ProductsWrite;
use lambda::http::{Access, Kind, Routes, kinds};

use super::problems::{
    BAD_FILE, BAD_IMAGE, BRAND_TAKEN, CATEGORY_IN_USE, DEFAULT_VARIANT, IMAGES_LIMIT, IMPORT_OVER, IMPORTS_LIMIT,
    NOT_UPLOADED, PRODUCTS_LIMIT, SKU_TAKEN, SLUG_TAKEN, STATUS, STOCK_RESERVED, STORE_NOT_ACTIVE, VARIANTS_LIMIT,
};
use super::{brands, categories, images, imports, products, reviews, variants};
use crate::Intake;

/// There may be no such thing.
const MISSING: [&Kind; 1] = [&kinds::NOT_FOUND];
/// What a change of a product may be refused for.
const CHANGES: [&Kind; 4] = [&kinds::NOT_FOUND, &kinds::CONFLICT, &kinds::INVALID, &STATUS];

/// The routes of `tech-product-manage`.
pub fn manage() -> Routes<Intake> {
    reviews::routes(of_imports(of_images(of_products(of_categories(Routes::new("tech-product-manage"))))))
}

/// Categories and brands.
fn of_categories(routes: Routes<Intake>) -> Routes<Intake> {
    routes
        .post("/v1/admin/categories", Access::Admin, "Make a category", categories::create)
        .about(
            "With the template that its products are described by: specifications of a type, required or not, \
             filterable or not. At most five levels.",
        )
        .refuses(&[&SLUG_TAKEN])
        .get("/v1/admin/categories", Access::Admin, "List hidden and retired categories", categories::hidden)
        .get(
            "/v1/admin/categories/{category}/spec-template",
            Access::Admin,
            "What a category's products are described by, hidden or not",
            categories::template,
        )
        .refuses(&MISSING)
        .patch("/v1/admin/categories/{category}", Access::Admin, "Change a category", categories::change)
        .about("An absent member stays. Products take a change of the fiscal part when they are saved next.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .delete("/v1/admin/categories/{category}", Access::Admin, "Take a category out of use", categories::retire)
        .about("Only an empty one. Its slug stays taken.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &CATEGORY_IN_USE])
        .post("/v1/brands", Access::Vendor, "Name a brand", brands::create)
        .about(
            "It is listed once an admin has verified it; products may name it before. 409 `brand-taken` names the \
             `slug` of the one that there is.",
        )
        .refuses(&[&BRAND_TAKEN])
        .get("/v1/admin/brands", Access::Admin, "List brands by status", brands::list)
        .about("Those that wait for an admin, when no status is said.")
        .patch("/v1/admin/brands/{brand}", Access::Admin, "Respell a brand, say its page", brands::change)
        .about("Another spelling of the same name: the slug stays.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .post("/v1/admin/brands/{brand}/verify", Access::Admin, "Verify a brand", brands::verify)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
}

/// Products and their variants.
fn of_products(routes: Routes<Intake>) -> Routes<Intake> {
    let (staff, staff_of) = (Access::Staff(ProductsWrite), Access::StaffOf(ProductsWrite));
    routes
        .post("/v1/stores/{store_id}/products", staff, "Make a product", products::create)
        .about(
            "A `DRAFT` with one variant of that SKU; only active stores make products. `price` is in tiyin. \
             Publish it to sell it. How many a store may have is its plan's.",
        )
        .refuses(&[&SKU_TAKEN, &PRODUCTS_LIMIT, &STORE_NOT_ACTIVE])
        .get("/v1/stores/{store_id}/products/all", staff, "List every product of a store", products::list)
        .about("In whatever status they are.")
        .get("/v1/stores/{store_id}/products/{product_id}", staff, "A product, on sale or not", products::show)
        .refuses(&MISSING)
        .patch("/v1/products/{product_id}", staff_of, "Change a product", products::change)
        .about(
            "An absent member stays, `null` removes it; of `specs` what is named changes. While it is on sale it \
             stays complete. `price` is the default variant's.",
        )
        .refuses(&CHANGES)
        .put("/v1/products/{product_id}/specifications", staff_of, "Say all its specifications", products::specify)
        .about(
            "What is not named is taken away. Names, types and units are at `GET \
             /v1/categories/{category}/spec-template`.",
        )
        .refuses(&CHANGES)
        .post("/v1/products/{product_id}/publish", staff_of, "Put a product on sale", products::publish)
        .about(
            "Needs its brand, its required specifications and an IKPU, of its own or its category's: `errors` \
             names everything that is missing at once.",
        )
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &kinds::INVALID, &STATUS, &STORE_NOT_ACTIVE])
        .post("/v1/products/{product_id}/unpublish", staff_of, "Take a product off sale for now", products::unpublish)
        .about("It can be published again.")
        .refuses(&CHANGES)
        .delete("/v1/products/{product_id}", staff_of, "Never sell a product again", products::discontinue)
        .about("It is `DISCONTINUED` and stays so; orders that name it keep what they froze.")
        .refuses(&CHANGES)
        .post("/v1/products/{product_id}/variants", staff_of, "Add a variant", variants::add)
        .about("Told apart by `options`, 20 at most. The price is in tiyin.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &SKU_TAKEN, &VARIANTS_LIMIT])
        .patch("/v1/products/{product_id}/variants/{variant_id}", staff_of, "Change a variant", variants::change)
        .about("What is absent stays. A change of the price is kept in the price history.")
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .delete("/v1/products/{product_id}/variants/{variant_id}", staff_of, "Remove a variant", variants::remove)
        .about(
            "With its stock; not while pieces are reserved. The default variant and the one with the product's \
             own SKU stay.",
        )
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &DEFAULT_VARIANT, &STOCK_RESERVED])
}

/// Images.
fn of_images(routes: Routes<Intake>) -> Routes<Intake> {
    let staff_of = Access::StaffOf(ProductsWrite);
    routes
        .get("/v1/products/{product_id}/images", staff_of, "The images of a product, awaited ones included", images::list)
        .about("In the order of the page; `awaited` are announced and not confirmed yet.")
        .refuses(&MISSING)
        .post("/v1/products/{product_id}/images", staff_of, "Announce an image", images::announce)
        .about(
            "Answers where the file goes, by a `PUT` of exactly that type and length within 15 minutes. Confirm it then; \
             one that is not confirmed within an hour is forgotten. PNG, JPEG, WebP up to 5 MB or SVG up to 256 KB; up to ten \
             a product, awaited ones included. With an `Idempotency-Key` a repetition announces no second one.",
        )
        .refuses(&[&kinds::NOT_FOUND, &IMAGES_LIMIT])
        .post("/v1/products/{product_id}/images/{image_id}/confirm", staff_of, "Show an uploaded image", images::confirm)
        .about(
            "The file must be what was announced. An SVG must not run, lead or load anything: no scripts, handlers, links, \
             animations, document types or references to outside. The first image is the primary one.",
        )
        .refuses(&[&kinds::NOT_FOUND, &NOT_UPLOADED, &BAD_IMAGE])
        .patch("/v1/products/{product_id}/images/{image_id}", staff_of, "Change an image's text, place or rank", images::change)
        .about("`primary: true` makes it the primary one instead of the one before: there is always exactly one.")
        .refuses(&[&kinds::NOT_FOUND, &NOT_UPLOADED])
        .delete("/v1/products/{product_id}/images/{image_id}", staff_of, "Take an image away", images::remove)
        .about("Awaited ones, too. Was it the primary one, the first of those that are left becomes it.")
        .refuses(&MISSING)
}

/// Imports.
fn of_imports(routes: Routes<Intake>) -> Routes<Intake> {
    let staff = Access::Staff(ProductsWrite);
    routes
        .post("/v1/stores/{store_id}/imports", staff, "Import products from a file", imports::take)
        .about(
            "Send the file itself (NDJSON or CSV, or either of them packed as `application/gzip`, 4 MB) or announce one \
             (JSON) and `PUT` it to `upload.url` with `upload.headers`, 64 MB, then `POST …/start`. At most 100,000 rows \
             and 64 MB unpacked. **Prices in files are so'm**, to the tiyin. A SKU that the store has is changed, any \
             other becomes a product on sale. Ask `GET …/{import_id}` how far it is. A store has two imports at a time, \
             announced ones included, which wait for their start for two hours.",
        )
        .refuses(&[&BAD_FILE, &kinds::INVALID, &STORE_NOT_ACTIVE, &IMPORTS_LIMIT])
        .get("/v1/stores/{store_id}/imports", staff, "List a store's imports", imports::list)
        .get("/v1/stores/{store_id}/imports/{import_id}", staff, "How far an import is", imports::get)
        .about(
            "`accepted + updated + unchanged + refused = done`, always. It is over at `COMPLETED`, `FAILED` or \
             `CANCELLED`.",
        )
        .post("/v1/stores/{store_id}/imports/{import_id}/start", staff, "Begin with an uploaded file", imports::start)
        .refuses(&[&NOT_UPLOADED])
        .post("/v1/stores/{store_id}/imports/{import_id}/cancel", staff, "Stop an import", imports::cancel)
        .about("Rows done until then stay.")
        .refuses(&[&IMPORT_OVER])
        .get(
            "/v1/stores/{store_id}/imports/{import_id}/refusals",
            staff,
            "Rows of an import that became no product, and why",
            imports::refusals,
        )
        .about("By number, counted from 1, each with every reason. They are kept for 30 days.")
}
