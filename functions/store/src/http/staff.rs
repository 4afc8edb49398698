//! Who works for a store.

use axum::Json;
use axum::extract::{Path, State};
use contracts::{Permission, StaffRole, StoreStatus};
use domain::{StoreId, Timestamp, UserId};
use garde::Validate;
use lambda::http::{Body, Created, NoContent, PageAnswer, PageQuery, Problem, User, kinds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ALREADY_MEMBER, INVITATION, LAST_OWNER, ONESELF, STAFF_FULL, STATUS, not_found};
use crate::ctx::Ctx;
use crate::domain::{MemberChange, MemberStatus, STAFF_MAX, StaffMember, StaffRefusal};
use crate::ops::{self, StaffError};
use crate::table;

/// Somebody of a store's staff, or somebody invited.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StaffMember")]
pub(super) struct MemberAnswer {
    user_id: UserId,
    role: StaffRole,
    /// What they may do beyond their role.
    permissions: Vec<Permission>,
    status: MemberStatus,
    /// Since when they are a member, or invited.
    since: Timestamp,
}

impl From<StaffMember> for MemberAnswer {
    fn from(m: StaffMember) -> Self {
        Self { user_id: m.user_id, role: m.role, permissions: m.permissions, status: m.status, since: m.since }
    }
}

/// An invitation of the caller.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Invitation {
    store_id: StoreId,
    store_name: String,
    role: StaffRole,
    since: Timestamp,
}

/// Who is asked to join, and as what.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schemars(rename = "StaffInvitation")]
pub(super) struct InviteBody {
    user_id: UserId,
    role: StaffRole,
    /// What they may do beyond the role.
    #[serde(default)]
    permissions: Vec<Permission>,
}

/// What somebody is to be in the store; absent members stay.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schemars(rename = "StaffMemberPatch")]
pub(super) struct MemberPatch {
    role: Option<StaffRole>,
    permissions: Option<Vec<Permission>>,
    status: Option<MemberStatus>,
}

pub(super) async fn list(
    State(ctx): State<Ctx>,
    page: PageQuery,
    Path(store): Path<StoreId>,
) -> Result<Json<PageAnswer<MemberAnswer>>, Problem> {
    let scope = store.to_string();
    let query = page.apply(table::all_staff(store).consistent(), "staff", &scope)?;
    let found = ctx.table.query::<StaffMember>(query).await?;
    let items = found.rows.into_iter().map(|row| row.into_row().into()).collect();
    Ok(Json(PageAnswer::new(items, found.next.as_ref(), "staff", &scope)))
}

pub(super) async fn invite(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
    Body(body): Body<InviteBody>,
) -> Result<Created<MemberAnswer>, Problem> {
    let invited = ops::invite(&ctx, store, me.user_id, body.user_id, body.role, body.permissions).await?;
    Ok(Created(invited.into()))
}

pub(super) async fn change(
    State(ctx): State<Ctx>,
    User(me): User,
    Path((store, user)): Path<(StoreId, UserId)>,
    Body(patch): Body<MemberPatch>,
) -> Result<Json<MemberAnswer>, Problem> {
    let change = MemberChange { role: patch.role, permissions: patch.permissions, status: patch.status };
    Ok(Json(ops::change_member(&ctx, store, me.user_id, user, &change).await?.into()))
}

pub(super) async fn remove(
    State(ctx): State<Ctx>,
    User(me): User,
    Path((store, user)): Path<(StoreId, UserId)>,
) -> Result<NoContent, Problem> {
    ops::remove_member(&ctx, store, me.user_id, user).await?;
    Ok(NoContent)
}

pub(super) async fn accept(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
) -> Result<Json<MemberAnswer>, Problem> {
    Ok(Json(ops::accept(&ctx, store, me.user_id).await?.into()))
}

pub(super) async fn leave(
    State(ctx): State<Ctx>,
    User(me): User,
    Path(store): Path<StoreId>,
) -> Result<NoContent, Problem> {
    ops::leave(&ctx, store, me.user_id).await?;
    Ok(NoContent)
}

pub(super) async fn invitations(
    State(ctx): State<Ctx>,
    User(me): User,
    page: PageQuery,
) -> Result<Json<PageAnswer<Invitation>>, Problem> {
    let caller = me.user_id.to_string();
    let apply = |query| page.apply(query, "invitations", &caller);
    let (open, next) = ops::invitations(&ctx, me.user_id, apply).await?;
    let item = |(store, row): (crate::domain::Store, StaffMember)| Invitation {
        store_id: store.store_id,
        store_name: store.details.name.to_string(),
        role: row.role,
        since: row.since,
    };
    Ok(Json(PageAnswer::new(open.into_iter().map(item).collect(), next.as_ref(), "invitations", &caller)))
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::NotFound => not_found(),
            StaffError::Refused(refusal) => match refusal {
                StaffRefusal::NotAllowed => Self::of(&kinds::FORBIDDEN),
                StaffRefusal::Oneself => Self::of(&ONESELF),
                StaffRefusal::LastOwner => Self::of(&LAST_OWNER),
                StaffRefusal::Member => Self::of(&ALREADY_MEMBER),
                StaffRefusal::Invitation => Self::of(&INVITATION),
                StaffRefusal::Full => Self::of(&STAFF_FULL).with("max", STAFF_MAX),
                StaffRefusal::Closed => Self::of(&STATUS).with("current_status", StoreStatus::Closed),
            },
            StaffError::Busy => Self::of(&kinds::CONFLICT),
            StaffError::Table(error) => error.into(),
        }
    }
}
