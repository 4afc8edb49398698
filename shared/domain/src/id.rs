//! Typed ids. All are UUID v7: unique without asking anybody, and in order of creation.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::{Builder, Uuid};

use crate::Entropy;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id that sorts by `at`.
            pub fn generate(at: Timestamp, entropy: &dyn Entropy) -> Self {
                let mut random = [0; 10];
                entropy.fill(&mut random);
                let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
            }

            /// The id that always follows from `name`: what makes a repeated effect land on the same row.
            pub fn derived(name: &str) -> Self {
                Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()))
            }

            /// The id as a UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Takes the canonical lower-case form only, so that one id has one spelling.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = Uuid::try_parse(text).map_err(|_| InvalidId)?;
                let mut buffer = Uuid::encode_buffer();
                if id.hyphenated().encode_lower(&mut buffer) == text { Ok(Self(id)) } else { Err(InvalidId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "format": "uuid"})
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                // Not &str: DynamoDB's reader hands over owned text.
                let text = String::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// A sign-in on one device.
    SessionId,
    /// A code or a link that proves something once.
    TokenId,
    /// A seller.
    StoreId,
    /// A thing for sale.
    ProductId,
    /// One of a product's versions, with a stock of its own.
    VariantId,
    /// A picture of a product.
    ImageId,
    /// An upload of many products.
    ImportId,
    /// Stock held for a checkout.
    ReservationId,
    /// A line of a cart.
    CartItemId,
    /// One payment over one order per store.
    CheckoutId,
    /// What one store ships to one shopper.
    OrderId,
    /// Where somebody has things sent.
    AddressId,
    /// What somebody says of a product that they bought.
    ReviewId,
    /// A message to a person.
    NotificationId,
    /// A fact that a service told.
    EventId,
    /// A request, and everything that followed from it.
    CorrelationId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn ids_sort_by_the_time_of_their_creation() {
        let entropy = SeededEntropy::new(1);
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let (old, new) = (OrderId::generate(at(1_000), &entropy), OrderId::generate(at(1_001), &entropy));
        assert!(old.to_string() < new.to_string());
    }

    #[test]
    fn one_id_has_one_spelling() {
        let id = UserId::generate(Timestamp::UNIX_EPOCH, &SeededEntropy::new(2));
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        for other in [text.to_uppercase(), text.replace('-', ""), format!("{{{text}}}"), String::new()] {
            assert_eq!(other.parse::<UserId>(), Err(InvalidId), "{other}");
        }
    }

    #[test]
    fn a_derived_id_is_the_same_every_time() {
        assert_eq!(EventId::derived("order/1/placed"), EventId::derived("order/1/placed"));
        assert_ne!(EventId::derived("order/1/placed"), EventId::derived("order/2/placed"));
    }
}
