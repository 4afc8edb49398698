//! What the order service asks of the others.

use contracts::{
    CartSnapshot, DeliveryAddress, Extend, LineRefusal, Reservation, ReservationStatus, Reserve, Settle, StoreTerms,
};
use domain::{AddressId, ReservationId, StoreId, UserId};
use futures::future::BoxFuture;
use http::StatusCode;
use lambda::calls::{Answer, CallError, Calls};

/// The answer of another service.
pub type Asked<'a, T> = BoxFuture<'a, Result<T, CallError>>;

/// The other services. All calls may be repeated.
pub trait Neighbours: Send + Sync {
    /// The user's cart.
    fn cart(&self, user: UserId) -> Asked<'_, CartSnapshot>;

    /// What a store sells under; none when there is no such store.
    fn terms(&self, store: StoreId) -> Asked<'_, Option<StoreTerms>>;

    /// Holds every line or none.
    fn reserve(&self, id: ReservationId, request: Reserve) -> Asked<'_, Reserved>;

    /// Ends a hold, or one store's part of it. Of one that is not there (yet), nothing will be held any more: a request
    /// for it that comes late is told that it has ended.
    fn release(&self, id: ReservationId, store: Option<StoreId>) -> Asked<'_, ()>;

    /// The goods of a store's part have left.
    fn commit(&self, id: ReservationId, store: StoreId) -> Asked<'_, ()>;

    /// A user's saved address; none when they have no such address.
    fn address(&self, user: UserId, address: AddressId) -> Asked<'_, Option<DeliveryAddress>>;

    /// Lets a hold last so many seconds from now; none when nothing is held any more.
    fn extend(&self, id: ReservationId, hold_for_seconds: u32) -> Asked<'_, Option<Reservation>>;
}

/// What became of a reservation.
#[derive(Debug, Clone)]
pub enum Reserved {
    /// Every line is held.
    Held(Reservation),
    /// Nothing is: too few are left.
    Short(Vec<LineRefusal>),
    /// Nothing is: the price is another.
    PriceChanged(Vec<LineRefusal>),
    /// The hold of that id has ended already.
    Ended,
}

/// Asks over the internal API.
#[derive(Clone)]
pub struct RemoteNeighbours {
    /// To the cart service.
    pub cart: Calls,
    /// To the store service.
    pub store: Calls,
    /// To the tech-product service.
    pub tech_product: Calls,
    /// To the user service.
    pub user: Calls,
}

impl Neighbours for RemoteNeighbours {
    fn cart(&self, user: UserId) -> Asked<'_, CartSnapshot> {
        Box::pin(async move { self.cart.get(&format!("/internal/carts/{user}")).await?.ok() })
    }

    fn terms(&self, store: StoreId) -> Asked<'_, Option<StoreTerms>> {
        Box::pin(async move { self.store.get(&format!("/internal/stores/{store}")).await?.found() })
    }

    fn reserve(&self, id: ReservationId, request: Reserve) -> Asked<'_, Reserved> {
        Box::pin(async move {
            let answer = self.tech_product.put(&format!("/internal/reservations/{id}"), &request).await?;
            read_reserved(answer)
        })
    }

    fn release(&self, id: ReservationId, store: Option<StoreId>) -> Asked<'_, ()> {
        Box::pin(async move {
            let path = format!("/internal/reservations/{id}/release");
            let answer = self.tech_product.post_idempotent(&path, &Settle { store_id: store }).await?;
            answer.ok::<Reservation>().map(|_| ())
        })
    }

    fn commit(&self, id: ReservationId, store: StoreId) -> Asked<'_, ()> {
        Box::pin(async move {
            let path = format!("/internal/reservations/{id}/commit");
            let answer = self.tech_product.post_idempotent(&path, &Settle { store_id: Some(store) }).await?;
            answer.ok::<Reservation>().map(|_| ())
        })
    }

    fn address(&self, user: UserId, address: AddressId) -> Asked<'_, Option<DeliveryAddress>> {
        Box::pin(async move { self.user.get(&format!("/internal/users/{user}/addresses/{address}")).await?.found() })
    }

    fn extend(&self, id: ReservationId, hold_for_seconds: u32) -> Asked<'_, Option<Reservation>> {
        Box::pin(async move {
            let path = format!("/internal/reservations/{id}/extend");
            let answer = self.tech_product.post_idempotent(&path, &Extend { hold_for_seconds }).await?;
            if answer.status == StatusCode::CONFLICT { Ok(None) } else { answer.found() }
        })
    }
}

fn read_reserved(answer: Answer) -> Result<Reserved, CallError> {
    let lines = || serde_json::from_value::<Vec<LineRefusal>>(answer.body["lines"].clone()).ok();
    if answer.status == StatusCode::CONFLICT {
        match (answer.problem(), lines()) {
            (Some("stock-short"), Some(lines)) => return Ok(Reserved::Short(lines)),
            (Some("price-changed"), Some(lines)) => return Ok(Reserved::PriceChanged(lines)),
            (Some("reservation-released"), _) => return Ok(Reserved::Ended),
            _ => {}
        }
    }
    let reservation: Reservation = answer.ok()?;
    Ok(if reservation.status == ReservationStatus::Held { Reserved::Held(reservation) } else { Reserved::Ended })
}

