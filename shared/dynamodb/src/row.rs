//! Rows and their keys.

use std::ops::Deref;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Item};

/// The primary key of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The partition.
    pub pk: String,
    /// The place in it.
    pub sk: String,
}

impl Key {
    /// A key from its two parts.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    pub(crate) fn into_item(self) -> Item {
        Item::from([("PK".into(), AttributeValue::S(self.pk)), ("SK".into(), AttributeValue::S(self.sk))])
    }

    pub(crate) fn of(item: &Item) -> Option<Self> {
        Some(Self { pk: item.get("PK")?.as_s().ok()?.clone(), sk: item.get("SK")?.as_s().ok()?.clone() })
    }
}

/// The secondary indexes that every table may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Index {
    /// `GSI1PK` / `GSI1SK`.
    Gsi1,
    /// `GSI2PK` / `GSI2SK`.
    Gsi2,
    /// `GSI3PK` / `GSI3SK`.
    Gsi3,
}

impl Index {
    /// The name of the index.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsi1 => "GSI1",
            Self::Gsi2 => "GSI2",
            Self::Gsi3 => "GSI3",
        }
    }

    pub(crate) const fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::Gsi1 => ("GSI1PK", "GSI1SK"),
            Self::Gsi2 => ("GSI2PK", "GSI2SK"),
            Self::Gsi3 => ("GSI3PK", "GSI3SK"),
        }
    }
}

/// When the sweep of due rows has to look at a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due(pub Timestamp);

/// What a service keeps: a serde type that knows its key.
///
/// Its fields must not be called `PK`, `SK`, `GSI1PK`, `GSI1SK`, `GSI2PK`, `GSI2SK`, `GSI3PK`, `GSI3SK`, `row`,
/// `row_version`, `row_mark`, `due`, `due_at`, `expires_at` or `carried`: the kit keeps those beside them.
pub trait Row: Serialize + DeserializeOwned + Send + Sync {
    /// The kind of row, kept in the attribute `row`: reading another kind is an error, not a guess.
    const KIND: &'static str;

    /// The primary key; it never changes.
    fn key(&self) -> Key;

    /// Where the row stands in the secondary indexes.
    fn indexes(&self) -> Vec<(Index, Key)> {
        Vec::new()
    }

    /// When the sweep has to look at it, if ever.
    fn due(&self) -> Option<Due> {
        None
    }

    /// When it may be deleted. Deletion comes up to days later: never rely on its time.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A row as it was read: the only thing that can be replaced or deleted.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<R> {
    pub(crate) row: R,
    pub(crate) version: u64,
}

impl<R> Stored<R> {
    /// Grows by one with each write.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The row itself.
    pub fn into_row(self) -> R {
        self.row
    }
}

impl<R> Deref for Stored<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.row
    }
}

/// What the kit keeps beside a row's own fields.
const RESERVED: [&str; 15] = [
    "PK",
    "SK",
    "GSI1PK",
    "GSI1SK",
    "GSI2PK",
    "GSI2SK",
    "GSI3PK",
    "GSI3SK",
    "row",
    "row_version",
    "row_mark",
    "due",
    "due_at",
    "expires_at",
    "carried",
];

/// The attributes of `row` at `version`.
pub(crate) fn encode<R: Row>(row: &R, version: u64) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(row).map_err(|e| Error::row(R::KIND, &row.key(), e))?;
    if let Some(name) = RESERVED.iter().find(|name| item.contains_key(**name)) {
        return Err(Error::row(R::KIND, &row.key(), format!("the field name {name} is the kit's own")));
    }
    let text = AttributeValue::S;
    let number = |n: i64| AttributeValue::N(n.to_string());
    item.extend(row.key().into_item());
    for (index, key) in row.indexes() {
        let (pk, sk) = index.attributes();
        item.insert(pk.into(), text(key.pk));
        item.insert(sk.into(), text(key.sk));
    }
    if let Some(Due(at)) = row.due() {
        item.insert("due".into(), text(crate::due::shard_of(&row.key())));
        item.insert("due_at".into(), number(at.as_millisecond()));
    }
    if let Some(at) = row.expires_at() {
        item.insert("expires_at".into(), number(at.as_second()));
    }
    item.insert("row".into(), text(R::KIND.into()));
    item.insert("row_version".into(), AttributeValue::N(version.to_string()));
    Ok(item)
}

/// The row in `item`.
pub(crate) fn decode<R: Row>(item: Item) -> Result<Stored<R>, Error> {
    let key = Key::of(&item).unwrap_or_else(|| Key::new("?", "?"));
    let kind = item.get("row").and_then(|v| v.as_s().ok()).map(String::as_str);
    if kind != Some(R::KIND) {
        return Err(Error::row(R::KIND, &key, format!("the row is of kind {kind:?}")));
    }
    let version = item.get("row_version").and_then(|v| v.as_n().ok()?.parse().ok());
    let version = version.ok_or_else(|| Error::row(R::KIND, &key, "row_version is missing"))?;
    let row = serde_dynamo::from_item(item).map_err(|e| Error::row(R::KIND, &key, e))?;
    Ok(Stored { row, version })
}
