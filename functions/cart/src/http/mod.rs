//! Routes, what they take and answer, and what an error means there.

mod answer;
mod handlers;
mod problem;
mod quote;
mod request;
#[cfg(test)]
mod tests;

use lambda::http::Access::{Guest, Internal, Public, Shopper};
use lambda::http::{Kind, Route, Routes, kinds};

use crate::Ctx;
use problem::{CART_FULL, NOT_FOR_SALE, SAVED_FULL, SESSION_OVER, STOCK_SHORT, TOO_MANY_SESSIONS, UNKNOWN_VARIANT};

/// What putting pieces into a cart may be refused for.
const UNSOLD: [&Kind; 3] = [&STOCK_SHORT, &NOT_FOR_SALE, &kinds::CONFLICT];

/// The routes of `cart-api`.
pub fn api() -> Routes<Ctx> {
    Routes::new("cart-api")
        .post("/v1/cart/session", Public, "Open a guest's cart", handlers::open_session)
        .refuses(&[&TOO_MANY_SESSIONS])
        .get("/v1/cart", Guest, "Show the cart", handlers::show)
        .delete("/v1/cart", Guest, "Empty the cart", handlers::clear)
        .refuses(&[&kinds::CONFLICT])
        .post("/v1/cart/items", Guest, "Add to the cart", handlers::add)
        .refuses(&UNSOLD)
        .refuses(&[&CART_FULL, &UNKNOWN_VARIANT])
        .patch("/v1/cart/items/{item_id}", Guest, "Set a line's quantity", handlers::set_quantity)
        .refuses(&UNSOLD)
        .refuses(&[&kinds::NOT_FOUND])
        .delete("/v1/cart/items/{item_id}", Guest, "Remove a line", handlers::remove)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .get("/v1/cart/saved", Guest, "Show what is saved for later", handlers::saved)
        .post("/v1/cart/saved", Guest, "Save a line for later", handlers::save)
        .refuses(&[&kinds::NOT_FOUND, &SAVED_FULL, &kinds::CONFLICT])
        .post("/v1/cart/saved/{item_id}/restore", Guest, "Put a saved line back into the cart", handlers::restore)
        .refuses(&UNSOLD)
        .refuses(&[&CART_FULL, &kinds::NOT_FOUND, &kinds::INVALID])
        .delete("/v1/cart/saved/{item_id}", Guest, "Drop a saved line", handlers::forget)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .post("/v1/cart/quote", Guest, "What the cart costs today", handlers::quote)
        .refuses(&[&kinds::CONFLICT])
        .post("/v1/cart/merge", Shopper, "Take over a guest's cart after signing in", handlers::merge)
        .refuses(&[&SESSION_OVER, &kinds::CONFLICT])
        .get("/internal/carts/{user_id}", Internal, "The cart for a checkout", handlers::snapshot)
        .refuses(&[&kinds::NOT_FOUND])
}

/// All routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
