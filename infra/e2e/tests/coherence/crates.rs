use std::collections::BTreeSet;
use std::process::Command;

use contracts::Service;
use serde_json::Value;

use super::{root, stack};

fn packages() -> Vec<Value> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn is_service(package: &Value) -> bool {
    Service::ALL.iter().any(|s| package["name"] == s.name())
}

/// The services, and the reference of all of them.
fn has_functions(package: &Value) -> bool {
    is_service(package) || package["name"] == "reference"
}

fn dependencies(package: &Value) -> BTreeSet<String> {
    package["dependencies"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_service_depends_on_another() {
    let services: BTreeSet<_> = Service::ALL.iter().map(|s| s.name().to_owned()).collect();
    let packages = packages();
    assert_eq!(packages.iter().filter(|p| is_service(p)).count(), 7);
    for package in packages.iter().filter(|p| is_service(p)) {
        let others: Vec<_> = dependencies(package).intersection(&services).cloned().collect();
        assert!(others.is_empty(), "{} depends on {others:?}", package["name"]);
    }
}

#[test]
fn dependencies_run_one_way() {
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let forbidden: &[&str] = match name {
            "domain" => &["contracts", "dynamodb", "lambda", "tokio", "aws-sdk-dynamodb"],
            "contracts" => &["dynamodb", "lambda", "tokio"],
            "dynamodb" => &["lambda"],
            // The laptop cloud runs any template: it must not know the services.
            "local" => &[
                "domain",
                "contracts",
                "dynamodb",
                "lambda",
                "auth",
                "user",
                "store",
                "tech-product",
                "cart",
                "order",
                "analytics",
            ],
            _ => &[],
        };
        let wrong: Vec<_> = dependencies(&package).into_iter().filter(|d| forbidden.contains(&d.as_str())).collect();
        assert!(wrong.is_empty(), "{name} depends on {wrong:?}");
    }
}

#[test]
fn every_binary_of_a_service_is_a_function_and_the_other_way_round() {
    let mut bins = BTreeSet::new();
    for package in packages().iter().filter(|p| has_functions(p)) {
        for target in package["targets"].as_array().unwrap() {
            if target["kind"][0] == "bin" {
                let name = target["name"].as_str().unwrap().to_owned();
                let service = package["name"].as_str().unwrap();
                assert!(name.starts_with(&format!("{service}-")), "{name} is not named after {service}");
                assert_eq!(target["test"], false, "{name}: a bin has no tests, or cargo links it twice");
                bins.insert(name);
            }
        }
    }
    let functions: BTreeSet<_> = stack().functions.into_iter().map(|f| f.binary).collect();
    assert_eq!(bins, functions);
    assert!(functions.len() <= 30, "each function costs a link");
}

#[test]
fn a_function_is_named_after_its_binary() {
    for function in stack().functions {
        assert_eq!(function.name, format!("um-dev-{}", function.binary));
    }
}
