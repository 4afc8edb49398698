//! Who works for a store: invited, changed, removed.
//!
//! Whoever acts is checked in the transaction itself: a member who is removed at that moment changes nothing any more,
//! and of two owners who remove each other one stays.

use contracts::{Fact, Permission, StaffFact, StaffRole, StoreStatus};
use domain::{EventId, StoreId, UserId};
use dynamodb::{Adjust, Error, Stored, Tx};
use serde_json::{Value, json};

use super::{ATTEMPTS_MAX, Telling};
use crate::ctx::Ctx;
use crate::domain::{MemberChange, MemberStatus, STAFF_MAX, StaffMember, StaffRefusal, Store};
use crate::table;

/// Why the staff was not changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// There is no such store, member or invitation.
    #[error("there is no such member")]
    NotFound,
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] StaffRefusal),
    /// Other changes of the same store kept winning.
    #[error("the staff keeps changing")]
    Busy,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Asks `user` to join. The same invitation again is the same answer.
pub async fn invite(
    ctx: &Ctx,
    id: StoreId,
    by: UserId,
    user: UserId,
    role: StaffRole,
    permissions: Vec<Permission>,
) -> Result<StaffMember, StaffError> {
    for _ in 0..ATTEMPTS_MAX {
        let (store, actor) = acting(ctx, id, by).await?;
        if store.status == StoreStatus::Closed {
            return Err(StaffRefusal::Closed.into());
        }
        let invited = StaffMember::invited(id, user, role, permissions.clone(), ctx.clock.now());
        actor.may_manage(None, &invited)?;
        if let Some(there) = find(ctx, id, user).await? {
            let same = there.status == MemberStatus::Invited && there.grants() == invited.grants();
            return if same { Ok(there.into_row()) } else { Err(StaffRefusal::Member.into()) };
        }
        let room = Adjust::existing()
            .add("members", 1)
            .at_most("members", i64::from(STAFF_MAX) - 1)
            .differs("status", StoreStatus::Closed);
        let tx =
            Tx::new().unchanged("actor", &actor).create("member", &invited).adjust("store", table::store(id), room);
        match told(ctx, tx, &store, by, "invite", None, Some(&invited)).await {
            Ok(()) => return Ok(invited),
            Err(error) if error.refused() == Some("store") && store.members >= STAFF_MAX => {
                return Err(StaffRefusal::Full.into());
            }
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StaffError::Busy)
}

/// Makes the invited person a member. Who is one already gets the same answer.
pub async fn accept(ctx: &Ctx, id: StoreId, me: UserId) -> Result<StaffMember, StaffError> {
    for _ in 0..ATTEMPTS_MAX {
        let store = super::store(ctx, id).await?.ok_or(StaffError::NotFound)?;
        let read = find(ctx, id, me).await?.ok_or(StaffError::NotFound)?;
        match read.status {
            MemberStatus::Active => return Ok(read.into_row()),
            MemberStatus::Inactive | MemberStatus::Suspended => return Err(StaffError::NotFound),
            MemberStatus::Invited if store.status == StoreStatus::Closed => return Err(StaffRefusal::Closed.into()),
            MemberStatus::Invited => {}
        }
        let next = StaffMember { status: MemberStatus::Active, since: ctx.clock.now(), ..StaffMember::clone(&read) };
        let tx = Tx::new().replace("member", &read, &next).unchanged("store", &store);
        match told(ctx, tx, &store, me, "accept", Some(&read), Some(&next)).await {
            Ok(()) => return Ok(next),
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StaffError::Busy)
}

/// Changes somebody else's role, permissions or status.
pub async fn change_member(
    ctx: &Ctx,
    id: StoreId,
    by: UserId,
    user: UserId,
    change: &MemberChange,
) -> Result<StaffMember, StaffError> {
    for _ in 0..ATTEMPTS_MAX {
        let (store, actor) = acting(ctx, id, by).await?;
        let read = find(ctx, id, user).await?.ok_or(StaffError::NotFound)?;
        if user == by {
            return Err(StaffRefusal::Oneself.into());
        }
        let next = read.changed(change)?;
        actor.may_manage(Some(&read), &next)?;
        if next == *read {
            return Ok(next);
        }
        let mut tx = Tx::new().unchanged("actor", &actor).replace("member", &read, &next);
        if !next.owns() {
            tx = hand_over(tx, &store, user, by);
        }
        match told(ctx, tx, &store, by, "change-member", Some(&read), Some(&next)).await {
            Ok(()) => return Ok(next),
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StaffError::Busy)
}

/// Removes somebody else: a member, or an invitation.
pub async fn remove_member(ctx: &Ctx, id: StoreId, by: UserId, user: UserId) -> Result<(), StaffError> {
    if user == by {
        return Err(StaffRefusal::Oneself.into());
    }
    for _ in 0..ATTEMPTS_MAX {
        let (store, actor) = acting(ctx, id, by).await?;
        let read = find(ctx, id, user).await?.ok_or(StaffError::NotFound)?;
        actor.may_manage(Some(&read), &read)?;
        let tx = Tx::new().unchanged("actor", &actor).delete("member", &read);
        let tx = one_less(tx, &store, user, by);
        match told(ctx, tx, &store, by, "remove-member", Some(&read), None).await {
            Ok(()) => return Ok(()),
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StaffError::Busy)
}

/// Leaves a store, or declines its invitation. The last owner stays.
pub async fn leave(ctx: &Ctx, id: StoreId, me: UserId) -> Result<(), StaffError> {
    for _ in 0..ATTEMPTS_MAX {
        let store = super::store(ctx, id).await?.ok_or(StaffError::NotFound)?;
        let read = find(ctx, id, me).await?.ok_or(StaffError::NotFound)?;
        let mut tx = Tx::new().delete("member", &read);
        let mut heir = me;
        if read.owns() {
            let other = another_owner(ctx, id, me).await?.ok_or(StaffRefusal::LastOwner)?;
            heir = other.user_id;
            tx = tx.unchanged("other owner", &other);
        }
        let tx = one_less(tx, &store, me, heir);
        match told(ctx, tx, &store, me, "leave", Some(&read), None).await {
            Ok(()) => return Ok(()),
            Err(error) if error.refused().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StaffError::Busy)
}

/// The store, and the row of whoever acts: they must work there now.
async fn acting(ctx: &Ctx, id: StoreId, by: UserId) -> Result<(Stored<Store>, Stored<StaffMember>), StaffError> {
    let store = super::store(ctx, id).await?.ok_or(StaffError::NotFound)?;
    let actor = find(ctx, id, by).await?.ok_or(StaffRefusal::NotAllowed)?;
    Ok((store, actor))
}

async fn find(ctx: &Ctx, id: StoreId, user: UserId) -> Result<Option<Stored<StaffMember>>, Error> {
    ctx.table.get_consistent(table::staff(id, user)).await
}

async fn another_owner(ctx: &Ctx, id: StoreId, me: UserId) -> Result<Option<Stored<StaffMember>>, Error> {
    let staff = ctx.table.query_all::<StaffMember>(table::all_staff(id).consistent(), STAFF_MAX as usize + 1).await?;
    Ok(staff.into_iter().find(|member| member.user_id != me && member.owns()))
}

/// Who stands for the store outwards is one of its owners.
fn hand_over(tx: Tx, store: &Stored<Store>, from: UserId, to: UserId) -> Tx {
    if store.owner_id == from { tx.replace("store", store, &Store { owner_id: to, ..Store::clone(store) }) } else { tx }
}

fn one_less(tx: Tx, store: &Stored<Store>, from: UserId, to: UserId) -> Tx {
    let owner_id = if store.owner_id == from { to } else { store.owner_id };
    let members = store.members.saturating_sub(1);
    tx.replace("store", store, &Store { owner_id, members, ..Store::clone(store) })
}

/// Commits with what is told: to the person it concerns, and to the audit log.
async fn told(
    ctx: &Ctx,
    tx: Tx,
    store: &Store,
    by: UserId,
    action: &str,
    before: Option<&StaffMember>,
    after: Option<&StaffMember>,
) -> Result<(), Error> {
    let Some(user_id) = after.or(before).map(|member| member.user_id) else { return Ok(()) };
    let telling = Telling::new(ctx, store.store_id, by);
    // Each try is a cause of its own: only the one that is committed is told.
    let cause = EventId::generate(ctx.clock.now(), &*ctx.entropy);
    let invited = after.filter(|member| member.status == MemberStatus::Invited);
    let role = invited.map(|member| member.role).or_else(|| Some(after?.member()?.role));
    let fact = StaffFact { store_id: store.store_id, store_name: store.details.name.to_string(), user_id, role };
    let fact = if invited.is_some() { Fact::StaffInvited(fact) } else { Fact::StaffChanged(fact) };
    let record = |member: Option<&StaffMember>| {
        member.map_or(
            Value::Null,
            |m| json!({"user_id": m.user_id, "role": m.role, "permissions": m.permissions, "status": m.status}),
        )
    };
    let audit =
        telling.audit_of(&format!("staff/{cause}/audit"), &format!("staff.{action}"), record(before), record(after));
    ctx.table.commit(tx.tell(telling.event_of(&format!("staff/{cause}"), fact)).tell(audit)).await
}
