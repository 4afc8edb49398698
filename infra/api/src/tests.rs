//! What the reference promises of every route.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Examples, document, routes};

/// Calls `look` with every operation and its name, such as `get /v1/stores`.
fn for_every_operation(mut look: impl FnMut(&str, &Value)) {
    let reference = document(&routes(), &Examples::read().unwrap());
    for (path, methods) in reference["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            look(&format!("{method} {path}"), operation);
        }
    }
}

fn said(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[test]
fn every_operation_says_what_it_does_and_who_may_call_it() {
    let mut ids = BTreeSet::new();
    for_every_operation(|name, operation| {
        assert!(said(&operation["summary"]) && said(&operation["description"]), "{name}");
        assert!(ids.insert(operation["operationId"].to_string()), "{name} has the id of another");
    });
}

#[test]
fn every_parameter_is_named_once_and_described() {
    for_every_operation(|name, operation| {
        let mut seen = BTreeSet::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(said(&parameter["description"]), "{} of {name}", parameter["name"]);
            assert!(seen.insert(parameter["name"].to_string()), "{} of {name} stands twice", parameter["name"]);
        }
    });
}

#[test]
fn every_operation_has_a_success_and_problems() {
    for_every_operation(|name, operation| {
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with(['2', '3'])), "{name} never succeeds");
        for (status, answer) in answers {
            let problems = &answer["content"]["application/problem+json"]["examples"];
            let fine = status.as_str() < "400" || problems.as_object().is_some_and(|kinds| !kinds.is_empty());
            assert!(fine, "{status} of {name} names no problem");
        }
    });
}

#[test]
fn no_two_types_share_a_name() {
    let reference = document(&routes(), &Examples::read().unwrap());
    for name in reference["components"]["schemas"].as_object().unwrap().keys() {
        assert!(!name.ends_with(|c: char| c.is_ascii_digit()), "{name}: another type has the name");
    }
}
