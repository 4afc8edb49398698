//! What the cart asks of tech-product.

use contracts::Offer;
use domain::{ProductId, VariantId};
use futures::future::BoxFuture;
use lambda::calls::{CallError, Calls};

/// Knows what is for sale.
pub trait Catalogue: Send + Sync {
    /// The variant as it is sold now; none when there is no such variant.
    fn offer(&self, product: ProductId, variant: VariantId) -> BoxFuture<'_, Result<Option<Offer>, CallError>>;
}

/// Asks the tech-product service.
#[derive(Clone)]
pub struct RemoteCatalogue(Calls);

impl RemoteCatalogue {
    /// `calls` go to the tech-product service.
    pub const fn new(calls: Calls) -> Self {
        Self(calls)
    }
}

impl Catalogue for RemoteCatalogue {
    fn offer(&self, product: ProductId, variant: VariantId) -> BoxFuture<'_, Result<Option<Offer>, CallError>> {
        Box::pin(async move { self.0.get(&format!("/internal/variants/{product}/{variant}")).await?.found() })
    }
}
