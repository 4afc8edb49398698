use axum::Json;
use axum::extract::{Path, State};
use domain::{ImportId, StoreId};
use http::HeaderName;
use http::header::LOCATION;
use lambda::http::{Accepted, PageAnswer, PageQuery, Problem, User};

use super::file::{Form, Sent};
use super::path::part;
use super::view::{ImportView, RefusedRowView};
use crate::Intake;
use crate::domain::Import;
use crate::ops::upload::{self, Plan, find};
use crate::table::{self, RefusedRow};

pub(super) async fn take(
    State(intake): State<Intake>,
    Path(store): Path<String>,
    Form { category, mapping }: Form,
    User(claims): User,
    sent: Sent,
) -> Result<([(HeaderName, String); 1], Accepted<ImportView>), Problem> {
    let correlation = intake.ctx.correlation_id();
    let plan = Plan { store_id: part(&store)?, category, mapping, by: claims.user_id, correlation };
    let view = match sent {
        Sent::File(file) => ImportView::from(upload::take(&intake, plan, file).await?),
        Sent::Announced(sent) => {
            let (import, to) = upload::announce(&intake, plan, sent).await?;
            ImportView::from(import).uploaded_to(to)
        }
    };
    let location = [(LOCATION, format!("/v1/stores/{}/imports/{}", view.store_id, view.import_id))];
    Ok((location, Accepted(view)))
}

pub(super) async fn start(
    State(intake): State<Intake>,
    Path((store, import)): Path<(String, String)>,
    User(claims): User,
) -> Result<Accepted<ImportView>, Problem> {
    let by = (claims.user_id, intake.ctx.correlation_id());
    Ok(Accepted(upload::start(&intake, (part(&store)?, part(&import)?), by).await?.into()))
}

pub(super) async fn cancel(
    State(intake): State<Intake>,
    Path((store, import)): Path<(String, String)>,
    User(claims): User,
) -> Result<Json<ImportView>, Problem> {
    let by = (claims.user_id, intake.ctx.correlation_id());
    Ok(Json(upload::cancel(&intake.ctx, (part(&store)?, part(&import)?), by).await?.into()))
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
    Ok(Json(find(&intake.ctx, part(&store)?, part(&import)?).await?.into_row().into()))
}

pub(super) async fn refusals(
    State(intake): State<Intake>,
    Path((store, import)): Path<(String, String)>,
    page: PageQuery,
) -> Result<Json<PageAnswer<RefusedRowView>>, Problem> {
    let import: ImportId = find(&intake.ctx, part(&store)?, part(&import)?).await?.import_id;
    let caller = import.to_string();
    let query = page.apply(table::refusals_of(import), "refusals", &caller)?;
    let found = intake.ctx.table.query::<RefusedRow>(query).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "refusals", &caller)))
}
