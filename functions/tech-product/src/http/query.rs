use axum::extract::FromRequestParts;
use http::request::Parts;
use lambda::http::reference::{Operation, Schemas, Takes};
use lambda::http::{Problem, kinds};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// The query string as `T`; what does not read is told in the form of every other problem.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let wrong =
            |e: axum::extract::rejection::QueryRejection| Problem::of(&kinds::PARAMETER).with("detail", e.body_text());
        read.map(|axum::extract::Query(query)| Self(query)).map_err(wrong)
    }
}

impl<T: JsonSchema> Takes for Query<T> {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        axum::extract::Query::<T>::describe(operation, schemas);
    }
}