#[cfg(test)]
mod tests {
    use aws_config::{Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use contracts::ReserveLine;
    use domain::{Currency, Money, ProductId, Timestamp, VariantId};
    use lambda::{Base, Settings};
    use serde_json::{Value, json};
    use wiremock::matchers::{body_partial_json, header_exists, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn neighbours(server: &MockServer) -> RemoteNeighbours {
        let aws = SdkConfig::builder()
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "test")))
            .build();
        let (url, service) = (server.uri(), contracts::Service::Cart);
        let base = Base::new(Settings::of([("CART_SERVICE_URL", url.as_str())]), aws).unwrap();
        let calls = || base.calls(service).unwrap();
        RemoteNeighbours { cart: calls(), store: calls(), tech_product: calls(), user: calls() }
    }

    fn id() -> ReservationId {
        ReservationId::derived("hold")
    }

    async fn answers(server: &MockServer, verb: &str, end: &str, status: u16, body: &Value) {
        Mock::given(method(verb))
            .and(path(format!("/internal/reservations/{}{end}", id())))
            .and(header_exists("authorization"))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .up_to_n_times(1)
            .mount(server)
            .await;
    }

    fn request() -> Reserve {
        let (product_id, variant_id) = (ProductId::derived("cpu"), VariantId::derived("cpu"));
        let line = ReserveLine { product_id, variant_id, quantity: 2, unit_price: Money::tiyin(5) };
        Reserve { user_id: UserId::derived("u"), hold_for_seconds: 60, currency: Currency::UZS, lines: vec![line] }
    }

    fn hold(status: ReservationStatus) -> Value {
        json!(Reservation {
            reservation_id: id(),
            status,
            expires_at: Timestamp::UNIX_EPOCH,
            parts: Vec::new(),
            lines: Vec::new()
        })
    }

    #[tokio::test]
    async fn a_refused_hold_names_its_lines() {
        let server = MockServer::start().await;
        let line = json!({
            "product_id": ProductId::derived("cpu"), "variant_id": VariantId::derived("cpu"),
            "requested": 2, "available": 1, "unit_price": null,
        });
        answers(&server, "PUT", "", 409, &json!({"code": "stock-short", "lines": [line]})).await;
        answers(&server, "PUT", "", 409, &json!({"code": "price-changed", "lines": [line]})).await;
        answers(&server, "PUT", "", 409, &json!({"code": "reservation-differs"})).await;
        answers(&server, "PUT", "", 200, &hold(ReservationStatus::Held)).await;
        answers(&server, "PUT", "", 200, &hold(ReservationStatus::Released)).await;
        answers(&server, "PUT", "", 409, &json!({"code": "reservation-released"})).await;
        let neighbours = neighbours(&server);
        let reserve = || neighbours.reserve(id(), request());
        assert!(matches!(reserve().await, Ok(Reserved::Short(lines)) if lines[0].available == 1));
        assert!(matches!(reserve().await, Ok(Reserved::PriceChanged(lines)) if lines[0].requested == 2));
        assert!(matches!(reserve().await, Err(CallError::Unexpected(..))));
        assert!(matches!(reserve().await, Ok(Reserved::Held(_))));
        assert!(matches!(reserve().await, Ok(Reserved::Ended)));
        assert!(matches!(reserve().await, Ok(Reserved::Ended)));
    }

    #[tokio::test]
    async fn a_release_is_done_only_when_the_hold_is_said_to_be_released() {
        let server = MockServer::start().await;
        answers(&server, "POST", "/release", 200, &hold(ReservationStatus::Released)).await;
        answers(&server, "POST", "/release", 409, &json!({"code": "reservation-committed"})).await;
        answers(&server, "POST", "/release", 404, &json!({"code": "not-found"})).await;
        let neighbours = neighbours(&server);
        assert!(neighbours.release(id(), None).await.is_ok());
        assert!(matches!(neighbours.release(id(), None).await, Err(CallError::Unexpected(..))));
        assert!(matches!(neighbours.release(id(), None).await, Err(CallError::Unexpected(..))));
    }

    #[tokio::test]
    async fn an_extension_says_whether_there_is_still_a_hold() {
        let server = MockServer::start().await;
        Mock::given(body_partial_json(json!({"hold_for_seconds": 60})))
            .respond_with(ResponseTemplate::new(200).set_body_json(hold(ReservationStatus::Held)))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        answers(&server, "POST", "/extend", 409, &json!({"code": "ended"})).await;
        answers(&server, "POST", "/extend", 404, &json!({"code": "not-found"})).await;
        let neighbours = neighbours(&server);
        assert!(matches!(neighbours.extend(id(), 60).await, Ok(Some(_))));
        assert!(matches!(neighbours.extend(id(), 60).await, Ok(None)));
        assert!(matches!(neighbours.extend(id(), 60).await, Ok(None)));
    }
}
