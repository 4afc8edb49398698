use axum::Json;
use axum::extract::{Path, State};
use domain::{ImportId, StoreId};
use http::HeaderName;
use http::header::LOCATION;
use lambda::http::{Accepted, PageAnswer, PageQuery, Problem, User, kinds};

use super::file::{Form, SentFile};
use super::path::part;
use super::view::{ImportView, RefusedRowView};
use crate::Intake;
use crate::domain::Import;
use crate::ops::upload::{self, Upload};
use crate::table::{self, RefusedRow};

pub(super) async fn take(
    State(intake): State<Intake>,
    Path(store): Path<String>,
    Form { category, mapping }: Form,
    User(claims): User,
    SentFile { format, gzip, bytes }: SentFile,
) -> Result<([(HeaderName, String); 1], Accepted<ImportView>), Problem> {
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
    Ok((location, Accepted(import.into())))
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
