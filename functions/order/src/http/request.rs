use domain::{CorrelationId, Money, Phone, Region, UserId};
use garde::Validate;
use lambda::http::Problem;
use serde::Deserialize;

use crate::domain::{Address, PaymentMethod};
use crate::ops::Place;

/// The body of `POST /v1/orders`.
#[derive(Debug, Deserialize, Validate)]
pub(super) struct NewOrder {
    #[garde(skip)]
    payment_method: String,
    #[garde(dive)]
    address: NewAddress,
    #[garde(skip)]
    cart_version: Option<u64>,
    #[garde(skip)]
    expected_total: Option<Money>,
}

#[derive(Debug, Deserialize, Validate)]
struct NewAddress {
    #[garde(length(chars, max = 100), custom(filled))]
    recipient: String,
    #[garde(skip)]
    phone: String,
    #[garde(skip)]
    region: String,
    #[garde(length(chars, max = 100), custom(filled))]
    district: String,
    #[garde(length(chars, max = 150), custom(filled))]
    street: String,
    #[garde(length(chars, max = 20), custom(filled))]
    house: String,
    #[garde(inner(length(chars, max = 20)), inner(custom(filled)))]
    apartment: Option<String>,
    #[garde(inner(length(chars, max = 200)), inner(custom(filled)))]
    landmark: Option<String>,
    #[garde(skip)]
    postal_code: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator's signature")]
fn filled(text: &str, (): &()) -> garde::Result {
    let printable = !text.trim().is_empty() && !text.chars().any(char::is_control);
    if printable { Ok(()) } else { Err(garde::Error::new("must hold visible characters")) }
}

impl NewOrder {
    /// The command, or which field is wrong.
    pub(super) fn command(self, user_id: UserId, key: String, correlation_id: CorrelationId) -> Result<Place, Problem> {
        let method = PaymentMethod::parse(&self.payment_method)
            .ok_or_else(|| Problem::field("payment_method", "must be CASH_ON_DELIVERY"))?;
        let address = self.address.parse()?;
        let (cart_version, expected_total) = (self.cart_version, self.expected_total);
        Ok(Place { user_id, key, correlation_id, method, address, cart_version, expected_total })
    }
}

impl NewAddress {
    fn parse(self) -> Result<Address, Problem> {
        let phone: Phone = self.phone.parse().map_err(|e| Problem::field("address.phone", e))?;
        let region: Region = self.region.parse().map_err(|e| Problem::field("address.region", e))?;
        let trimmed = |text: String| text.trim().to_owned();
        let address = Address {
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
        address.checked().map_err(|e| Problem::field("address.postal_code", e))
    }
}
