//! What an import is sent as: a file and how to read it.

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use domain::Slug;
use garde::Validate;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::request::Parts;
use lambda::http::reference::{Operation, Schemas, Takes};
use lambda::http::{Body, Problem, kinds};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::problems::{FILE_TOO_LARGE, FILE_TYPE};
use crate::domain::{Format, Mapping, SENT_MAX, SentFile};
use crate::ops::upload::File;

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
        let pairs = json!({"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9_.]+=.+$"}});
        let description = "Where a field stands in a row, as `field=path`; one that is not said stands under its own name. \
            The fields are title, brand, model, sku, price, stock, gtin, mpn, year, description, and specs.<name> for \
            each specification of the category; those stand where the category's template says.";
        operation.parameter("query", "map", false, &pairs, description);
        operation.refuses([&kinds::PARAMETER]);
    }
}

/// What is sent: the file, or what it will be.
pub(super) enum Sent {
    /// The file as it came.
    File(File),
    /// It goes to the bucket by itself.
    Announced(SentFile),
}

/// A file that is to be uploaded to an address of its own.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ImportAnnouncement")]
struct Announcement {
    #[garde(dive)]
    upload: AnnouncedFile,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AnnouncedFile {
    /// Bytes as sent, 64 MB at most.
    #[garde(skip)]
    content_length: u64,
    #[garde(skip)]
    content_type: Format,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if essence(request.headers()) == "application/json" {
            let Body(Announcement { upload }) = Body::from_request(request, state).await?;
            return Ok(Self::Announced(SentFile { format: upload.content_type, length: upload.content_length }));
        }
        let format = format(request.headers())?;
        let bytes = axum::body::to_bytes(request.into_body(), SENT_MAX).await;
        let bytes = bytes.map_err(|_| Problem::of(&FILE_TOO_LARGE).with("detail", "more than 4 MB as sent"))?;
        Ok(Self::File(File { format, bytes: bytes.into() }))
    }
}

fn essence(headers: &HeaderMap) -> String {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// What the file is said to be. Whether it is packed is told by its bytes: a gateway may have unpacked it and left the header.
fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = matches!(encoding.trim().to_lowercase().as_str(), "" | "identity" | "gzip");
    Format::of_media_type(&essence(headers)).filter(|_| known).ok_or_else(|| Problem::of(&FILE_TYPE))
}

impl Takes for Sent {
    fn describe(operation: &mut Operation, schemas: &mut Schemas) {
        let lines = json!({"schema": {"type": "string", "description": "One JSON object a line."}});
        let table = "Separated by commas, semicolons or tabs, in UTF-8; the first record names the columns.";
        let table = json!({"schema": {"type": "string", "description": table}});
        let packed = "One of both, packed; 4 MB at most as sent.";
        let packed = json!({"schema": {"type": "string", "format": "binary", "description": packed}});
        let announced = json!({"schema": schemas.of::<Announcement>()});
        let content = json!({
            "application/x-ndjson": lines, "text/csv": table, "application/gzip": packed, "application/json": announced,
        });
        operation.body = Some(json!({"required": true, "content": content}));
        let encodings = json!({"type": "string", "enum": ["identity", "gzip"]});
        let description = "May be said of a packed file; what counts is whether it begins as gzip does.";
        operation.parameter("header", "content-encoding", false, &encodings, description);
        operation.refuses([&FILE_TYPE, &FILE_TOO_LARGE, &kinds::MALFORMED]);
    }
}
