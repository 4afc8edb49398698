//! Addresses as they are sent: new ones, and merge patches.

use domain::{Change, Phone, Reason, Region};
use garde::Validate;
use lambda::http::Problem;
use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::Fields;
use crate::domain::{AddressKind, Details, DetailsChange, Location, PostalCode, Text};

/// A new address.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schemars(rename = "NewAddress")]
pub(super) struct AddressBody {
    /// `HOME` when nothing is said.
    #[serde(rename = "type", default)]
    kind: AddressKind,
    #[schemars(with = "Option<Text<60, false>>")]
    label: Option<String>,
    #[schemars(with = "Text<100, false>")]
    recipient: String,
    #[schemars(with = "Phone")]
    phone: String,
    #[schemars(with = "Region")]
    region: String,
    #[schemars(with = "Text<100, false>")]
    district: String,
    #[schemars(with = "Option<Text<100, false>>")]
    mahalla: Option<String>,
    #[schemars(with = "Text<150, false>")]
    street: String,
    #[schemars(with = "Text<20, false>")]
    house: String,
    #[schemars(with = "Option<Text<20, false>>")]
    apartment: Option<String>,
    /// Begins as the region's do.
    #[schemars(with = "Option<PostalCode>")]
    postal_code: Option<String>,
    #[schemars(with = "Option<Text<200, false>>")]
    landmark: Option<String>,
    location: Option<Location>,
    /// Whether it becomes the default; the first address does in any case.
    #[serde(default)]
    pub(super) is_default: bool,
}

impl AddressBody {
    /// The details, or a 422 that lists every member that is wrong.
    pub(super) fn read(self) -> Result<Details, Problem> {
        let mut fields = Fields::default();
        let label = fields.option("label", self.label.as_deref());
        let recipient = fields.value("recipient", &self.recipient);
        let phone = fields.value("phone", &self.phone);
        let region = fields.value("region", &self.region);
        let district = fields.value("district", &self.district);
        let mahalla = fields.option("mahalla", self.mahalla.as_deref());
        let street = fields.value("street", &self.street);
        let house = fields.value("house", &self.house);
        let apartment = fields.option("apartment", self.apartment.as_deref());
        let postal_code = fields.option("postal_code", self.postal_code.as_deref());
        let landmark = fields.option("landmark", self.landmark.as_deref());
        if let Some(Err(error)) = self.location.map(Location::checked) {
            fields.wrong("location", error.reason());
        }
        let required = (recipient, phone, region, district, street, house);
        let (Some(recipient), Some(phone), Some(region), Some(district), Some(street), Some(house)) = required else {
            return Err(fields.problem());
        };
        let (kind, location) = (self.kind, self.location);
        let details = Details {
            kind,
            label,
            recipient,
            phone,
            region,
            district,
            mahalla,
            street,
            house,
            apartment,
            postal_code,
            landmark,
            location,
        };
        fields.done(details)?.checked().map_err(|error| Problem::field("postal_code", error.reason()))
    }
}

/// The members that may be changed; any other member is a malformed body.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(super) struct AddressPatch {
    #[serde(rename = "type")]
    kind: Option<AddressKind>,
    #[schemars(with = "Change<Text<60, false>>")]
    label: Change<String>,
    #[schemars(with = "Text<100, false>")]
    recipient: Change<String>,
    #[schemars(with = "Phone")]
    phone: Change<String>,
    #[schemars(with = "Region")]
    region: Change<String>,
    #[schemars(with = "Text<100, false>")]
    district: Change<String>,
    #[schemars(with = "Change<Text<100, false>>")]
    mahalla: Change<String>,
    #[schemars(with = "Text<150, false>")]
    street: Change<String>,
    #[schemars(with = "Text<20, false>")]
    house: Change<String>,
    #[schemars(with = "Change<Text<20, false>>")]
    apartment: Change<String>,
    #[schemars(with = "Change<PostalCode>")]
    postal_code: Change<String>,
    #[schemars(with = "Change<Text<200, false>>")]
    landmark: Change<String>,
    location: Change<Location>,
}

impl AddressPatch {
    /// The change, or a 422 that lists every member that is wrong.
    pub(super) fn read(self) -> Result<DetailsChange, Problem> {
        let mut fields = Fields::default();
        let change = DetailsChange {
            kind: self.kind,
            label: fields.text("label", self.label, str::parse),
            recipient: fields.set("recipient", self.recipient, str::parse),
            phone: fields.set("phone", self.phone, str::parse),
            region: fields.set("region", self.region, str::parse),
            district: fields.set("district", self.district, str::parse),
            mahalla: fields.text("mahalla", self.mahalla, str::parse),
            street: fields.set("street", self.street, str::parse),
            house: fields.set("house", self.house, str::parse),
            apartment: fields.text("apartment", self.apartment, str::parse),
            postal_code: fields.text("postal_code", self.postal_code, str::parse),
            landmark: fields.text("landmark", self.landmark, str::parse),
            location: fields.change("location", self.location, Location::checked),
        };
        fields.done(change)
    }
}
