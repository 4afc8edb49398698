//! What is said in two places says the same: code, template, API definitions, sample events.

#![expect(clippy::unwrap_used, reason = "what a test cannot read fails it")]

mod access;
mod crates;
mod events;
mod policies;
mod readmes;
mod routes;
mod tables;

use std::collections::BTreeMap;
use std::path::PathBuf;

use local::template::model::Stack;
use local::template::{PhysicalIds, Template};

/// The root of the workspace.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The template, resolved for stage `dev`.
fn stack() -> Stack {
    // The one parameter that everybody has to give.
    let parameters = BTreeMap::from([("MailFrom".to_owned(), "no-reply@ultramarket.example".to_owned())]);
    let template = Template::load(&root().join("template.yaml"), &parameters).expect("template.yaml loads");
    let ids = PhysicalIds {
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        stack_name: "coherence".to_owned(),
        queue_url_base: "http://127.0.0.1".to_owned(),
        created: BTreeMap::new(),
    };
    template.resolve(&ids).expect("template.yaml resolves")
}

/// A function's name without stage: `um-dev-store-api` is `store-api`.
fn unstaged(name: &str) -> &str {
    name.strip_prefix("um-dev-").unwrap_or(name)
}
