use contracts::{Member, Permission, StaffRole};
use domain::{StoreId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody who works for a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// The store.
    pub store_id: StoreId,
    /// The person.
    pub user_id: UserId,
    /// What they are there.
    pub role: StaffRole,
    /// What they may do beyond their role.
    pub permissions: Vec<Permission>,
    /// Whether they work now.
    pub status: MemberStatus,
    /// Since when they are a member.
    pub since: Timestamp,
}

/// Whether somebody works for the store now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MemberStatus {
    /// Works.
    Active,
    /// Does not, for the time being.
    Inactive,
    /// Was stopped.
    Suspended,
    /// Was asked to work and has not answered.
    Invited,
}

/// How many people a store may have on its staff, those invited counted.
pub const STAFF_MAX: u32 = 100;

/// A change of somebody's place in a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberChange {
    /// See [`StaffMember::role`].
    pub role: Option<StaffRole>,
    /// See [`StaffMember::permissions`].
    pub permissions: Option<Vec<Permission>>,
    /// See [`StaffMember::status`].
    pub status: Option<MemberStatus>,
}

/// Why the rules do not allow a change of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StaffRefusal {
    /// Only owners touch owners, and nobody gives what they do not have.
    #[error("whoever acts may not do this")]
    NotAllowed,
    /// Nobody changes their own place; they may leave.
    #[error("nobody changes their own place")]
    Oneself,
    /// A store is never without an owner.
    #[error("the last owner stays")]
    LastOwner,
    /// The person is on the staff already, or was invited as something else.
    #[error("the person is on the staff already")]
    Member,
    /// Only the invited person ends an open invitation by accepting, and nobody becomes invited by a change.
    #[error("an invitation is accepted or removed, not changed")]
    Invitation,
    /// There are as many people as a store may have.
    #[error("there are {STAFF_MAX} people on the staff")]
    Full,
    /// A closed store takes nobody on.
    #[error("the store is closed")]
    Closed,
}

impl StaffMember {
    /// The one who opens a store.
    pub const fn owner(store_id: StoreId, user_id: UserId, since: Timestamp) -> Self {
        let (role, status) = (StaffRole::Owner, MemberStatus::Active);
        Self { store_id, user_id, role, permissions: Vec::new(), status, since }
    }

    /// Somebody who is asked to join.
    pub fn invited(
        store_id: StoreId,
        user_id: UserId,
        role: StaffRole,
        permissions: Vec<Permission>,
        since: Timestamp,
    ) -> Self {
        let permissions = beyond(role, permissions);
        Self { store_id, user_id, role, permissions, status: MemberStatus::Invited, since }
    }

    /// Role, and what is granted beyond it.
    pub fn grants(&self) -> (StaffRole, &[Permission]) {
        (self.role, &self.permissions)
    }

    /// Whether the person is an owner who works now.
    pub fn owns(&self) -> bool {
        self.role == StaffRole::Owner && self.status == MemberStatus::Active
    }

    /// The member after `change`.
    pub fn changed(&self, change: &MemberChange) -> Result<Self, StaffRefusal> {
        let status = change.status.unwrap_or(self.status);
        if (self.status == MemberStatus::Invited) != (status == MemberStatus::Invited) {
            return Err(StaffRefusal::Invitation);
        }
        let role = change.role.unwrap_or(self.role);
        let permissions = beyond(role, change.permissions.clone().unwrap_or_else(|| self.permissions.clone()));
        Ok(Self { role, permissions, status, ..self.clone() })
    }

    /// Whether this member may make `next` of `now` (nobody yet, when there is none): only owners touch owners, nobody
    /// gives what they do not have, and nobody touches who has more than they do.
    pub fn may_manage(&self, now: Option<&Self>, next: &Self) -> Result<(), StaffRefusal> {
        let own = self.member().ok_or(StaffRefusal::NotAllowed)?;
        let within = |other: &Self| {
            let mut theirs = other.role.permissions().iter().chain(&other.permissions);
            theirs.all(|permission| own.permissions.contains(permission))
        };
        let touches_owner = next.role == StaffRole::Owner || now.is_some_and(|now| now.role == StaffRole::Owner);
        let allowed = own.permissions.contains(&Permission::StaffWrite)
            && (self.role == StaffRole::Owner || !touches_owner)
            && now.is_none_or(within)
            && within(next);
        if allowed { Ok(()) } else { Err(StaffRefusal::NotAllowed) }
    }

