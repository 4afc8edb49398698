//! The MD5 digests by which SDKs check that a message arrived as it was sent.

use std::collections::BTreeMap;

use md5::{Digest, Md5};

use super::message::AttributeValue;

/// MD5 of a body, in hexadecimal.
pub(super) fn of_body(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// MD5 of message attributes in SQS's encoding, in hexadecimal; `None` when there are none.
///
/// In order of name: length and name, length and data type, one byte for text (1) or binary (2), length and value. Every
/// length is four bytes, big-endian.
pub(super) fn of_attributes(attributes: &BTreeMap<String, AttributeValue>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut md5 = Md5::new();
    for (name, value) in attributes {
        put(&mut md5, name.as_bytes());
        put(&mut md5, value.data_type.as_bytes());
        if let Some(binary) = &value.binary_value {
            md5.update([2]);
            put(&mut md5, binary);
        } else {
            md5.update([1]);
            put(&mut md5, value.string_value.as_deref().unwrap_or_default().as_bytes());
        }
    }
    Some(hex::encode(md5.finalize()))
}

fn put(md5: &mut Md5, bytes: &[u8]) {
    // A message holds at most 1 MiB, so a length always fits.
    md5.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    md5.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_digest_is_the_one_aws_documents() {
        let attributes = BTreeMap::from([(
            "timestamp".to_owned(),
            AttributeValue {
                data_type: "Number".to_owned(),
                string_value: Some("1493147359900".to_owned()),
                binary_value: None,
            },
        )]);
        assert_eq!(of_attributes(&attributes).as_deref(), Some("235c5c510d26fb653d073faed50ae77c"));
        assert_eq!(of_attributes(&BTreeMap::new()), None);
    }
}
