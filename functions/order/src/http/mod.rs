//! Routes, what they take and answer, and what an error means there.

mod answer;
mod handlers;
mod problem;
mod request;
#[cfg(test)]
mod tests;

use contracts::Permission;
use lambda::http::{Access, Route, Routes};

use crate::Ctx;

/// The routes of `order-api`.
pub fn api() -> Routes<Ctx> {
    let staff = Access::Staff(Permission::OrdersRead);
    Routes::new("order-api")
        .post("/v1/orders", Access::Shopper, "Place the cart as orders", handlers::place)
        .get("/v1/orders", Access::Shopper, "List own orders", handlers::list)
        .get("/v1/orders/{order_id}", Access::Shopper, "Show an own order", handlers::show)
        .get("/v1/orders/{order_id}/history", Access::Shopper, "Show an own order's moves", handlers::history)
        .get("/v1/stores/{store_id}/orders", staff, "List a store's orders", handlers::store_list)
        .get("/v1/stores/{store_id}/orders/{order_id}", staff, "Show a store's order", handlers::store_show)
}

/// All routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
