//! Profiles.

use axum::Json;
use axum::extract::{Path, State};
use domain::{Reason, UserId};
use http::HeaderValue;
use http::header::RETRY_AFTER;
use lambda::http::{Body, Caller, Problem, User, kinds};

use super::answers::{ProfileAnswer, PublicProfile};
use super::patch::ProfilePatch;
use super::{NO_PROFILE, USERNAME_TAKEN};
use crate::ctx::Ctx;
use crate::domain::Privacy;
use crate::ops::{self, ChangeError};

/// Who has just registered may ask before the event has arrived.
fn no_profile() -> Problem {
    Problem::of(&NO_PROFILE).header(RETRY_AFTER, HeaderValue::from_static("1"))
}

pub(super) async fn mine(State(ctx): State<Ctx>, User(me): User) -> Result<Json<ProfileAnswer>, Problem> {
    let profile = ops::profile(&ctx, me.user_id).await?.ok_or_else(no_profile)?;
    Ok(Json(profile.into_row().into()))
}

pub(super) async fn change(
    State(ctx): State<Ctx>,
    User(me): User,
    Body(patch): Body<ProfilePatch>,
) -> Result<Json<ProfileAnswer>, Problem> {
    let profile = ops::change_profile(&ctx, me.user_id, &patch.read()?).await?;
    Ok(Json(profile.into()))
}

/// As its person wants it to be seen: a profile that is not public is there for its person alone.
pub(super) async fn public(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<PublicProfile>, Problem> {
    let seen = ops::preferences(&ctx, user).await?.privacy == Privacy::Public || caller.user_id() == Some(user);
    if !seen {
        return Err(Problem::of(&kinds::NOT_FOUND));
    }
    let profile = ops::profile(&ctx, user).await?.ok_or_else(|| Problem::of(&kinds::NOT_FOUND))?;
    Ok(Json(profile.into_row().into()))
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NoProfile => no_profile(),
            ChangeError::UsernameTaken => Self::of(&USERNAME_TAKEN),
            ChangeError::BirthDate(error) => Self::field("date_of_birth", error.reason()),
            ChangeError::Busy => Self::of(&kinds::CONFLICT),
            ChangeError::Table(error) => error.into(),
        }
    }
}
