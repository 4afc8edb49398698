//! What a person was told.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{Locale, NotificationId, UserId};
use garde::Validate;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use lambda::http::{Body, PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::NotificationAnswer;
use crate::ctx::Ctx;
use crate::domain::Notification;
use crate::ops::{self, Unread};
use crate::table;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Filter {
    /// Only those that were not read.
    #[serde(default)]
    unread: bool,
}

pub(super) async fn list(
    State(ctx): State<Ctx>,
    User(me): User,
    page: PageQuery,
    Query(filter): Query<Filter>,
    headers: HeaderMap,
) -> Result<Json<PageAnswer<NotificationAnswer>>, Problem> {
    let (query, pattern) = if filter.unread {
        (table::unread(me.user_id), "unread-notifications")
    } else {
        (table::notifications(me.user_id), "notifications")
    };
    let caller = me.user_id.to_string();
    let found = ctx.table.query::<Notification>(page.apply(query, pattern, &caller)?).await?;
    let locale = language(&ctx, me.user_id, &headers).await?;
    let items = found.rows.into_iter().map(|n| NotificationAnswer::new(n.into_row(), locale)).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), pattern, &caller)))
}

pub(super) async fn unread_count(State(ctx): State<Ctx>, User(me): User) -> Result<Json<Unread>, Problem> {
    Ok(Json(ops::unread_count(&ctx, me.user_id).await?))
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NotificationMark")]
pub(super) struct Mark {
    #[garde(skip)]
    read: bool,
}

pub(super) async fn mark(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(id): Path<NotificationId>,
    headers: HeaderMap,
    Body(mark): Body<Mark>,
) -> Result<Json<NotificationAnswer>, Problem> {
    let marked = ops::mark(&ctx, me.user_id, id, mark.read).await?;
    let marked = marked.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    let locale = language(&ctx, me.user_id, &headers).await?;
    Ok(Json(NotificationAnswer::new(marked, locale)))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MarkedNotifications")]
pub(super) struct Marked {
    /// How many were unread before.
    marked: usize,
}

pub(super) async fn mark_all(State(ctx): State<Ctx>, User(me): User) -> Result<Json<Marked>, Problem> {
    Ok(Json(Marked { marked: ops::mark_all_read(&ctx, me.user_id).await? }))
}

/// What the reader's device asks for; the profile's language when it asks for none of ours; Uzbek before there is a
/// profile.
async fn language(ctx: &Ctx, user: UserId, headers: &HeaderMap) -> Result<Locale, Problem> {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let known = |range: &str| range.split(';').next().is_some_and(|tag| tag.trim().parse::<Locale>().is_ok());
    if let Some(asked) = asked.filter(|asked| asked.split(',').any(known)) {
        return Ok(Locale::from_accept_language(asked));
    }
    Ok(ops::profile(ctx, user).await?.map_or_else(Locale::default, |profile| profile.language))
}
