use std::collections::BTreeSet;

use contracts::Event;
use lambda::http::Access;
use local::event_source_mapping::Filter;
use local::template::model::Source;
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
        let found = routes.iter().any(|r| r.function == function && r.method == method && is_of(r.path, path));
        assert!(found, "{name}: {method} {path} is no route of {function}");
    }
}

/// The sample requests of a function have every way in which its routes let somebody in.
#[test]
fn every_way_into_a_function_has_a_sample_request() {
    let (routes, samples) = (api::routes(), samples());
    let mut missing = BTreeSet::new();
    for route in &routes {
        let of = |name: &str| name.split('.').next() == Some(route.function);
        let heard = samples.iter().filter(|(name, _)| of(name)).any(|(_, event)| {
            let (method, path) = (&event["requestContext"]["http"]["method"], event["rawPath"].as_str().unwrap_or("-"));
            let fits = |other: &&lambda::http::Route| {
                other.function == route.function && *method == other.method.as_str() && is_of(other.path, path)
            };
            // Literal parts go before parameters.
            let met = routes.iter().filter(fits).min_by_key(|other| other.path.matches('{').count());
            met.is_some_and(|met| way(met.access) == way(route.access))
        });
        if !heard {
            missing.insert(format!("{}: {}", route.function, way(route.access)));
        }
    }
    assert_eq!(missing, BTreeSet::new(), "events/ has no such request");
}

/// How a route lets somebody in.
fn way(access: Access) -> &'static str {
    match access {
        Access::Public => "everybody",
        Access::Guest => "with or without a token",
        Access::Shopper | Access::Vendor | Access::Staff(_) | Access::StaffOf(_) | Access::Admin => "with a token",
        Access::Internal => "by IAM",
        Access::Provider => "a provider",
    }
}

fn is_of(pattern: &str, path: &str) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    a.len() == b.len() && a.iter().zip(&b).all(|(p, v)| p.starts_with('{') || p == v)
}

#[test]
fn every_source_of_a_function_has_a_sample() {
    let (stack, samples) = (stack(), samples());
    let has = |function: &str, kind: &dyn Fn(&Value) -> bool| {
        let of = |name: &str| name.split('.').next() == Some(unstaged(function));
        samples.iter().any(|(name, event)| of(name) && kind(event))
    };
    let mut missing = Vec::new();
    for mapping in &stack.mappings {
        let source = if matches!(mapping.source, Source::Queue(_)) { "aws:sqs" } else { "aws:dynamodb" };
        if !has(&mapping.function, &|event| event["Records"][0]["eventSource"] == source) {
            missing.push(format!("{}: {source}", mapping.function));
        }
    }
    for schedule in &stack.schedules {
        if !has(&schedule.function, &|event| event["detail-type"] == "Scheduled Event") {
            missing.push(format!("{}: a schedule", schedule.function));
        }
    }
    assert_eq!(missing, [""; 0], "events/ has no such event");
}

#[test]
fn every_fact_that_a_service_hears_is_in_a_sample_of_its_worker() {
    let read = |text: &str| serde_json::from_str::<Event>(text).ok().map(|event| event.fact.name());
    let mut missing = Vec::new();
    // There is one file there for each fact and version.
    for file in std::fs::read_dir(root().join("shared/contracts/golden")).unwrap() {
        let event = Event::read(&std::fs::read_to_string(file.unwrap().path()).unwrap()).unwrap();
        for service in event.fact.subscribers() {
            let worker = format!("{}-worker", service.name());
            let heard = samples().into_iter().filter(|(name, _)| name.split('.').next() == Some(&*worker));
            let heard = heard.flat_map(|(_, event)| event["Records"].as_array().cloned().unwrap_or_default());
            let heard = heard.filter_map(|record| read(record["body"].as_str()?)).any(|name| name == event.fact.name());
            if !heard {
                missing.push(format!("{worker}: {}", event.fact.name()));
            }
        }
    }
    assert_eq!(missing, [""; 0], "events/ has no such event");
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
