use contracts::{Member, Permission, StaffRole};
use domain::{StoreId, Timestamp, UserId};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MemberStatus {
    /// Works.
    Active,
    /// Does not, for the time being.
    Inactive,
    /// Was stopped.
    Suspended,
}

impl StaffMember {
    /// The one who opens a store.
    pub const fn owner(store_id: StoreId, user_id: UserId, since: Timestamp) -> Self {
        let (role, status) = (StaffRole::Owner, MemberStatus::Active);
        Self { store_id, user_id, role, permissions: Vec::new(), status, since }
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
        for status in [MemberStatus::Inactive, MemberStatus::Suspended] {
            assert_eq!(viewer(status, vec![Permission::StoreWrite]).member(), None);
        }
    }
}
