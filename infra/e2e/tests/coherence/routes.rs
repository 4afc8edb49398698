use std::collections::{BTreeMap, BTreeSet};

use api::Gateway;

use super::{root, stack, unstaged};

#[test]
fn the_api_definitions_are_what_the_code_generates() {
    let routes = api::routes();
    for gateway in Gateway::ALL {
        let kept = std::fs::read_to_string(gateway.file()).unwrap();
        let made = api::yaml(&api::definition(gateway, &routes)).unwrap();
        assert!(kept == made, "{} is behind the code: run `cargo run -p api`", gateway.file().display());
    }
}

#[test]
fn the_reference_is_what_the_code_generates() {
    let kept = std::fs::read_to_string(api::reference_file()).unwrap();
    let examples = api::Examples::read().unwrap();
    let made = api::document(&api::routes(), &examples).unwrap();
    let made = serde_json::to_string_pretty(&made).unwrap() + "\n";
    assert!(kept == made, "{} is behind the code: run `cargo run -p api`", api::reference_file().display());
}

#[test]
fn every_route_leads_to_a_function_of_the_template() {
    let stack = stack();
    let functions: BTreeSet<_> = stack.functions.iter().map(|f| unstaged(&f.name)).collect();
    for route in api::routes() {
        assert!(functions.contains(route.function), "{} {} leads to {}", route.method, route.path, route.function);
    }
}

#[test]
fn no_two_routes_share_an_address() {
    let mut seen = BTreeMap::new();
    for route in api::routes() {
        // Names of parameters do not tell addresses apart.
        let shape: Vec<_> = route.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        let address = (route.method.to_string(), shape.join("/"));
        if let Some(other) = seen.insert(address, route.clone()) {
            panic!("{} {} is answered by {} and {}", route.method, route.path, other.function, route.function);
        }
    }
}

#[test]
fn internal_routes_are_on_the_internal_api_alone() {
    for route in api::routes() {
        let internal = Gateway::of(&route) == Gateway::Internal;
        assert_eq!(internal, route.path.starts_with("/internal/"), "{}", route.path);
        // The reference is of every version.
        let unversioned = route.function == "reference-docs";
        assert_eq!(!internal && !unversioned, route.path.starts_with("/v1/"), "{}", route.path);
    }
}

#[test]
fn the_routes_stay_within_the_gateways_limits() {
    assert!(api::routes().len() <= 250, "an HTTP API takes 300 routes; {} leave no room", api::routes().len());
}

#[test]
fn every_function_that_answers_http_stays_under_the_gateways_patience() {
    let answering: BTreeSet<_> = api::routes().into_iter().map(|r| r.function).collect();
    for function in stack().functions {
        if answering.contains(unstaged(&function.name)) {
            assert!(function.timeout.as_secs() <= 10, "{}", function.name);
        }
    }
    assert!(root().join("infra/api/public.yaml").exists());
}
