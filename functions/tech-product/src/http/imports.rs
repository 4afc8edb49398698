use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use domain::{ImportId, Slug, StoreId};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use lambda::http::{PageAnswer, PageQuery, Problem, User, kinds};

use super::path::part;
use super::problems;
use super::view::{ImportView, RefusedRowView};
use crate::Intake;
use crate::domain::{Format, Import, Mapping, SENT_MAX};
use crate::ops::upload::{self, Upload};
use crate::table::{self, RefusedRow};

/// `?category=<slug>&map=<field>=<path>&map=…`
pub(super) async fn take(
    State(intake): State<Intake>,
    Path(store): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    User(claims): User,
    request: Request,
) -> Result<Response, Problem> {
    let (category, mapping) = parameters(&query)?;
    let (format, gzip) = file_type(request.headers())?;
    let bytes = axum::body::to_bytes(request.into_body(), SENT_MAX).await;
    let bytes = bytes.map_err(|_| Problem::of(&problems::FILE_TOO_LARGE).with("detail", "more than 4 MB as sent"))?;
    let upload = Upload {
        store_id: part(&store)?,
        category,
        mapping,
        format,
        gzip,
        bytes: bytes.into(),
        by: claims.user_id,
        correlation: intake.ctx.correlation_id(),
    };
    let import = upload::take(&intake, upload).await?;
    let location = [(LOCATION, format!("/v1/stores/{}/imports/{}", import.store_id, import.import_id))];
    Ok((StatusCode::ACCEPTED, location, Json(ImportView::from(import))).into_response())
}

fn parameters(query: &[(String, String)]) -> Result<(Slug, Mapping), Problem> {
    let wrong = |detail: String| Problem::of(&kinds::PARAMETER).with("detail", detail);
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
    Ok((category, Mapping::parse(pairs).map_err(|e| wrong(e.to_string()))?))
}

fn file_type(headers: &HeaderMap) -> Result<(Format, bool), Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = header(CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_lowercase();
    let format = match essence.as_str() {
        "application/x-ndjson" => Format::Ndjson,
        "text/csv" => Format::Csv,
        _ => return Err(Problem::of(&problems::FILE_TYPE)),
    };
    match header(CONTENT_ENCODING).trim().to_lowercase().as_str() {
        "" | "identity" => Ok((format, false)),
        "gzip" => Ok((format, true)),
        _ => Err(Problem::of(&problems::FILE_TYPE)),
    }
}

pub(super) async fn list(
    State(intake): State<Intake>,
    Path(store): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<ImportView>>, Problem> {
    let store: StoreId = part(&store)?;
    let caller = store.to_string();
    let found = intake.ctx.table.query::<Import>(page.apply(table::imports_of(store), "imports", &caller)?).await?;
    let items = found.rows.into_iter().map(|import| import.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "imports", &caller)))
}

pub(super) async fn get(
    State(intake): State<Intake>,
    Path((store, import)): Path<(String, String)>,
) -> Result<Json<ImportView>, Problem> {
    Ok(Json(find(&intake, part(&store)?, part(&import)?).await?.into()))
}

pub(super) async fn refusals(
    State(intake): State<Intake>,
    Path((store, import)): Path<(String, String)>,
    page: PageQuery,
) -> Result<Json<PageAnswer<RefusedRowView>>, Problem> {
    let import = find(&intake, part(&store)?, part(&import)?).await?.import_id;
    let caller = import.to_string();
    let query = page.apply(table::refusals_of(import), "refusals", &caller)?;
    let found = intake.ctx.table.query::<RefusedRow>(query).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "refusals", &caller)))
}

async fn find(intake: &Intake, store: StoreId, id: ImportId) -> Result<Import, Problem> {
    let import = intake.ctx.table.get_consistent::<Import>(table::import_key(id)).await?;
    let import = import.filter(|import| import.store_id == store);
    Ok(import.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?.into_row())
}
