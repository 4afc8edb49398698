//! Routes, what they take and answer, and what an error means there.

mod admin;
mod answer;
mod handlers;
mod history;
mod payme;
mod problem;
mod request;
#[cfg(test)]
mod tests;

use contracts::Permission;
use lambda::http::{Access, Kind, Route, Routes, kinds};

use self::problem::{
    ALREADY_ORDERED, CART_CHANGED, CART_EMPTY, CART_SETTLING, CASH_AMOUNT, CASH_ORDERS, METHOD_NOT_TAKEN,
    MOVE_FORBIDDEN, NOT_HELD, PAYMENT_UNDER_WAY, PRICE_CHANGED, REFUND_COMPLETED, STOCK_SHORT, STORE_NOT_SELLING,
    TOO_LARGE, TOO_LATE, TOTAL_CHANGED, UNKNOWN_ADDRESS,
};
use crate::Ctx;

/// Why a move is refused.
const MOVES: [&Kind; 5] = [&MOVE_FORBIDDEN, &TOO_LATE, &PAYMENT_UNDER_WAY, &NOT_HELD, &kinds::CONFLICT];

/// The routes of `order-api`.
pub fn api() -> Routes<Ctx> {
    of_the_platform(of_stores(of_shoppers(Routes::new("order-api"))))
        .post("/v1/webhooks/payme", Access::Provider, "A call of Payme's, JSON-RPC 2.0", payme::call)
        .about(
            "Payme's Merchant API: always HTTP 200, amounts in tiyin, `account.order_id` is the checkout's id. \
             The key is looked at before anything else; a call that is repeated gets the stored answer.",
        )
        .get("/v1/webhooks/payme", Access::Provider, "Refused as Payme's protocol says: POST only", payme::not_post)
}

fn of_shoppers(routes: Routes<Ctx>) -> Routes<Ctx> {
    routes
        .post("/v1/orders", Access::Shopper, "Place the cart as orders", handlers::place)
        .about(
            "One order a store under one payment, or nothing at all: stock is reserved for every line or for \
             none. Send `cart_version` and `expected_total` of the quote, and a shopper never pays what they did \
             not see. What is paid in advance waits for 30 minutes: where to pay says `GET \
             /v1/checkouts/{checkout_id}`. Every refusal leaves nothing behind and may be tried again \
             with the same key.",
        )
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
        .about("Newest first.")
        .get("/v1/orders/{order_id}", Access::Shopper, "Show an own order", handlers::show)
        .about("As it was frozen when it was placed: prices, address, delivery, in tiyin.")
        .get("/v1/orders/{order_id}/history", Access::Shopper, "Show an own order's moves", handlers::history)
        .about("Each move with its time, who made it and their note.")
        .post("/v1/orders/{order_id}/cancel", Access::Shopper, "Cancel an own order", handlers::cancel)
        .about("Until it is packed. Before it is paid, the whole checkout ends; what was paid is paid back.")
        .refuses(&MOVES)
        .get(
            "/v1/checkouts/{checkout_id}",
            Access::Shopper,
            "Show an own checkout and where to pay it",
            handlers::checkout,
        )
        .about("What is to be paid (tiyin), until when, and where while it can be.")
}

fn of_stores(routes: Routes<Ctx>) -> Routes<Ctx> {
    let (staff, packer) = (Access::Staff(Permission::OrdersRead), Access::Staff(Permission::OrdersWrite));
    let books = Access::Staff(Permission::FinanceWrite);
    let of_store = "/v1/stores/{store_id}/orders/{order_id}";
    routes
        .get("/v1/stores/{store_id}/orders", staff, "List a store's orders", handlers::store_list)
        .about("Newest first. What waits for its payment is not there yet.")
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
        .about(
            "PENDING → CONFIRMED → PROCESSING → PACKED → SHIPPED → OUT_FOR_DELIVERY → DELIVERED, or CANCELLED, or \
             FAILED once it was shipped. The same move again is the same answer. An order that nobody accepts \
             within 24 hours, or does not ship within 7 days, is cancelled. Goods that are not held any more do not \
             leave (`stock-not-held`): they are held anew if they are still there at the order's price.",
        )
        .refuses(&MOVES)
        .get("/v1/stores/{store_id}/balance", books, "What the store is owed", handlers::balance)
        .about("In tiyin, after commission.")
        .get("/v1/stores/{store_id}/ledger", books, "The store's books", handlers::ledger)
        .about("Double entry: the entries of a transaction sum to zero. Amounts in tiyin, newest orders first.")
}

fn of_the_platform(routes: Routes<Ctx>) -> Routes<Ctx> {
    routes
        .get("/v1/admin/ledger", Access::Admin, "The books of a store or of a day", handlers::admin_ledger)
        .about("Name one of `store_id` (newest orders first) and `day`, a business day in Tashkent (oldest first).")
        .get("/v1/admin/orders", Access::Admin, "Orders that are stuck", admin::stuck)
        .about(
            "`overdue`: late on their way to the shopper, the longest late first. `not-held`: open, though their goods \
             are not held any more; a page is of that many checkouts, each with its orders.",
        )
        .get("/v1/admin/orders/{order_id}", Access::Admin, "Show any order", admin::show)
        .about("As its shopper sees it.")
        .post("/v1/admin/orders/{order_id}/transitions", Access::Admin, "Move any order along", admin::transition)
        .about("By the same table of moves as its store; audited.")
        .refuses(&MOVES)
        .post("/v1/admin/orders/{order_id}/cancel", Access::Admin, "Cancel any order", admin::cancel)
        .about("Until it is shipped. Before it is paid, the whole checkout ends; what was paid is owed back. Audited.")
        .refuses(&MOVES)
        .get("/v1/admin/refunds", Access::Admin, "Money that is to go back, or went", admin::refunds)
        .about("One for each order that was given up after it was paid in advance, the oldest first.")
        .post(
            "/v1/admin/refunds/{refund_id}/complete",
            Access::Admin,
            "Book that a shopper got their money back",
            admin::complete,
        )
        .about(
            "After the transfer was made: `reference` is what the bank calls it. The same transfer again is the same \
             answer; another one for a completed refund is refused. Audited, and told to the shopper.",
        )
        .refuses(&[&REFUND_COMPLETED, &kinds::CONFLICT])
}

/// All routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
