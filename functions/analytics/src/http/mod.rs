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
        .refuses(&[&kinds::INVALID])
        .get("/v1/analytics/stores/{store_id}/funnel", staff, "How far a store's visitors came", funnels::store)
        .refuses(&[&kinds::INVALID])
        .get(
            "/v1/analytics/products/{product_id}",
            Access::StaffOf(Permission::AnalyticsRead),
            "A product's numbers by day",
            products::days_of,
        )
        .refuses(&[&kinds::INVALID])
        .post("/v1/analytics/events", Access::Public, "Report what a visitor looked at", reports::take)
        .get("/v1/admin/analytics/funnel", Access::Admin, "How far the platform's visitors came", funnels::platform)
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/days", Access::Admin, "The platform's numbers by day", days::platform)
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/events", Access::Admin, "The events of an hour that services told", raw::events)
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/reports", Access::Admin, "What front ends reported in an hour", raw::reports)
        .refuses(&[&kinds::INVALID])
        .get(
            "/v1/admin/analytics/visitors/{visitor_id}/sessions",
            Access::Admin,
            "The sessions of a visitor",
            raw::sessions,
        )
        .refuses(&[&kinds::NOT_FOUND])
        .get("/v1/analytics/search", Access::Admin, "What was searched for on a day", searches::day)
}

/// The routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
