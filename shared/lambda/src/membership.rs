use contracts::Member;
use domain::{StoreId, UserId};
use futures::future::BoxFuture;

use crate::calls::{CallError, Calls};

/// Who works for a store. Asked each time and never cached: a member who was removed is out at once.
pub trait Membership: Send + Sync {
    /// The active member, if the person is one.
    fn member(&self, store: StoreId, user: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>>;
}

/// Asks the store service.
#[derive(Clone)]
pub struct RemoteMembership(Calls);

impl RemoteMembership {
    /// `calls` go to the store service.
    pub const fn new(calls: Calls) -> Self {
        Self(calls)
    }
}

impl Membership for RemoteMembership {
    fn member(&self, store: StoreId, user: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        Box::pin(async move { self.0.get(&format!("/internal/stores/{store}/members/{user}")).await?.found() })
    }
}
