use std::collections::BTreeSet;

use local::event_source_mapping::Filter;
use serde_json::{Value, json};

use super::{root, stack, unstaged};

fn samples() -> Vec<(String, Value)> {
    let files = std::fs::read_dir(root().join("events")).unwrap().map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|e| e == "json"))
        .map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            (name, serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
        })
        .collect()
}

#[test]
fn every_function_has_a_sample_event() {
    let sampled: BTreeSet<_> =
        samples().into_iter().map(|(name, _)| name.split('.').next().unwrap().to_owned()).collect();
    let functions: BTreeSet<_> = stack().functions.iter().map(|f| unstaged(&f.name).to_owned()).collect();
    assert_eq!(sampled, functions);
}

#[test]
fn a_sample_request_is_of_a_route_that_its_function_answers() {
    let routes = api::routes();
    for (name, event) in samples() {
        let Some(method) = event["requestContext"]["http"]["method"].as_str() else { continue };
        let (path, function) = (event["rawPath"].as_str().unwrap(), name.split('.').next().unwrap());
        let fits = |pattern: &str| {
            let (a, b): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
            a.len() == b.len() && a.iter().zip(&b).all(|(p, v)| p.starts_with('{') || p == v)
        };
        let found = routes.iter().any(|r| r.function == function && r.method == method && fits(r.path));
        assert!(found, "{name}: {method} {path} is no route of {function}");
    }
}

/// The filters of a publisher's mapping.
fn filter(function: &str) -> Option<Filter> {
    let mappings = stack().mappings;
    let mapping = mappings.into_iter().find(|m| unstaged(&m.function) == function)?;
    Some(Filter::new(&mapping.filters).expect("the filters read"))
}

#[test]
fn the_sample_of_a_stream_passes_its_functions_filter_and_a_row_that_tells_nothing_does_not() {
    let mut tried = 0;
    for (name, event) in samples().into_iter().filter(|(name, _)| name.contains("-publisher.")) {
        let filter = filter(name.split('.').next().unwrap()).expect("a publisher reads a stream");
        for record in event["Records"].as_array().unwrap() {
            assert!(filter.passes(record), "{name}");
            let mut silent = record.clone();
            let changed = silent["dynamodb"].as_object_mut().unwrap();
            for image in ["Keys", "NewImage"] {
                changed[image]["PK"] = json!({"S": "A#1"});
                changed[image].as_object_mut().unwrap().remove("carried");
            }
            assert!(!filter.passes(&silent), "{name}: {silent}");
            let mut gone = record.clone();
            gone["eventName"] = "REMOVE".into();
            gone["dynamodb"].as_object_mut().unwrap().remove("NewImage");
            assert!(!filter.passes(&gone), "{name}: {gone}");
            tried += 1;
        }
    }
    assert!(tried >= 5, "auth, cart, order, store, tech-product and user publish");
}
