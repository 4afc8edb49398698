//! What the store service says of a store.

use contracts::StoreTerms;
use domain::StoreId;
use futures::future::BoxFuture;
use lambda::calls::{CallError, Calls};

/// Answers the terms under which a store sells.
pub trait Stores: Send + Sync {
    /// The store's terms; `None` when there is no such store.
    fn terms(&self, store: StoreId) -> BoxFuture<'_, Result<Option<StoreTerms>, CallError>>;
}

/// Asks the store service.
#[derive(Clone)]
pub struct RemoteStores(Calls);

impl RemoteStores {
    /// `calls` go to the store service.
    pub const fn new(calls: Calls) -> Self {
        Self(calls)
    }
}

impl Stores for RemoteStores {
    fn terms(&self, store: StoreId) -> BoxFuture<'_, Result<Option<StoreTerms>, CallError>> {
        Box::pin(async move { self.0.get(&format!("/internal/stores/{store}")).await?.found() })
    }
}
