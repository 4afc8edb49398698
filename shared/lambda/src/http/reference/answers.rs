use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Operation, Schemas};
use crate::http::{PageAnswer, Problem};

/// Something a handler answers, and how the reference shows it.
pub trait Answers {
    /// Adds it to the operation.
    fn describe(operation: &mut Operation, schemas: &mut Schemas);
}

/// 201 with what was made.
#[derive(Debug, Clone)]
pub struct Created<T>(pub T);

/// 202: it is being worked on.
#[derive(Debug, Clone)]
pub struct Accepted<T>(pub T);

/// 204.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(self.0)).into_response()
    }
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: JsonSchema> Answers for Json<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let schema = schemas.of::<T>();
        operation.answer_json("200", &schema);
    }
}

impl<T: JsonSchema> Answers for Created<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let schema = schemas.of::<T>();
        operation.answer_json("201", &schema);
    }
}

impl<T: JsonSchema> Answers for Accepted<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let schema = schemas.of::<T>();
        operation.answer_json("202", &schema);
    }
}

impl Answers for NoContent {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        operation.answer("204", &json!({}));
    }
}

/// Some headers more, of which the reference says nothing.
impl<T: Answers, H> Answers for ([(http::HeaderName, H); 1], T) {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        T::describe(operation, schemas);
    }
}

/// Either the answer or a problem, which every route answers in one form.
impl<T: Answers> Answers for Result<T, Problem> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        T::describe(operation, schemas);
    }
}

impl<T: JsonSchema> JsonSchema for PageAnswer<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Page_of_{}", T::schema_name()).into()
    }

    /// By the item's own id: two items with one name are two pages.
    fn schema_id() -> std::borrow::Cow<'static, str> {
        format!("{}::PageAnswer<{}>", module_path!(), T::schema_id()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let item = generator.subschema_for::<T>();
        schemars::json_schema!({
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": {"type": "array", "items": item},
                "next_cursor": {
                    "type": "string",
                    "description": "What to pass as `cursor` for the next page; absent at the end.",
                },
            },
        })
    }
}
