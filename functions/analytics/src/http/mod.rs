//! Routes; nothing else of the service knows HTTP.

mod days;
mod events;

use contracts::Permission;
use lambda::http::{Access, Route, Routes, kinds};

use crate::ctx::Ctx;

/// The routes of `analytics-api`.
pub fn api() -> Routes<Ctx> {
    let staff = Access::Staff(Permission::AnalyticsRead);
    Routes::new("analytics-api")
        .get("/v1/analytics/stores/{store_id}", staff, "A store's sales by day", days::store)
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/days", Access::Admin, "The platform's numbers by day", days::platform)
        .refuses(&[&kinds::INVALID])
        .get("/v1/admin/analytics/events", Access::Admin, "The raw events of an hour", events::list)
        .refuses(&[&kinds::INVALID])
}

/// The routes of the service.
pub fn routes() -> Vec<Route> {
    api().list().to_vec()
}
