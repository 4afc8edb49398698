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
        .about(
            "The token opens the cart for whoever has it, until 24 hours after its last change. 300 an hour and \
             address.",
        )
        .refuses(&[&TOO_MANY_SESSIONS])
        .get("/v1/cart", Guest, "Show the cart", handlers::show)
        .about(
            "As it was seen last: prices and stock of today are what `POST /v1/cart/quote` tells. Empty when \
             there is none yet.",
        )
        .delete("/v1/cart", Guest, "Empty the cart", handlers::clear)
        .refuses(&[&kinds::CONFLICT])
        .post("/v1/cart/items", Guest, "Add to the cart", handlers::add)
        .about(
            "The same variant again adds up. At most 100 lines, 50 pieces a line; a price that comes along is \
             ignored. Nothing is reserved. With an `Idempotency-Key` a repeated request adds once.",
        )
        .refuses(&UNSOLD)
        .refuses(&[&CART_FULL, &UNKNOWN_VARIANT])
        .patch("/v1/cart/items/{item_id}", Guest, "Set a line's quantity", handlers::set_quantity)
        .about("Takes over today's price and title.")
        .refuses(&UNSOLD)
        .refuses(&[&kinds::NOT_FOUND])
        .delete("/v1/cart/items/{item_id}", Guest, "Remove a line", handlers::remove)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .get("/v1/cart/saved", Guest, "Show what is saved for later", handlers::saved)
        .about("All of it, at most 50 lines.")
        .post("/v1/cart/saved", Guest, "Save a line for later", handlers::save)
        .about("Moves the line out of the cart.")
        .refuses(&[&kinds::NOT_FOUND, &SAVED_FULL, &kinds::CONFLICT])
        .post("/v1/cart/saved/{item_id}/restore", Guest, "Put a saved line back into the cart", handlers::restore)
        .about("If it can be bought today.")
        .refuses(&UNSOLD)
        .refuses(&[&CART_FULL, &kinds::NOT_FOUND, &kinds::INVALID])
        .delete("/v1/cart/saved/{item_id}", Guest, "Drop a saved line", handlers::forget)
        .refuses(&[&kinds::NOT_FOUND, &kinds::CONFLICT])
        .post("/v1/cart/quote", Guest, "What the cart costs today", handlers::quote)
        .about(
            "Today's prices, shipping and VAT, store by store, in tiyin. `acceptable` says whether `POST \
             /v1/orders` takes the cart as it is: send `cart_version` and `expected_total` there. `changes` names \
             lines that are not as the shopper saw them last, `obstacles` what is wrong with the cart as a whole. \
             Without a region the shipping is that to the city of Tashkent.",
        )
        .refuses(&[&kinds::CONFLICT])
        .post("/v1/cart/merge", Shopper, "Take over a guest's cart after signing in", handlers::merge)
        .about(
            "The guest's cart ends. Pieces of one variant add up to 50, what is more is listed in `cut`; lines \
             without room in `not_taken`. A repeated request answers the same.",
        )
        .refuses(&[&SESSION_OVER, &kinds::CONFLICT])
        .get("/internal/carts/{user_id}", Internal, "The cart for a checkout", handlers::snapshot)
        .refuses(&[&kinds::NOT_FOUND])
}

/// All routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
