//! Routes, what they take and answer, and what an error means there.

mod answer;
mod handlers;
mod payme;
mod problem;
mod request;
#[cfg(test)]
mod tests;

use contracts::Permission;
use lambda::http::{Access, Route, Routes, kinds};

use self::problem::{
    ALREADY_ORDERED, CART_CHANGED, CART_EMPTY, CART_SETTLING, CASH_AMOUNT, CASH_ORDERS, METHOD_NOT_TAKEN,
    MOVE_FORBIDDEN, PAYMENT_UNDER_WAY, PRICE_CHANGED, STOCK_SHORT, STORE_NOT_SELLING, TOO_LARGE, TOO_LATE,
    TOTAL_CHANGED, UNKNOWN_ADDRESS,
};
use crate::Ctx;

/// The routes of `order-api`.
pub fn api() -> Routes<Ctx> {
    let (staff, packer) = (Access::Staff(Permission::OrdersRead), Access::Staff(Permission::OrdersWrite));
    let books = Access::Staff(Permission::FinanceWrite);
    let of_store = "/v1/stores/{store_id}/orders/{order_id}";
    let moves = [&MOVE_FORBIDDEN, &TOO_LATE, &PAYMENT_UNDER_WAY, &kinds::CONFLICT];
    Routes::new("order-api")
        .post("/v1/orders", Access::Shopper, "Place the cart as orders", handlers::place)
        .refuses(&[
            &CART_EMPTY,
            &CART_CHANGED,
            &ALREADY_ORDERED,
            &CART_SETTLING,
            &TOO_LARGE,
            &STORE_NOT_SELLING,
            &TOTAL_CHANGED,
            &STOCK_SHORT,
            &PRICE_CHANGED,
            &CASH_AMOUNT,
            &CASH_ORDERS,
            &METHOD_NOT_TAKEN,
            &UNKNOWN_ADDRESS,
            &kinds::IDEMPOTENCY_IN_FLIGHT,
            &kinds::CONFLICT,
        ])
        .get("/v1/orders", Access::Shopper, "List own orders", handlers::list)
        .get("/v1/orders/{order_id}", Access::Shopper, "Show an own order", handlers::show)
        .get("/v1/orders/{order_id}/history", Access::Shopper, "Show an own order's moves", handlers::history)
        .post("/v1/orders/{order_id}/cancel", Access::Shopper, "Cancel an own order", handlers::cancel)
        .refuses(&moves)
        .get(
            "/v1/checkouts/{checkout_id}",
            Access::Shopper,
            "Show an own checkout and where to pay it",
            handlers::checkout,
        )
        .get("/v1/stores/{store_id}/orders", staff, "List a store's orders", handlers::store_list)
        .get(of_store, staff, "Show a store's order", handlers::store_show)
        .get(
            "/v1/stores/{store_id}/orders/{order_id}/history",
            staff,
            "Show the moves of a store's order",
            handlers::store_history,
        )
        .post(
            "/v1/stores/{store_id}/orders/{order_id}/transitions",
            packer,
            "Move an order along",
            handlers::transition,
        )
        .refuses(&moves)
        .get("/v1/stores/{store_id}/balance", books, "What the store is owed", handlers::balance)
        .get("/v1/stores/{store_id}/ledger", books, "The store's books", handlers::ledger)
        .get("/v1/admin/ledger", Access::Admin, "The books of a store or of a day", handlers::admin_ledger)
        .post("/v1/webhooks/payme", Access::Provider, "A call of Payme's, JSON-RPC 2.0", payme::call)
        .get("/v1/webhooks/payme", Access::Provider, "Refused as Payme's protocol says: POST only", payme::not_post)
}

/// All routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
