use std::collections::BTreeSet;

use e2e::access::rows;

/// Names of parameters do not tell addresses apart.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_has_a_row_that_says_who_is_refused() {
    let known: BTreeSet<_> = rows().iter().map(|row| (row.method.to_owned(), shape(row.path))).collect();
    let routes: BTreeSet<_> = api::routes().iter().map(|r| (r.method.to_string(), shape(r.path))).collect();
    let missing: Vec<_> = routes.difference(&known).collect();
    assert!(missing.is_empty(), "add them to infra/e2e/src/access.rs: {missing:?}");
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "no routes any more: {gone:?}");
}
