//! Who works for a store.

use contracts::Member;
use domain::{StoreId, UserId};
use dynamodb::{Error, Table};
use futures::future::BoxFuture;
use lambda::Membership;
use lambda::calls::CallError;

use crate::domain::StaffMember;
use crate::table;

/// The member with every change that was answered before; `None` for everybody who does not work there now.
pub async fn member(table: &Table, store: StoreId, user: UserId) -> Result<Option<Member>, Error> {
    let row = table.get_consistent::<StaffMember>(table::staff(store, user)).await?;
    Ok(row.and_then(|member| member.member()))
}

/// Asks the service's own table, where the other services ask this one.
#[derive(Clone)]
pub struct TableMembership(Table);

impl TableMembership {
    /// `table` is the store table.
    pub const fn new(table: Table) -> Self {
        Self(table)
    }
}

impl Membership for TableMembership {
    fn member(&self, store: StoreId, user: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        let unavailable = |error: Error| CallError::Unavailable("the store table".to_owned(), error.to_string());
        Box::pin(async move { member(&self.0, store, user).await.map_err(unavailable) })
    }
}
