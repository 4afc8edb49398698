//! Raw rows.

use axum::Json;
use axum::extract::{Path, Query, State};
use contracts::Event;
use domain::Localized;
use dynamodb::Query as TableQuery;
use lambda::http::{PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::Deserialize;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::domain::Session;
use crate::ops::raw::raw;
use crate::table::{EventRow, ReportRow};

/// `?hour=2026-11-23T11`, in Tashkent.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Hour {
    /// Such as `2026-11-23T11`.
    hour: String,
}

impl Hour {
    fn check(&self) -> Result<&str, Problem> {
        let form = format!("{}:00:00", self.hour);
        if self.hour.len() != "2026-11-23T11".len() || form.parse::<jiff::civil::DateTime>().is_err() {
            let why = Localized::new(
                "2026-11-23T11 kabi soat bo'lishi kerak",
                "должен быть час, например 2026-11-23T11",
                "must be an hour such as 2026-11-23T11",
            );
            return Err(Problem::field("hour", why));
        }
        Ok(&self.hour)
    }
}

pub(super) async fn events(
    State(ctx): State<Ctx>,
    User(admin): User,
    Query(asked): Query<Hour>,
    page: PageQuery,
) -> Result<Json<PageAnswer<Event>>, Problem> {
    const PATTERN: &str = "events-of-an-hour";
    let caller = admin.user_id.to_string();
    let query = page.apply(TableQuery::partition(EventRow::partition(asked.check()?)), PATTERN, &caller)?;
    let (rows, next) = raw::<EventRow>(&ctx, query).await?;
    let events = rows.into_iter().map(|row| row.event.0).collect();
    Ok(Json(PageAnswer::new(events, next.as_ref(), PATTERN, &caller)))
}

pub(super) async fn reports(
    State(ctx): State<Ctx>,
    User(admin): User,
    Query(asked): Query<Hour>,
    page: PageQuery,
) -> Result<Json<PageAnswer<ReportRow>>, Problem> {
    const PATTERN: &str = "reports-of-an-hour";
    let caller = admin.user_id.to_string();
    let query = page.apply(TableQuery::partition(ReportRow::partition(asked.check()?)), PATTERN, &caller)?;
    let (rows, next) = raw::<ReportRow>(&ctx, query).await?;
    Ok(Json(PageAnswer::new(rows, next.as_ref(), PATTERN, &caller)))
}

/// In order of their ids: a front end that draws ids by time gets them by time.
pub(super) async fn sessions(
    State(ctx): State<Ctx>,
    User(admin): User,
    Path(visitor_id): Path<String>,
    page: PageQuery,
) -> Result<Json<PageAnswer<Session>>, Problem> {
    const PATTERN: &str = "sessions-of-a-visitor";
    let visitor_id: Uuid = visitor_id.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))?;
    let caller = admin.user_id.to_string();
    let query = page.apply(TableQuery::partition(Session::partition(visitor_id)), PATTERN, &caller)?;
    let (rows, next) = raw::<Session>(&ctx, query).await?;
    Ok(Json(PageAnswer::new(rows, next.as_ref(), PATTERN, &caller)))
}
