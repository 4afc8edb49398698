use contracts::{DeliveryAddress, Fulfilment, PaymentMethod};
use domain::{AddressId, CorrelationId, Localized, Money, Phone, PhoneError, Reason, Region, RegionError, UserId};
use garde::Validate;
use lambda::http::{Problem, readable};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::checked;
use crate::ops::{DeliverTo, Place};

/// The body of `POST /v1/orders`.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub(super) struct NewOrder {
    #[garde(skip)]
    payment_method: PaymentMethod,
    /// One of the shopper's saved addresses; this or `address`.
    #[garde(skip)]
    address_id: Option<AddressId>,
    #[garde(dive)]
    address: Option<NewAddress>,
    #[garde(skip)]
    cart_version: Option<u64>,
    #[garde(skip)]
    expected_total: Option<Money>,
}

#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[schemars(rename = "OrderAddress")]
struct NewAddress {
    #[garde(length(chars, max = 100), custom(readable))]
    recipient: String,
    #[garde(skip)]
    phone: String,
    #[garde(skip)]
    region: String,
    #[garde(length(chars, max = 100), custom(readable))]
    district: String,
    #[garde(length(chars, max = 150), custom(readable))]
    street: String,
    #[garde(length(chars, max = 20), custom(readable))]
    house: String,
    #[garde(inner(length(chars, max = 20)), inner(custom(readable)))]
    apartment: Option<String>,
    #[garde(inner(length(chars, max = 200)), inner(custom(readable)))]
    landmark: Option<String>,
    #[garde(skip)]
    postal_code: Option<String>,
}

impl NewOrder {
    /// The command, or which field is wrong.
    pub(super) fn command(self, user_id: UserId, key: String, correlation_id: CorrelationId) -> Result<Place, Problem> {
        let deliver_to = match (self.address_id, self.address) {
            (Some(saved), None) => DeliverTo::Saved(saved),
            (None, Some(given)) => DeliverTo::Given(given.parse()?),
            _ => {
                let why = Localized::new(
                    "address yoki address_id: faqat bittasi berilishi kerak",
                    "нужно указать что-то одно: address или address_id",
                    "give either address or address_id",
                );
                return Err(Problem::field("address", why));
            }
        };
        let (method, cart_version, expected_total) = (self.payment_method, self.cart_version, self.expected_total);
        Ok(Place { user_id, key, correlation_id, method, deliver_to, cart_version, expected_total })
    }
}

impl NewAddress {
    fn parse(self) -> Result<DeliveryAddress, Problem> {
        let phone: Phone = self.phone.parse().map_err(|e: PhoneError| Problem::field("address.phone", e.reason()))?;
        let region: Region =
            self.region.parse().map_err(|e: RegionError| Problem::field("address.region", e.reason()))?;
        let trimmed = |text: String| text.trim().to_owned();
        let address = DeliveryAddress {
            recipient: trimmed(self.recipient),
            phone,
            region,
            district: trimmed(self.district),
            street: trimmed(self.street),
            house: trimmed(self.house),
            apartment: self.apartment.map(trimmed),
            landmark: self.landmark.map(trimmed),
            postal_code: self.postal_code,
        };
        checked(address).map_err(|e| Problem::field("address.postal_code", e.reason()))
    }
}

/// The body of a transition.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub(super) struct Transition {
    /// Where to; `CANCELLED` gives the order up, `FAILED` says that it was lost on its way.
    #[garde(skip)]
    pub(super) to: Fulfilment,
    /// For the history: why, or anything worth knowing.
    #[garde(inner(length(chars, max = 500)), inner(custom(readable)))]
    pub(super) note: Option<String>,
}

/// Where somebody may move an order to: what begins an order is nobody's to choose.
pub(super) fn movable(to: Fulfilment) -> Result<Fulfilment, Problem> {
    match to {
        Fulfilment::PendingPayment | Fulfilment::Pending => {
            let why = Localized::new("buni hech kim tanlamaydi", "это никто не выбирает", "is nobody's to choose");
            Err(Problem::field("to", why))
        }
        to => Ok(to),
    }
}

/// The body of a cancellation.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
pub(super) struct Cancellation {
    /// Why, in the words of whoever cancels.
    #[garde(inner(length(chars, max = 500)), inner(custom(readable)))]
    pub(super) note: Option<String>,
}
