use axum::extract::{Path, Query, State};
use http::HeaderMap;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::{Operation, Schemas};
use crate::http::{Body, Caller, ClientInfo, IdempotencyKey, PageQuery, Problem, StaffGuard, User, kinds};

/// Something a handler takes from the request, and how the reference shows it.
pub trait Takes {
    /// Adds it to the operation.
    fn describe(operation: &mut Operation, schemas: &mut Schemas);
}

impl<S> Takes for State<S> {
    fn describe(_: &mut Operation, _: &mut Schemas) {}
}

/// The parameters of a path stand in the path; what does not read as theirs is refused.
impl<T> Takes for Path<T> {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        operation.refuses([&kinds::PARAMETER]);
    }
}

macro_rules! nothing_to_say {
    ($($name:ty: $why:literal;)+) => {$(
        #[doc = $why]
        impl Takes for $name {
            fn describe(_: &mut Operation, _: &mut Schemas) {}
        }
    )+};
}

nothing_to_say! {
    User: "The access says who calls.";
    Caller: "The access says who calls.";
    StaffGuard: "The access says who calls.";
    ClientInfo: "Every route takes `Accept-Language`.";
    HeaderMap: "A handler that depends on single headers takes them by an extractor that describes them.";
}

impl<T: JsonSchema> Takes for Body<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let schema = schemas.of::<T>();
        operation.body = Some(json!({"required": true, "content": {"application/json": {"schema": schema}}}));
        operation.refuses([&kinds::MALFORMED, &kinds::MEDIA_TYPE, &kinds::INVALID]);
    }
}

/// Each property is a parameter.
impl<T: JsonSchema> Takes for Query<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let whole = schemas.whole::<T>();
        let required = whole["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in whole["properties"].as_object().into_iter().flatten() {
            let mut schema = without_null(schema.as_object().cloned().unwrap_or_default());
            let described = schema.remove("description");
            let description = described.as_ref().and_then(Value::as_str).unwrap_or_default();
            operation.parameter("query", name, required.contains(&json!(name)), &schema.into(), description);
        }
        operation.refuses([&kinds::PARAMETER]);
    }
}

/// What may be left out of a query is never `null` in it.
fn without_null(mut schema: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(types)) = schema.get("type") {
        let one = types.iter().find(|one| *one != "null").cloned();
        schema.insert("type".to_owned(), one.unwrap_or_default());
    }
    if let Some(Value::Array(either)) = schema.remove("anyOf") {
        let one = either.into_iter().find(|one| one["type"] != "null");
        schema.extend(one.and_then(|one| one.as_object().cloned()).unwrap_or_default());
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    schema
}

impl<T: Takes> Takes for Result<T, Problem> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        T::describe(operation, schemas);
    }
}

impl Takes for PageQuery {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let limit = json!({"type": "integer", "minimum": 1, "maximum": domain::PageLimit::MAX, "default": 20});
        operation.parameter("query", "limit", false, &limit, "How many items.");
        operation.parameter("query", "cursor", false, &json!({"type": "string"}), "`next_cursor` of the page before.");
        operation.refuses([&kinds::PARAMETER, &kinds::CURSOR]);
    }
}

impl Takes for IdempotencyKey {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        key(operation, true);
    }
}

impl Takes for Option<IdempotencyKey> {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        key(operation, false);
    }
}

fn key(operation: &mut Operation, required: bool) {
    let schema = json!({"type": "string", "minLength": 8, "maxLength": 100});
    let description = "Chosen by the caller: the same request with the same key is carried out once.";
    operation.parameter("header", "idempotency-key", required, &schema, description);
    operation.refuses([&kinds::IDEMPOTENCY_KEY, &kinds::IDEMPOTENCY_MISMATCH]);
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "described, never read")]
    struct Asked {
        /// How many.
        at_least: Option<u8>,
        language: Option<domain::Locale>,
        name: String,
    }

    #[test]
    fn a_parameter_that_may_be_left_out_is_never_null() {
        let mut operation = Operation::default();
        Query::<Asked>::describe(&mut operation, &mut Schemas::default());
        let of = |name: &str| operation.parameters.iter().find(|parameter| parameter["name"] == name).unwrap();
        assert_eq!(of("at_least")["schema"]["type"], "integer");
        assert_eq!(of("at_least")["description"], "How many.");
        assert_eq!(of("language")["schema"], json!({"$ref": "#/components/schemas/Locale"}));
        assert_eq!((&of("language")["required"], &of("name")["required"]), (&json!(false), &json!(true)));
    }
}
