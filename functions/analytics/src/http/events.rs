//! Raw events.

use axum::Json;
use axum::extract::{Query, State};
use contracts::Event;
use dynamodb::Query as TableQuery;
use lambda::http::{PageAnswer, PageQuery, Problem, User};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::ops::events::events;
use crate::table::EventRow;

/// `?hour=2026-11-23T11`, in Tashkent.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Asked {
    /// Such as `2026-11-23T11`.
    hour: String,
}

const PATTERN: &str = "events-of-an-hour";

pub(super) async fn list(
    State(ctx): State<Ctx>,
    User(admin): User,
    Query(asked): Query<Asked>,
    page: PageQuery,
) -> Result<Json<PageAnswer<Event>>, Problem> {
    let form = format!("{}:00:00", asked.hour);
    if asked.hour.len() != "2026-11-23T11".len() || form.parse::<jiff::civil::DateTime>().is_err() {
        return Err(Problem::field("hour", "must be an hour such as 2026-11-23T11"));
    }
    let caller = admin.user_id.to_string();
    let query = page.apply(TableQuery::partition(EventRow::partition(&asked.hour)), PATTERN, &caller)?;
    let (items, next) = events(&ctx, query).await?;
    Ok(Json(PageAnswer::new(items, next.as_ref(), PATTERN, &caller)))
}
