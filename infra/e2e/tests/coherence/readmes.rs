//! The README of a service names what the service has: whoever adds a route, a setting or an event finds its place.

use std::collections::BTreeSet;

use contracts::Event;

use super::{root, stack, unstaged};

/// Services whose functions begin with their name.
const SERVICES: [&str; 8] = ["auth", "user", "store", "tech-product", "cart", "order", "analytics", "reference"];

/// Set for every function by the platform's part of the template.
const OF_EVERY_FUNCTION: [&str; 2] = ["LOG_LEVEL", "STAGE"];

fn readme(service: &str) -> String {
    std::fs::read_to_string(root().join("functions").join(service).join("README.md")).unwrap()
}

fn service_of(function: &str) -> &'static str {
    let found = SERVICES.into_iter().find(|service| function.starts_with(&format!("{service}-")));
    found.unwrap_or_else(|| panic!("{function} belongs to no service"))
}

/// What is missing, all of it at once.
fn all_stand(missing: &BTreeSet<String>) {
    assert!(missing.is_empty(), "missing in the READMEs of functions/:\n{missing:#?}");
}

#[test]
fn a_services_readme_names_each_of_its_routes() {
    let mut missing = BTreeSet::new();
    for route in api::routes() {
        let (service, path) = (service_of(route.function), route.path);
        // Not as the beginning of another one; a query may follow.
        let named = ['`', '?'].iter().any(|end| readme(service).contains(&format!("{path}{end}")));
        if !named {
            missing.insert(format!("{service}: {} {path}", route.method));
        }
    }
    all_stand(&missing);
}

#[test]
fn a_services_readme_names_each_of_its_functions_and_settings() {
    let mut missing = BTreeSet::new();
    for function in stack().functions {
        let name = unstaged(&function.name);
        let (service, text) = (service_of(name), readme(service_of(name)));
        let settings = function.environment.keys().map(String::as_str).filter(|s| !OF_EVERY_FUNCTION.contains(s));
        let wanted = settings.chain([name]);
        missing.extend(wanted.filter(|word| !text.contains(*word)).map(|word| format!("{service}: {word}")));
    }
    all_stand(&missing);
}

#[test]
fn a_services_readme_names_each_event_that_it_takes() {
    let mut missing = BTreeSet::new();
    for file in std::fs::read_dir(root().join("shared/contracts/golden")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let fact = Event::read(&text).unwrap().fact;
        let takes = fact.subscribers().iter().map(|service| service.name());
        missing.extend(
            takes.filter(|service| !readme(service).contains(fact.name())).map(|s| format!("{s}: {}", fact.name())),
        );
    }
    all_stand(&missing);
}
