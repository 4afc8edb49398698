//! Routes, what they take and answer, and what an error means there.

mod answer;
mod handlers;
mod problem;
mod request;
#[cfg(test)]
mod tests;

use lambda::http::{Access, Route, Routes};

use crate::Ctx;

/// The routes of `cart-api`.
pub fn api() -> Routes<Ctx> {
    Routes::new("cart-api")
        .get("/v1/cart", Access::Shopper, "Show the cart", handlers::show)
        .delete("/v1/cart", Access::Shopper, "Empty the cart", handlers::clear)
        .post("/v1/cart/items", Access::Shopper, "Add to the cart", handlers::add)
        .patch("/v1/cart/items/{item_id}", Access::Shopper, "Set a line's quantity", handlers::set_quantity)
        .delete("/v1/cart/items/{item_id}", Access::Shopper, "Remove a line", handlers::remove)
        .get("/internal/carts/{user_id}", Access::Internal, "The cart for a checkout", handlers::snapshot)
}

/// All routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
