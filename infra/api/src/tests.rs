//! What the reference promises of every route.

use std::collections::{BTreeMap, BTreeSet};

use lambda::http::Kind;
use lambda::http::reference::Schemas;
use serde_json::Value;

use crate::{Examples, Gateway, document, routes};

/// What `faults` finds in the operations, by name such as `get /v1/stores`.
fn in_every_operation(mut faults: impl FnMut(&Value) -> Vec<String>) -> Vec<String> {
    let reference = document(&routes(), &Examples::read().unwrap()).unwrap();
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
        if !answers.keys().any(|status| status.starts_with(['2', '3'])) {
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

/// Operations whose examples no journey records, and why.
const WITHOUT_EXAMPLES: [(&str, &str); 1] = [("GET /openapi.json", "it is this document")];

#[test]
fn every_operation_shows_what_was_sent_and_answered() {
    let reference = document(&routes(), &Examples::read().unwrap()).unwrap();
    let mut without = Vec::new();
    for (path, methods) in reference["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let answers = operation["responses"].as_object().unwrap().iter();
            let answers: Vec<_> = answers.filter(|(status, _)| status.starts_with('2')).collect();
            let json = |described: &Value| described["content"]["application/json"].clone();
            let request = json(&operation["requestBody"]);
            let shown = |answer: &Value| json(answer).is_null() || json(answer).get("example").is_some();
            // One success is enough: a route may answer either 200 or 201; one that only leads elsewhere answers nothing.
            let answered = answers.is_empty() || answers.iter().any(|(_, answer)| shown(answer));
            if !answered || (!request.is_null() && request["example"].is_null()) {
                without.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let reasons: Vec<_> = WITHOUT_EXAMPLES.into_iter().map(|(route, _)| route).collect();
    assert_eq!(
        without, reasons,
        "let a journey call it, and add what it recorded: RECORD_CALLS=<file> cargo test -p e2e --test journeys <journey>, \
         cargo run -p api -- <file>"
    );
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
