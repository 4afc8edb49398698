use axum::Json;
use axum::extract::{Path, State};
use contracts::PlatformRole;
use domain::{Locale, SessionId, Timestamp, UserId};
use lambda::http::{NoContent, PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::Serialize;

use crate::Ctx;
use crate::domain::{Account, Email, LoginAttempt, LoginFailure, Session, SessionEnd, SessionStatus, Status};
use crate::ops;
use crate::ops::login::session_of;
use crate::table::{login_attempts, sessions_by_login};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub(super) struct Me {
    id: UserId,
    email: Email,
    email_verified: bool,
    role: PlatformRole,
    status: Status,
    locale: Locale,
    last_login_at: Option<Timestamp>,
    password_changed_at: Timestamp,
    created_at: Timestamp,
}

pub(super) async fn me(State(ctx): State<Ctx>, User(claims): User) -> Result<Json<Me>, Problem> {
    let Account {
        id, email, email_verified, role, status, locale, last_login_at, password_changed_at, created_at, ..
    } = ops::account(&ctx, claims.user_id).await?.into_row();
    let me = Me { id, email, email_verified, role, status, locale, last_login_at, password_changed_at, created_at };
    Ok(Json(me))
}

pub(super) async fn logout(State(ctx): State<Ctx>, User(claims): User) -> Result<NoContent, Problem> {
    ops::logout::logout(&ctx, claims.user_id, &claims.origin).await?;
    Ok(NoContent)
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub(super) struct SessionAnswer {
    id: SessionId,
    is_current: bool,
    status: SessionStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<SessionEnd>,
    device: Option<String>,
    ip: String,
    user_agent: String,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
}

impl SessionAnswer {
    fn of(session: Session, current: SessionId, now: Timestamp) -> Self {
        Self {
            id: session.id,
            is_current: session.id == current,
            status: session.status_at(now),
            end: session.end,
            device: session.device,
            ip: session.ip,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.ends_at,
        }
    }
}

/// The list's name in its cursors.
const SESSIONS: &str = "auth-sessions";

pub(super) async fn sessions(
    State(ctx): State<Ctx>,
    User(claims): User,
    page: PageQuery,
) -> Result<Json<PageAnswer<SessionAnswer>>, Problem> {
    let (caller, current) = (claims.user_id.to_string(), session_of(&claims.origin));
    let query = page.apply(sessions_by_login(claims.user_id), SESSIONS, &caller)?;
    let found = ops::sessions::list(&ctx, query).await?;
    let now = ctx.clock.now();
    let items = found.rows.into_iter().map(|row| SessionAnswer::of(row.into_row(), current, now)).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), SESSIONS, &caller)))
}

pub(super) async fn revoke(
    State(ctx): State<Ctx>,
    User(claims): User,
    Path(session): Path<String>,
) -> Result<NoContent, Problem> {
    let session = session.parse().map_err(|_| Problem::of(&kinds::NOT_FOUND))?;
    ops::sessions::revoke(&ctx, claims.user_id, session, SessionEnd::RevokedByOwner).await?;
    Ok(NoContent)
}

pub(super) async fn revoke_others(State(ctx): State<Ctx>, User(claims): User) -> Result<NoContent, Problem> {
    ops::sessions::revoke_others(&ctx, claims.user_id, session_of(&claims.origin)).await?;
    Ok(NoContent)
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LoginAttempt")]
pub(super) struct AttemptAnswer {
    at: Timestamp,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<LoginFailure>,
    ip: String,
    user_agent: String,
    device: Option<String>,
}

impl From<LoginAttempt> for AttemptAnswer {
    fn from(attempt: LoginAttempt) -> Self {
        let LoginAttempt { at, failure, ip, user_agent, device, .. } = attempt;
        Self { at, success: failure.is_none(), failure, ip, user_agent, device }
    }
}

/// The list's name in its cursors.
const LOGINS: &str = "auth-logins";

pub(super) async fn login_history(
    State(ctx): State<Ctx>,
    User(claims): User,
    page: PageQuery,
) -> Result<Json<PageAnswer<AttemptAnswer>>, Problem> {
    let caller = claims.user_id.to_string();
    let query = page.apply(login_attempts(claims.user_id), LOGINS, &caller)?;
    let found = ops::login_history::login_history(&ctx, query).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), LOGINS, &caller)))
}