    /// What the person may do, role and explicit permissions together; `None` unless they work now.
    pub fn member(&self) -> Option<Member> {
        if self.status != MemberStatus::Active {
            return None;
        }
        let mut permissions = self.role.permissions().to_vec();
        let more = self.permissions.iter().filter(|p| !self.role.permissions().contains(p));
        permissions.extend(more);
        Some(Member { store_id: self.store_id, user_id: self.user_id, role: self.role, permissions })
    }
}

/// Each permission once, without those that the role brings.
fn beyond(role: StaffRole, permissions: Vec<Permission>) -> Vec<Permission> {
    let mut more = Vec::new();
    for permission in permissions {
        if !role.permissions().contains(&permission) && !more.contains(&permission) {
            more.push(permission);
        }
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(status: MemberStatus, permissions: Vec<Permission>) -> StaffMember {
        let owner = StaffMember::owner(StoreId::derived("s"), UserId::derived("u"), Timestamp::UNIX_EPOCH);
        StaffMember { role: StaffRole::Viewer, status, permissions, ..owner }
    }

    #[test]
    fn explicit_permissions_come_on_top_of_the_role() {
        let member = viewer(MemberStatus::Active, vec![Permission::OrdersRead, Permission::ProductsWrite]).member();
        let expected = [Permission::StoreRead, Permission::OrdersRead, Permission::ProductsWrite];
        assert_eq!(member.unwrap().permissions, expected);
    }

    #[test]
    fn who_does_not_work_now_may_do_nothing() {
        for status in [MemberStatus::Inactive, MemberStatus::Suspended, MemberStatus::Invited] {
            assert_eq!(viewer(status, vec![Permission::StoreWrite]).member(), None);
        }
    }

    #[test]
    fn only_owners_touch_owners_and_nobody_gives_what_they_do_not_have() {
        let of = |role, permissions| StaffMember { role, ..viewer(MemberStatus::Active, permissions) };
        let owner = of(StaffRole::Owner, vec![]);
        let helper = of(StaffRole::Manager, vec![Permission::StaffWrite]);
        let manager = of(StaffRole::Manager, vec![]);
        let accountant = of(StaffRole::Accountant, vec![]);
        let employee = of(StaffRole::Employee, vec![]);
        let refused = Err(StaffRefusal::NotAllowed);
        assert_eq!(owner.may_manage(None, &owner), Ok(()));
        assert_eq!(owner.may_manage(Some(&owner), &employee), Ok(()));
        assert_eq!(helper.may_manage(None, &owner), refused);
        assert_eq!(helper.may_manage(Some(&owner), &employee), refused);
        assert_eq!(helper.may_manage(Some(&employee), &manager), Ok(()));
        assert_eq!(helper.may_manage(None, &accountant), refused, "managers have no say over money");
        assert_eq!(helper.may_manage(Some(&accountant), &employee), refused);
        assert_eq!(manager.may_manage(None, &employee), refused, "no permission for staff");
        let suspended = StaffMember { status: MemberStatus::Suspended, ..owner };
        assert_eq!(suspended.may_manage(None, &employee), refused);
    }

    #[test]
    fn an_invitation_is_not_accepted_by_somebody_else() {
        let invited = viewer(MemberStatus::Invited, vec![]);
        let status = |status| MemberChange { status: Some(status), ..MemberChange::default() };
        assert_eq!(invited.changed(&status(MemberStatus::Active)), Err(StaffRefusal::Invitation));
        let active = viewer(MemberStatus::Active, vec![]);
        assert_eq!(active.changed(&status(MemberStatus::Invited)), Err(StaffRefusal::Invitation));
        let role = MemberChange { role: Some(StaffRole::Manager), ..MemberChange::default() };
        assert_eq!(invited.changed(&role).unwrap().status, MemberStatus::Invited);
    }
}
