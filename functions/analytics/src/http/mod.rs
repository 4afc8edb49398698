//! Routes; nothing else of the service knows HTTP.

mod days;
mod funnels;
mod products;
mod raw;
mod reports;
mod searches;

use contracts::Permission;
use lambda::http::{Access, Route, Routes, kinds};

use crate::ctx::Ctx;

/// The routes of `analytics-api`.
pub fn api() -> Routes<Ctx> {
    let staff = Access::Staff(Permission::AnalyticsRead);
    Routes::new("analytics-api")
        .get("/v1/analytics/stores/{store_id}", staff, "A store's sales by day", days::store)
        .about(
            "Business days in Tashkent, `from` to `to` inclusive. A purchase counts on the day it is paid, in \
             cash on the day it is placed; a cancellation on its own day. Revenue is in tiyin.",
        )
        .refuses(&[&kinds::INVALID])
        .get("/v1/analytics/stores/{store_id}/funnel", staff, "How far a store's visitors came", funnels::store)
        .about(
            "Visitors, product views, carts, checkouts, purchases. A visitor counts once a day; conversion is in \
             hundredths of a percent.",
        )
        .refuses(&[&kinds::INVALID])
        .get(
            "/v1/analytics/products/{product_id}",
            Access::StaffOf(Permission::AnalyticsRead),
            "A product's numbers by day",
            products::days_of,
        )
        .about("Views, what was put into carts, and sales, by business days in Tashkent.")
        .refuses(&[&kinds::INVALID])
        .post("/v1/analytics/events", Access::Public, "Report what a visitor looked at", reports::take)
        .about(
            "Up to 1,000 reports of one visitor, 256 KiB; each is judged alone, and `refused` says which were not \
             counted and why. Draw an id for each report and the same call can be repeated: each counts once. \
             Nothing with money or state in it is taken from a client.",
        )
        .get("/v1/admin/analytics/funnel", Access::Admin, "How far the platform's visitors came", funnels::platform)
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/days", Access::Admin, "The platform's numbers by day", days::platform)
        .about(
            "Registrations, sign-ins, stores, visitors, sessions, pages, searches, checkouts, sales. Revenue is \
             in tiyin.",
        )
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/events", Access::Admin, "The events of an hour that services told", raw::events)
        .about("Such as services told them. Kept for 730 days.")
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/reports", Access::Admin, "What front ends reported in an hour", raw::reports)
        .about("Kept for 730 days.")
        .refuses(&[&kinds::INVALID])
        .get(
            "/v1/admin/analytics/visitors/{visitor_id}/sessions",
            Access::Admin,
            "The sessions of a visitor",
            raw::sessions,
        )
        .about("In order of their ids.")
        .refuses(&[&kinds::NOT_FOUND])
        .get("/v1/analytics/search", Access::Admin, "What was searched for on a day", searches::day)
        .about("The 100 most frequent terms of a business day.")
}

/// The routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
