//! The groups of the document: a service each, in the order in which a front end meets them.

use contracts::Service;
use lambda::http::Route;
use serde_json::{Value, json};

/// What belongs to no service.
const REFERENCE: &str = "reference";

/// The group of a route.
pub(crate) fn tag(route: &Route) -> &'static str {
    let service = Service::ALL.into_iter().find(|service| route.function.starts_with(service.name()));
    service.map_or(REFERENCE, Service::name)
}

/// All groups.
pub(crate) fn tags() -> Value {
    let group = |(name, about)| json!({"name": name, "description": about});
    [
        (Service::Auth.name(), "Registering, signing in, sessions, the audit log"),
        (Service::User.name(), "Profiles, addresses, notifications, preferences, regions"),
        (Service::TechProduct.name(), "Categories, brands, products, stock, imports"),
        (Service::Cart.name(), "Carts of guests and shoppers, quotes, what is saved for later"),
        (Service::Order.name(), "Checkouts, orders, payment, books"),
        (Service::Store.name(), "Opening and running a store, its settings and staff"),
        (Service::Analytics.name(), "What visitors did, and what stores sold"),
        (REFERENCE, "This document and its page"),
    ]
    .map(group)
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_a_group() {
        let tags = tags();
        let has = |name: &str| tags.as_array().unwrap().iter().any(|tag| tag["name"] == name);
        assert!(Service::ALL.into_iter().all(|service| has(service.name())));
        assert_eq!(tags.as_array().unwrap().len(), Service::ALL.len() + 1);
    }
}
