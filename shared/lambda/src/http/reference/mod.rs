//! What a route takes and answers, read off its handler's signature: what the API reference is made of.
//!
//! A handler whose extractor or answer does not describe itself does not compile, so that the reference cannot forget one.

mod answers;
mod handler;
mod takes;

use std::collections::BTreeMap;

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

pub use answers::{Accepted, Answers, Created, NoContent};
pub use handler::Documented;
pub use takes::Takes;

use super::Kind;

/// What one route takes and answers, as it is put together. JSON members are those of an OpenAPI 3.1 operation.
#[derive(Debug, Default)]
pub struct Operation {
    /// Query, header and path parameters.
    pub parameters: Vec<Value>,
    /// The request's body.
    pub body: Option<Value>,
    /// Answers by status, such as `200` or `2XX`.
    pub answers: BTreeMap<String, Value>,
    /// A header that says who calls, in place of a token.
    pub credential: Option<&'static str>,
    /// Problems that follow from what the route takes.
    pub problems: Vec<&'static Kind>,
}

/// Describes types; the schemas they share are collected in it.
pub struct Schemas(SchemaGenerator);

impl Default for Schemas {
    /// Schemas stand under `#/components/schemas`, as in OpenAPI.
    fn default() -> Self {
        let settings = schemars::generate::SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = "/components/schemas".into());
        Self(settings.into_generator())
    }
}

impl Schemas {
    /// The schema of `T`, or a reference to it.
    pub fn of<T: JsonSchema + ?Sized>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    /// The whole schema of `T`, not a reference.
    pub fn whole<T: JsonSchema + ?Sized>(&mut self) -> Value {
        T::json_schema(&mut self.0).to_value()
    }

    /// Every schema that was referred to, by name.
    ///
    /// # Errors
    /// When two types have one name: whoever reads the reference could not tell them apart.
    pub fn into_shared(mut self) -> Result<Map<String, Value>, NameTaken> {
        let shared = self.0.take_definitions(true);
        // The generator tells such types apart by a number at the end.
        let is_second = |name: &&String| {
            let first = name.trim_end_matches(|c: char| c.is_ascii_digit());
            first.len() < name.len() && shared.contains_key(first)
        };
        match shared.keys().find(is_second) {
            Some(second) => Err(NameTaken(second.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned())),
            None => Ok(shared),
        }
    }
}

/// Two different types are called the same.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("two types are called {0} in the reference: rename one with #[schemars(rename = \"…\")]")]
pub struct NameTaken(pub String);

/// How a handler describes itself.
pub type Describe = fn(&mut Operation, &mut Schemas);

impl Operation {
    /// A parameter in the query or a header.
    pub fn parameter(&mut self, place: &str, name: &str, required: bool, schema: &Value, description: &str) {
        let mut parameter = json!({"name": name, "in": place, "required": required, "schema": schema});
        if !description.is_empty() {
            parameter["description"] = description.into();
        }
        self.parameters.push(parameter);
    }

    /// An answer with a JSON body.
    pub fn answer_json(&mut self, status: &str, schema: &Value) {
        self.answer(status, &json!({"application/json": {"schema": schema}}));
    }

    /// An answer with these contents, by media type.
    pub fn answer(&mut self, status: &str, content: &Value) {
        let mut answer = json!({"description": reason(status)});
        if content.as_object().is_some_and(|content| !content.is_empty()) {
            answer["content"] = content.clone();
        }
        self.answers.insert(status.to_owned(), answer);
    }

    /// Problems that the route may answer.
    pub fn refuses(&mut self, kinds: impl IntoIterator<Item = &'static Kind>) {
        for kind in kinds {
            if !self.problems.contains(&kind) {
                self.problems.push(kind);
            }
        }
    }
}

fn reason(status: &str) -> &str {
    let known = status.parse().ok().and_then(|code: u16| http::StatusCode::from_u16(code).ok());
    known.and_then(|code| code.canonical_reason()).unwrap_or("Done")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::PageAnswer;

    mod auth {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "described, never read")]
        pub(super) struct Session {
            pub(super) device: String,
        }
    }

    mod analytics {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "described, never read")]
        pub(super) struct Session {
            pub(super) pages: u32,
        }
    }

    #[test]
    fn two_types_with_one_name_are_refused() {
        let mut schemas = Schemas::default();
        schemas.of::<auth::Session>();
        schemas.of::<analytics::Session>();
        assert_eq!(schemas.into_shared(), Err(NameTaken("Session".to_owned())));
    }

    #[test]
    fn pages_of_two_types_with_one_name_are_not_taken_for_one_page() {
        let mut schemas = Schemas::default();
        let auths = schemas.of::<PageAnswer<auth::Session>>();
        let analyticss = schemas.of::<PageAnswer<analytics::Session>>();
        assert_ne!(auths, analyticss);
        assert_eq!(schemas.into_shared(), Err(NameTaken("Page_of_Session".to_owned())));
    }

    #[test]
    fn one_type_is_one_schema_however_often_it_is_met() {
        let mut schemas = Schemas::default();
        let (once, again) = (schemas.of::<auth::Session>(), schemas.of::<auth::Session>());
        assert_eq!(once, again);
        schemas.of::<PageAnswer<auth::Session>>();
        let shared = schemas.into_shared().unwrap();
        assert_eq!(shared.keys().collect::<Vec<_>>(), ["Page_of_Session", "Session"]);
    }
}
