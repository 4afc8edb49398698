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

#[cfg(test)]
mod tests {
    use aws_config::{Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use contracts::Service;
    use lambda::{Base, Settings};
    use serde_json::{Value, json};
    use wiremock::matchers::{body_json, header_exists, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::testkit::{offer, terms};

    async fn remote() -> (MockServer, Remote) {
        let server = MockServer::start().await;
        let credentials = SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "test"));
        let aws = SdkConfig::builder().region(Region::new("eu-central-1")).credentials_provider(credentials).build();
        let base = Base::new(Settings::of([("CART_SERVICE_URL", server.uri().as_str())]), aws).unwrap();
        let calls = || base.calls(Service::Cart).unwrap();
        let remote = Remote::new(calls(), calls());
        (server, remote)
    }

    fn asked(verb: &str, at: String) -> wiremock::MockBuilder {
        Mock::given(method(verb)).and(path(at)).and(header_exists("authorization"))
    }

    fn answer(status: u16, body: &Value) -> ResponseTemplate {
        ResponseTemplate::new(status).set_body_json(body)
    }

    #[tokio::test]
    async fn many_offers_are_one_signed_question() {
        let (server, remote) = remote().await;
        let of = |name| {
            let offer = offer(name);
            VariantRef { product_id: offer.product_id, variant_id: offer.variant_id }
        };
        let variants = vec![of("a"), of("unknown")];
        asked("POST", "/internal/offers".into())
            .and(body_json(json!({"variants": variants})))
            .respond_with(answer(200, &json!({"offers": [offer("a")]})))
            .expect(1)
            .mount(&server)
            .await;
        assert_eq!(remote.offers(variants).await.unwrap(), [offer("a")]);
    }

    #[tokio::test]
    async fn what_there_is_not_is_none_and_a_silent_neighbour_is_an_error() {
        let (server, remote) = remote().await;
        let (known, gone, silent) = (StoreId::derived("known"), StoreId::derived("gone"), StoreId::derived("silent"));
        let at = |store: StoreId| format!("/internal/stores/{store}");
        asked("GET", at(known)).respond_with(answer(200, &json!(terms(known)))).mount(&server).await;
        asked("GET", at(gone)).respond_with(answer(404, &json!({"code": "not-found"}))).mount(&server).await;
        asked("GET", at(silent)).respond_with(ResponseTemplate::new(503)).expect(3).mount(&server).await;
        assert_eq!(remote.terms(known).await.unwrap(), Some(terms(known)));
        assert_eq!(remote.terms(gone).await.unwrap(), None);
        assert!(matches!(remote.terms(silent).await, Err(CallError::Unavailable(..))));
        let Offer { product_id, variant_id, .. } = offer("a");
        let variant = format!("/internal/variants/{product_id}/{variant_id}");
        asked("GET", variant).respond_with(answer(200, &json!(offer("a")))).mount(&server).await;
        assert_eq!(remote.offer(product_id, variant_id).await.unwrap(), Some(offer("a")));
    }
}
