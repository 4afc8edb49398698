//! What the cart asks of other services.

use contracts::{AskOffers, Offer, Offers, StoreTerms, VariantRef};
use domain::{ProductId, StoreId, VariantId};
use futures::future::BoxFuture;
use lambda::calls::{CallError, Calls};

/// Knows what is for sale, and by whom.
pub trait Neighbours: Send + Sync {
    /// The variant as it is sold now; none when there is no such variant.
    fn offer(&self, product: ProductId, variant: VariantId) -> BoxFuture<'_, Result<Option<Offer>, CallError>>;

    /// Those of 1 to 100 variants that there are, as they are sold now.
    fn offers(&self, variants: Vec<VariantRef>) -> BoxFuture<'_, Result<Vec<Offer>, CallError>>;

    /// On what terms a store sells; none when there is no such store.
    fn terms(&self, store: StoreId) -> BoxFuture<'_, Result<Option<StoreTerms>, CallError>>;
}

/// Asks the tech-product and the store service.
#[derive(Clone)]
pub struct Remote {
    tech_product: Calls,
    store: Calls,
}

impl Remote {
    /// Calls to the two services.
    pub const fn new(tech_product: Calls, store: Calls) -> Self {
        Self { tech_product, store }
    }
}

impl Neighbours for Remote {
    fn offer(&self, product: ProductId, variant: VariantId) -> BoxFuture<'_, Result<Option<Offer>, CallError>> {
        Box::pin(
            async move { self.tech_product.get(&format!("/internal/variants/{product}/{variant}")).await?.found() },
        )
    }

    fn offers(&self, variants: Vec<VariantRef>) -> BoxFuture<'_, Result<Vec<Offer>, CallError>> {
        Box::pin(async move {
            let answer = self.tech_product.post_idempotent("/internal/offers", &AskOffers { variants }).await?;
            Ok(answer.ok::<Offers>()?.offers)
        })
    }

    fn terms(&self, store: StoreId) -> BoxFuture<'_, Result<Option<StoreTerms>, CallError>> {
        Box::pin(async move { self.store.get(&format!("/internal/stores/{store}")).await?.found() })
    }
}
