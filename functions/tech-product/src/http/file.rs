//! What an import is sent as: a file and how to read it.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use domain::Slug;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use lambda::http::reference::{Operation, Schemas, Takes};
use lambda::http::{Problem, kinds};
use serde_json::json;

use super::problems::{FILE_TOO_LARGE, FILE_TYPE};
use crate::domain::{Format, Mapping, SENT_MAX};

/// `?category=<slug>&map=<field>=<path>&map=…`
pub(super) struct Form {
    pub(super) category: Slug,
    pub(super) mapping: Mapping,
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = read.map_err(|error| wrong(error.body_text()))?;
        Self::parse(&pairs)
    }
}

impl Form {
    fn parse(query: &[(String, String)]) -> Result<Self, Problem> {
        let (mut category, mut pairs) = (None, Vec::new());
        for (name, value) in query {
            match name.as_str() {
                "category" => category = Some(value),
                "map" => {
                    let pair = value.split_once('=');
                    pairs.push(pair.ok_or_else(|| wrong(format!("map={value} is not field=path")))?);
                }
                _ => return Err(wrong(format!("there is no parameter {name}"))),
            }
        }
        let category = category.ok_or_else(|| wrong("category is required".into()))?;
        let category = category.parse().map_err(|_| wrong(format!("{category} is not a slug")))?;
        Ok(Self { category, mapping: Mapping::parse(pairs).map_err(|e| wrong(e.to_string()))? })
    }
}

fn wrong(detail: String) -> Problem {
    Problem::of(&kinds::PARAMETER).with("detail", detail)
}

impl Takes for Form {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        operation.parameter("query", "category", true, &schemas.of::<Slug>(), "The category of every row.");
        let pairs = json!({"type": "array", "items": {"type": "string", "pattern": "^[a-z]+=.+$"}});
        let description = "Where a field stands in a row, as `field=path`; one that is not said stands under its own name. \
            The fields are title, brand, model, sku, price, stock, gtin, mpn, year, description.";
        operation.parameter("query", "map", false, &pairs, description);
        operation.refuses([&kinds::PARAMETER]);
    }
}

/// The body as it came.
pub(super) struct SentFile {
    pub(super) format: Format,
    pub(super) gzip: bool,
    pub(super) bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for SentFile {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (format, gzip) = kind(request.headers())?;
        let bytes = axum::body::to_bytes(request.into_body(), SENT_MAX).await;
        let bytes = bytes.map_err(|_| Problem::of(&FILE_TOO_LARGE).with("detail", "more than 4 MB as sent"))?;
        Ok(Self { format, gzip, bytes })
    }
}

fn kind(headers: &HeaderMap) -> Result<(Format, bool), Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = header(CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_lowercase();
    let format = match essence.as_str() {
        "application/x-ndjson" => Format::Ndjson,
        "text/csv" => Format::Csv,
        _ => return Err(Problem::of(&FILE_TYPE)),
    };
    match header(CONTENT_ENCODING).trim().to_lowercase().as_str() {
        "" | "identity" => Ok((format, false)),
        "gzip" => Ok((format, true)),
        _ => Err(Problem::of(&FILE_TYPE)),
    }
}

impl Takes for SentFile {
    fn describe(operation: &mut Operation, _: &mut Schemas) {
        let lines = json!({"schema": {"type": "string", "description": "One JSON object a line."}});
        let table = json!({"schema": {"type": "string", "description": "The first record names the columns."}});
        operation.body = Some(json!({"required": true, "content": {"application/x-ndjson": lines, "text/csv": table}}));
        let encodings = json!({"type": "string", "enum": ["identity", "gzip"]});
        operation.parameter(
            "header",
            "content-encoding",
            false,
            &encodings,
            "How the file is packed; 4 MB at most as sent.",
        );
        operation.refuses([&FILE_TYPE, &FILE_TOO_LARGE]);
    }
}
