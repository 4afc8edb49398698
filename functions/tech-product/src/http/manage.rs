//! The catalogue as stores and admins change it.

use contracts::Permission::ProductsWrite;
use lambda::http::{Access, Routes};

use super::{categories, imports, products};
use crate::Intake;

/// The routes of `tech-product-manage`.
pub fn manage() -> Routes<Intake> {
    let (staff, staff_of) = (Access::Staff(ProductsWrite), Access::StaffOf(ProductsWrite));
    Routes::new("tech-product-manage")
        .post("/v1/admin/categories", Access::Admin, "Make a category", categories::create)
        .patch("/v1/admin/categories/{category}", Access::Admin, "Change a category", categories::change)
        .post("/v1/stores/{store_id}/products", staff, "Make a product", products::create)
        .get("/v1/stores/{store_id}/products/all", staff, "List every product of a store", products::list)
        .patch("/v1/products/{product_id}", staff_of, "Change a product", products::change)
        .post("/v1/products/{product_id}/publish", staff_of, "Put a product on sale", products::publish)
        .post("/v1/stores/{store_id}/imports", staff, "Import products from a file", imports::take)
        .get("/v1/stores/{store_id}/imports", staff, "List a store's imports", imports::list)
        .get("/v1/stores/{store_id}/imports/{import_id}", staff, "How far an import is", imports::get)
        .get(
            "/v1/stores/{store_id}/imports/{import_id}/refusals",
            staff,
            "Rows of an import that became no product, and why",
            imports::refusals,
        )
}
