//! The OpenAPI definitions of the two HTTP APIs and the reference of the public one, generated from the routes in the code.
//!
//! `template.yaml` includes the files beside this crate; a test fails when they differ from what the code says.

mod answers;
mod definition;
mod document;
mod examples;
mod groups;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use lambda::http::{Access, Route};
use serde_json::Value;

pub use definition::definition;
pub use document::document;
pub use examples::Examples;

/// The two gateways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// What shoppers and front ends call: tokens.
    Public,
    /// What the services call: IAM.
    Internal,
}

impl Gateway {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Public, Self::Internal];

    /// The name of the definition's file and of the API, such as `public`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }

    /// Where the definition is kept.
    pub fn file(self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("{}.yaml", self.name()))
    }

    /// The gateway of a route.
    pub fn of(route: &Route) -> Self {
        if route.access == Access::Internal { Self::Internal } else { Self::Public }
    }
}

/// Every route of every service.
pub fn routes() -> Vec<Route> {
    [
        auth::http::routes(),
        user::http::routes(),
        store::http::routes(),
        tech_product::http::routes(),
        cart::http::routes(),
        order::http::routes(),
        analytics::http::routes(),
        reference::routes(),
    ]
    .concat()
}

/// Where the reference is kept: the function that serves it includes it.
pub fn reference_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openapi.json")
}

/// The definition as the file holds it.
///
/// # Errors
/// Never for the values that [`definition`] makes.
pub fn yaml(definition: &Value) -> Result<String, serde_yaml_ng::Error> {
    let body = serde_yaml_ng::to_string(definition)?;
    Ok(format!("# Generated from the routes in the code by `cargo run -p api`: change those, not this.\n{body}"))
}
