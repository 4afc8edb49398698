//! Where a page ended, as text that a caller carries back.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Index, Item, Query};

/// The place after which a page goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(BTreeMap<String, String>);

/// The text is not a cursor of this question and this caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one of this list")]
pub struct CursorError;

const VERSION: u8 = 1;
const TAG_BYTES: usize = 12;

impl Cursor {
    /// The cursor as opaque text, bound to the question (`pattern`) and whoever asks it (`caller`).
    ///
    /// The tag is a checksum, not a secret: it catches a cursor carried to another list. What keeps a forged one
    /// harmless is [`Cursor::decode`], which lets it point only into the partition that is asked anyway.
    pub fn encode(&self, pattern: &str, caller: &str) -> String {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut bytes = vec![VERSION];
        bytes.extend(tag(pattern, caller, &body));
        bytes.extend(body);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Cursor::encode`] wrote for the same question and caller; `query` is the question itself.
    pub fn decode(text: &str, pattern: &str, caller: &str, query: &Query) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let (head, body) = bytes.split_at_checked(1 + TAG_BYTES).ok_or(CursorError)?;
        if head[0] != VERSION || head[1..] != tag(pattern, caller, body) {
            return Err(CursorError);
        }
        let keys: BTreeMap<String, String> = serde_json::from_slice(body).map_err(|_| CursorError)?;
        let (pk, sk) = query.index.map_or(("PK", "SK"), Index::attributes);
        let mut expected = vec!["PK", "SK", pk, sk];
        expected.sort_unstable();
        expected.dedup();
        let known = keys.keys().map(String::as_str).eq(expected);
        let within = keys.get(pk) == Some(&query.pk) && keys.get(sk).is_some_and(|sk| sk.starts_with(&query.prefix));
        if known && within { Ok(Self(keys)) } else { Err(CursorError) }
    }

    pub(crate) fn into_start_key(self) -> Item {
        self.0.into_iter().map(|(name, value)| (name, AttributeValue::S(value))).collect()
    }

    pub(crate) fn from_start_key(key: &Item) -> Option<Self> {
        key.keys().map(|name| Some((name.clone(), crate::query::text(key, name)?))).collect::<Option<_>>().map(Self)
    }
}

fn tag(pattern: &str, caller: &str, body: &[u8]) -> [u8; TAG_BYTES] {
    let digest = Sha256::new().chain_update(format!("{pattern}\n{caller}\n")).chain_update(body).finalize();
    let mut tag = [0; TAG_BYTES];
    tag.copy_from_slice(&digest[..TAG_BYTES]);
    tag
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cursor(pk: &str, sk: &str) -> Cursor {
        Cursor(BTreeMap::from([("PK".into(), pk.into()), ("SK".into(), sk.into())]))
    }

    #[test]
    fn a_cursor_reads_back_for_its_own_question_only() {
        let query = Query::partition("USER#1").prefix("ORDER#");
        let mine = cursor("USER#1", "ORDER#9");
        let text = mine.encode("orders", "1");
        assert_eq!(Cursor::decode(&text, "orders", "1", &query), Ok(mine));
        assert_eq!(Cursor::decode(&text, "orders", "2", &query), Err(CursorError), "another caller");
        assert_eq!(Cursor::decode(&text, "sessions", "1", &query), Err(CursorError), "another list");
    }

    #[test]
    fn a_forged_cursor_cannot_leave_the_partition() {
        let query = Query::partition("USER#1").prefix("ORDER#");
        for forged in [cursor("USER#2", "ORDER#9"), cursor("USER#1", "SECRET#9")] {
            assert_eq!(Cursor::decode(&forged.encode("orders", "1"), "orders", "1", &query), Err(CursorError));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_fail_otherwise(text in ".{0,80}") {
            prop_assert_eq!(Cursor::decode(&text, "p", "c", &Query::partition("X")), Err(CursorError));
        }
    }
}
