//! Values that are read whole and never by their parts.

use std::fmt;
use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::ops::Deref;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::{DeserializeOwned, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A part of a row that is kept as compressed JSON (binary, raw deflate of RFC 1951): half the size or less of what is
/// full of ids and names, and `DynamoDB` takes a write unit for each KB. No condition, index or counter can look inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packed<T>(pub T);

impl<T> Deref for Packed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_vec(&self.0).map_err(S::Error::custom)?;
        serializer.serialize_bytes(&pack(&json).map_err(S::Error::custom)?)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(Unpack(PhantomData)).map(Self)
    }
}

struct Unpack<T>(PhantomData<T>);

impl<T: DeserializeOwned> Visitor<'_> for Unpack<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("compressed JSON")
    }

    fn visit_bytes<E: serde::de::Error>(self, packed: &[u8]) -> Result<T, E> {
        serde_json::from_slice(&unpack(packed).map_err(E::custom)?).map_err(E::custom)
    }
}

/// Texts of which the long ones are packed: what fits a write unit anyway stays legible.
pub(crate) mod text {
    use std::io;

    use serde::ser::Error as _;

    use super::{Deserializer, Serializer, Visitor, fmt, pack, unpack};

    /// Bytes of the longest text that is kept as it is: a write unit takes them and 300 bytes of keys and names.
    const PLAIN_MAX: usize = 700;

    pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        if text.len() <= PLAIN_MAX {
            return serializer.serialize_str(text);
        }
        serializer.serialize_bytes(&pack(text.as_bytes()).map_err(S::Error::custom)?)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(PlainOrPacked)
    }

    pub(crate) fn unpacked(packed: &[u8]) -> io::Result<String> {
        String::from_utf8(unpack(packed)?).map_err(io::Error::other)
    }

    struct PlainOrPacked;

    impl Visitor<'_> for PlainOrPacked {
        type Value = String;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a text or a compressed text")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_bytes<E: serde::de::Error>(self, packed: &[u8]) -> Result<String, E> {
            unpacked(packed).map_err(E::custom)
        }
    }
}

fn pack(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(plain)?;
    packed.finish()
}

fn unpack(packed: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_packed_is_read_as_it_was(value in prop::collection::vec(prop::collection::vec(".*", 0..4), 0..4)) {
            let packed: AttributeValue = serde_dynamo::to_attribute_value(Packed(&value)).unwrap();
            prop_assert!(packed.is_b());
            let read: Packed<Vec<Vec<String>>> = serde_dynamo::from_attribute_value(packed).unwrap();
            prop_assert_eq!(read.0, value);
        }
    }

    #[test]
    fn what_is_not_packed_is_refused() {
        for wrong in [AttributeValue::S("[]".into()), AttributeValue::B(b"[]".as_slice().into())] {
            assert!(serde_dynamo::from_attribute_value::<_, Packed<Vec<u8>>>(wrong).is_err());
        }
    }
}
