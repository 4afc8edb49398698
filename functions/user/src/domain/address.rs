//! Where somebody has things sent.

use std::fmt;
use std::str::FromStr;

use contracts::DeliveryAddress;
use domain::{AddressId, Change, Localized, Phone, Reason, Region, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// An address of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    /// The id.
    pub address_id: AddressId,
    /// What the person told.
    pub details: Details,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// What the request with an `Idempotency-Key` asked for that added it: a fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
}

/// What a person tells about an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Details {
    /// What it is to the person.
    #[serde(rename = "type")]
    pub kind: AddressKind,
    /// What the person calls it.
    pub label: Option<Text<60, false>>,
    /// Who takes what is sent.
    pub recipient: Text<100, false>,
    /// Whom the courier calls.
    pub phone: Phone,
    /// The region.
    pub region: Region,
    /// The district or city.
    pub district: Text<100, false>,
    /// The neighbourhood.
    pub mahalla: Option<Text<100, false>>,
    /// The street.
    pub street: Text<150, false>,
    /// The house.
    pub house: Text<20, false>,
    /// The flat.
    pub apartment: Option<Text<20, false>>,
    /// Begins as the region's do.
    pub postal_code: Option<PostalCode>,
    /// What it is near.
    pub landmark: Option<Text<200, false>>,
    /// A point on the map.
    pub location: Option<Location>,
}

/// What an address is to its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AddressKind {
    /// Where they live.
    #[default]
    Home,
    /// Where they work.
    Work,
    /// Where invoices go.
    Billing,
    /// Where parcels go.
    Shipping,
    /// Another one.
    Other,
}

/// A merge patch of an address. What an address always has can be set, not removed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DetailsChange {
    /// See [`Details::kind`].
    pub kind: Option<AddressKind>,
    /// See [`Details::label`].
    pub label: Change<Text<60, false>>,
    /// See [`Details::recipient`].
    pub recipient: Option<Text<100, false>>,
    /// See [`Details::phone`].
    pub phone: Option<Phone>,
    /// See [`Details::region`].
    pub region: Option<Region>,
    /// See [`Details::district`].
    pub district: Option<Text<100, false>>,
    /// See [`Details::mahalla`].
    pub mahalla: Change<Text<100, false>>,
    /// See [`Details::street`].
    pub street: Option<Text<150, false>>,
    /// See [`Details::house`].
    pub house: Option<Text<20, false>>,
    /// See [`Details::apartment`].
    pub apartment: Change<Text<20, false>>,
    /// See [`Details::postal_code`].
    pub postal_code: Change<PostalCode>,
    /// See [`Details::landmark`].
    pub landmark: Change<Text<200, false>>,
    /// See [`Details::location`].
    pub location: Change<Location>,
}

/// The postal code is one of another region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must begin with {0} in this region")]
pub struct ForeignPostalCode(&'static str);

impl Reason for ForeignPostalCode {
    fn reason(&self) -> Localized {
        let prefix = self.0;
        Localized::new(
            format!("bu hududda {prefix} bilan boshlanishi kerak"),
            format!("в этом регионе начинается с {prefix}"),
            format!("must begin with {prefix} in this region"),
        )
    }
}

impl Details {
    /// The details, if their parts fit together.
    pub fn checked(self) -> Result<Self, ForeignPostalCode> {
        let prefix = self.region.postal_prefix();
        let fits = self.postal_code.as_ref().is_none_or(|code| code.0.starts_with(prefix));
        if fits { Ok(self) } else { Err(ForeignPostalCode(prefix)) }
    }

    /// The details after `change`.
    pub fn changed(self, change: DetailsChange) -> Result<Self, ForeignPostalCode> {
        let next = Self {
            kind: change.kind.unwrap_or(self.kind),
            label: change.label.apply(self.label),
            recipient: change.recipient.unwrap_or(self.recipient),
            phone: change.phone.unwrap_or(self.phone),
            region: change.region.unwrap_or(self.region),
            district: change.district.unwrap_or(self.district),
            mahalla: change.mahalla.apply(self.mahalla),
            street: change.street.unwrap_or(self.street),
            house: change.house.unwrap_or(self.house),
            apartment: change.apartment.apply(self.apartment),
            postal_code: change.postal_code.apply(self.postal_code),
            landmark: change.landmark.apply(self.landmark),
            location: change.location.apply(self.location),
        };
        next.checked()
    }
}

impl From<Details> for DeliveryAddress {
    /// The mahalla stands with the street: couriers know it by that name.
    fn from(d: Details) -> Self {
        let street = match d.mahalla {
            Some(mahalla) => format!("{mahalla}, {}", d.street),
            None => d.street.into(),
        };
        Self {
            recipient: d.recipient.into(),
            phone: d.phone,
            region: d.region,
            district: d.district.into(),
            street,
            house: d.house.into(),
            apartment: d.apartment.map(Into::into),
            landmark: d.landmark.map(Into::into),
            postal_code: d.postal_code.map(Into::into),
        }
    }
}

/// Six digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("pattern" = "^[0-9]{6}$"))]
pub struct PostalCode(String);

/// Not six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be six digits")]
pub struct PostalCodeError;

impl Reason for PostalCodeError {
    fn reason(&self) -> Localized {
        Localized::new("olti raqamdan iborat", "состоит из шести цифр", "must be six digits")
    }
}

impl FromStr for PostalCode {
    type Err = PostalCodeError;

    fn from_str(text: &str) -> Result<Self, PostalCodeError> {
        let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(PostalCodeError) }
    }
}

