//! The catalogue as stores and admins change it.

use contracts::Permission::ProductsWrite;
use lambda::http::{Access, Kind, Routes, kinds};

use super::problems::{
    BAD_FILE, BRAND_TAKEN, CATEGORY_IN_USE, DEFAULT_VARIANT, IMPORT_OVER, NOT_UPLOADED, PRODUCTS_LIMIT, SKU_TAKEN,
    SLUG_TAKEN, STATUS, STOCK_RESERVED, STORE_NOT_ACTIVE, VARIANTS_LIMIT,
};
use super::{brands, categories, imports, products, variants};
use crate::Intake;

/// The routes of `tech-product-manage`.
pub fn manage() -> Routes<Intake> {
    let (staff, staff_of) = (Access::Staff(ProductsWrite), Access::StaffOf(ProductsWrite));
    let missing: &[&'static Kind] = &[&kinds::NOT_FOUND];
    let changes: &[&'static Kind] = &[&kinds::NOT_FOUND, &kinds::CONFLICT, &kinds::INVALID, &STATUS];
    Routes::new("tech-product-manage")
        .post("/v1/admin/categories", Access::Admin, "Make a category", categories::create)
        .refuses(&[&SLUG_TAKEN])
        .get("/v1/admin/categories", Access::Admin, "List hidden and retired categories", categories::hidden)
        .get(
            "/v1/admin/categories/{category}/spec-template",
            Access::Admin,
            "What a category's products are described by, hidden or not",
            categories::template,
        )
        .refuses(missing)
        .patch("/v1/admin/categories/{category}", Access::Admin, "Change a category", categories::change)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .delete("/v1/admin/categories/{category}", Access::Admin, "Take a category out of use", categories::retire)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &CATEGORY_IN_USE])
        .post("/v1/brands", Access::Vendor, "Name a brand", brands::create)
        .refuses(&[&BRAND_TAKEN])
        .get("/v1/admin/brands", Access::Admin, "List brands by status", brands::list)
        .patch("/v1/admin/brands/{brand}", Access::Admin, "Respell a brand, say its page", brands::change)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .post("/v1/admin/brands/{brand}/verify", Access::Admin, "Verify a brand", brands::verify)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .post("/v1/stores/{store_id}/products", staff, "Make a product", products::create)
        .refuses(&[&SKU_TAKEN, &PRODUCTS_LIMIT, &STORE_NOT_ACTIVE])
        .get("/v1/stores/{store_id}/products/all", staff, "List every product of a store", products::list)
        .get("/v1/stores/{store_id}/products/{product_id}", staff, "A product, on sale or not", products::show)
        .refuses(missing)
        .patch("/v1/products/{product_id}", staff_of, "Change a product", products::change)
        .refuses(changes)
        .put("/v1/products/{product_id}/specifications", staff_of, "Say all its specifications", products::specify)
        .refuses(changes)
        .post("/v1/products/{product_id}/publish", staff_of, "Put a product on sale", products::publish)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &kinds::INVALID, &STATUS, &STORE_NOT_ACTIVE])
        .post("/v1/products/{product_id}/unpublish", staff_of, "Take a product off sale for now", products::unpublish)
        .refuses(changes)
        .delete("/v1/products/{product_id}", staff_of, "Never sell a product again", products::discontinue)
        .refuses(changes)
        .post("/v1/products/{product_id}/variants", staff_of, "Add a variant", variants::add)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &SKU_TAKEN, &VARIANTS_LIMIT])
        .patch("/v1/products/{product_id}/variants/{variant_id}", staff_of, "Change a variant", variants::change)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .delete("/v1/products/{product_id}/variants/{variant_id}", staff_of, "Remove a variant", variants::remove)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT, &DEFAULT_VARIANT, &STOCK_RESERVED])
        .post("/v1/stores/{store_id}/imports", staff, "Import products from a file", imports::take)
        .refuses(&[&BAD_FILE, &kinds::INVALID, &STORE_NOT_ACTIVE])
        .get("/v1/stores/{store_id}/imports", staff, "List a store's imports", imports::list)
        .get("/v1/stores/{store_id}/imports/{import_id}", staff, "How far an import is", imports::get)
        .post("/v1/stores/{store_id}/imports/{import_id}/start", staff, "Begin with an uploaded file", imports::start)
        .refuses(&[&NOT_UPLOADED])
        .post("/v1/stores/{store_id}/imports/{import_id}/cancel", staff, "Stop an import", imports::cancel)
        .refuses(&[&IMPORT_OVER])
        .get(
            "/v1/stores/{store_id}/imports/{import_id}/refusals",
            staff,
            "Rows of an import that became no product, and why",
            imports::refusals,
        )
}
