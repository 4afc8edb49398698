//! What the reference promises of every route.

use std::collections::{BTreeMap, BTreeSet};

use lambda::http::Kind;
use lambda::http::reference::Schemas;
use serde_json::Value;

use crate::{Examples, Gateway, document, routes};

/// What `faults` finds in the operations, by name such as `get /v1/stores`.
fn in_every_operation(mut faults: impl FnMut(&Value) -> Vec<String>) -> Vec<String> {
    let reference = document(&routes(), &Examples::read().unwrap());
    let mut found = Vec::new();
    for (path, methods) in reference["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            found.extend(faults(operation).into_iter().map(|fault| format!("{method} {path}: {fault}")));
        }
    }
    found
}

fn said(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[test]
fn every_operation_says_what_it_does_and_who_may_call_it() {
    let mut ids = BTreeSet::new();
    let found = in_every_operation(|operation| {
        let mut faults = Vec::new();
        if !said(&operation["summary"]) || !said(&operation["description"]) {
            faults.push("says nothing".to_owned());
        }
        if !ids.insert(operation["operationId"].to_string()) {
            faults.push("has the id of another".to_owned());
        }
        faults
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn every_parameter_is_named_once_and_described() {
    let found = in_every_operation(|operation| {
        let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = &parameter["name"];
            if !said(&parameter["description"]) {
                faults.push(format!("{name} is not described"));
            }
            if !seen.insert(name.to_string()) {
                faults.push(format!("{name} stands twice"));
            }
        }
        faults
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn every_operation_has_a_success_and_names_its_problems() {
    let found = in_every_operation(|operation| {
        let answers = operation["responses"].as_object().unwrap();
        let mut faults = Vec::new();
        if !answers.keys().any(|status| status.starts_with('2')) {
            faults.push("never succeeds".to_owned());
        }
        for (status, answer) in answers.iter().filter(|(status, _)| status.as_str() >= "400") {
            let problems = answer["content"]["application/problem+json"]["examples"].as_object();
            if problems.is_none_or(serde_json::Map::is_empty) {
                faults.push(format!("{status} names no problem"));
            }
        }
        faults
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn no_two_types_share_a_name() {
    let reference = document(&routes(), &Examples::read().unwrap());
    let names = reference["components"]["schemas"].as_object().unwrap().keys();
    let numbered: Vec<_> = names.filter(|name| name.ends_with(|c: char| c.is_ascii_digit())).collect();
    assert_eq!(numbered, [""; 0]);
}

#[test]
fn a_problems_code_means_one_thing_wherever_it_is_answered() {
    let (mut known, mut faults) = (BTreeMap::<&str, &Kind>::new(), Vec::new());
    for route in routes().iter().filter(|route| Gateway::of(route) == Gateway::Public) {
        for kind in route.operation(&mut Schemas::default()).problems {
            let held = *known.entry(kind.code).or_insert(kind);
            if held != kind {
                faults.push(format!("{} {}: {held:?} is also {kind:?}", route.method, route.path));
            }
        }
    }
    assert_eq!(faults, [""; 0]);
}