impl TryFrom<String> for PostalCode {
    type Error = PostalCodeError;

    fn try_from(text: String) -> Result<Self, PostalCodeError> {
        text.parse()
    }
}

impl From<PostalCode> for String {
    fn from(code: PostalCode) -> Self {
        code.0
    }
}

impl fmt::Display for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A point on the map, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// North of the equator.
    pub latitude: f64,
    /// East of Greenwich.
    pub longitude: f64,
}

/// The point is not in the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be in Uzbekistan: latitude 37 to 46, longitude 55 to 74")]
pub struct LocationError;

impl Reason for LocationError {
    fn reason(&self) -> Localized {
        Localized::new(
            "O'zbekistonda bo'lishi kerak: kenglik 37–46, uzunlik 55–74",
            "должно быть в Узбекистане: широта 37–46, долгота 55–74",
            "must be in Uzbekistan: latitude 37 to 46, longitude 55 to 74",
        )
    }
}

impl Location {
    /// The point, if it is within the degrees between which the country lies.
    pub fn checked(self) -> Result<Self, LocationError> {
        let inside = (37.0..=46.0).contains(&self.latitude) && (55.0..=74.0).contains(&self.longitude);
        if inside { Ok(self) } else { Err(LocationError) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A flat in Tashkent.
    pub(crate) fn details(house: &str) -> Details {
        Details {
            kind: AddressKind::Home,
            label: None,
            recipient: "Aziza Karimova".parse().unwrap(),
            phone: "+998901234567".parse().unwrap(),
            region: Region::TashkentCity,
            district: "Yunusobod".parse().unwrap(),
            mahalla: None,
            street: "Amir Temur".parse().unwrap(),
            house: house.parse().unwrap(),
            apartment: None,
            postal_code: Some("100084".parse().unwrap()),
            landmark: None,
            location: None,
        }
    }

    #[test]
    fn a_postal_code_is_six_digits_of_its_region() {
        for wrong in ["10008", "1000840", "10008a", "١٠٠٠٨٤", ""] {
            assert_eq!(wrong.parse::<PostalCode>(), Err(PostalCodeError), "{wrong}");
        }
        for (region, code, fits) in [
            (Region::TashkentCity, "100084", true),
            (Region::TashkentCity, "140100", false),
            (Region::Samarkand, "140100", true),
            (Region::Tashkent, "110100", true),
            (Region::Karakalpakstan, "230100", true),
        ] {
            let details = Details { region, postal_code: Some(code.parse().unwrap()), ..details("1") };
            assert_eq!(details.checked().is_ok(), fits, "{region:?} {code}");
        }
    }

    #[test]
    fn a_move_to_another_region_needs_its_postal_code() {
        let region = DetailsChange { region: Some(Region::Samarkand), ..DetailsChange::default() };
        assert_eq!(details("1").changed(region.clone()), Err(ForeignPostalCode("14")));
        let both = DetailsChange { postal_code: Change::Set("140100".parse().unwrap()), ..region.clone() };
        assert_eq!(details("1").changed(both).unwrap().region, Region::Samarkand);
        let without = DetailsChange { postal_code: Change::Clear, ..region };
        assert_eq!(details("1").changed(without).unwrap().postal_code, None);
    }

    #[test]
    fn the_mahalla_goes_with_the_parcel() {
        let details = Details { mahalla: Some("Bog'ishamol".parse().unwrap()), ..details("12A") };
        let address = DeliveryAddress::from(details);
        assert_eq!((address.street.as_str(), address.house.as_str()), ("Bog'ishamol, Amir Temur", "12A"));
    }

    #[test]
    fn a_point_lies_in_the_country() {
        for (latitude, longitude, inside) in [(41.31, 69.24, true), (55.75, 37.62, false), (f64::NAN, 69.0, false)] {
            assert_eq!(Location { latitude, longitude }.checked().is_ok(), inside);
        }
    }
}
