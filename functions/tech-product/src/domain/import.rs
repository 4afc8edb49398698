//! An upload of many products, worked off a chunk at a time.

use std::collections::BTreeMap;
use std::str::FromStr;

use contracts::ImportFailure;
use domain::{CorrelationId, ImportId, Slug, StoreId, Timestamp, UserId};
use dynamodb::TRANSACT_OPERATIONS_MAX;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Format, ImportMark, UploadFault};

/// Refused rows that are written with the import's progress and the fact that it is finished.
pub const REFUSALS_PER_CHUNK: usize = TRANSACT_OPERATIONS_MAX - 2;

/// After so long without progress the sweep sends the message again.
const IDLE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// After so many messages without progress the import is given up: over an hour of a failing dependency.
const NUDGES_MAX: u32 = 90;
/// How long an announced import waits for its file and its start: the hour of the address, and as much again.
const AWAITED_FOR: SignedDuration = SignedDuration::from_hours(2);
/// Characters of what is said of a file.
const DETAIL_MAX: usize = 500;
/// Characters of a dotted path.
const PATH_MAX: usize = 200;

/// What a row may say beside its specifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Required.
    Title,
    /// Required.
    Brand,
    /// The maker's name for it.
    Model,
    /// Required; unique in the store.
    Sku,
    /// Required; so'm.
    Price,
    /// Required; pieces.
    Stock,
    /// Barcode.
    Gtin,
    /// Part number.
    Mpn,
    /// Of appearance.
    Year,
    /// At length.
    Description,
}

impl Field {
    const ALL: [Self; 10] = [
        Self::Title,
        Self::Brand,
        Self::Model,
        Self::Sku,
        Self::Price,
        Self::Stock,
        Self::Gtin,
        Self::Mpn,
        Self::Year,
        Self::Description,
    ];

    /// The name in `map=<field>=<path>` and in refusals.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Brand => "brand",
            Self::Model => "model",
            Self::Sku => "sku",
            Self::Price => "price",
            Self::Stock => "stock",
            Self::Gtin => "gtin",
            Self::Mpn => "mpn",
            Self::Year => "year",
            Self::Description => "description",
        }
    }
}

/// Where in a row each field, and each specification as `specs.<name>`, stands. A field that is not mapped stands under
/// its own name, a specification where its template says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mapping(BTreeMap<String, String>);

/// Why a mapping is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not a field.
    #[error(
        "there is no field {0}; the fields are title, brand, model, sku, price, stock, gtin, mpn, year, description, and \
         specs.<name> for a specification"
    )]
    UnknownField(String),
    /// Twice the same.
    #[error("the field {0} is mapped twice")]
    Twice(String),
    /// Empty or too long.
    #[error("the path of {0} must have 1 to 200 characters")]
    Path(String),
}

impl Mapping {
    /// Reads pairs of field and path.
    pub fn parse<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, MappingError> {
        let mut mapping = BTreeMap::new();
        for (name, path) in pairs {
            let specification = name.strip_prefix(SPECS).is_some_and(|name| !name.is_empty());
            if !specification {
                Field::from_str(name)?;
            }
            if path.is_empty() || path.chars().count() > PATH_MAX {
                return Err(MappingError::Path(name.to_owned()));
            }
            if mapping.insert(name.to_owned(), path.to_owned()).is_some() {
                return Err(MappingError::Twice(name.to_owned()));
            }
        }
        Ok(Self(mapping))
    }

    /// Where `field` stands.
    pub fn path(&self, field: Field) -> &str {
        self.0.get(field.name()).map_or(field.name(), String::as_str)
    }

    /// Where the specification `name` stands, if the mapping says so.
    pub fn specification(&self, name: &str) -> Option<&str> {
        self.0.get(&format!("{SPECS}{name}")).map(String::as_str)
    }

    /// The specifications it names.
    pub fn specifications(&self) -> impl Iterator<Item = &str> {
        self.0.keys().filter_map(|name| name.strip_prefix(SPECS))
    }
}

impl FromStr for Field {
    type Err = MappingError;

    fn from_str(name: &str) -> Result<Self, MappingError> {
        let found = Self::ALL.into_iter().find(|field| field.name() == name);
        found.ok_or_else(|| MappingError::UnknownField(name.to_owned()))
    }
}

/// What the name of a mapped specification begins with.
const SPECS: &str = "specs.";

/// Where an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportStatus {
    /// The file is on its way to the bucket; the import begins when it is started.
    Uploading,
    /// No row was looked at yet.
    Pending,
    /// Some were.
    Processing,
    /// All were.
    Completed,
    /// It was given up; `failure` says why. Rows done until then stay.
    Failed,
    /// Somebody stopped it. Rows done until then stay.
    Cancelled,
}

/// An upload and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub import_id: ImportId,
    /// Whose products.
    pub store_id: StoreId,
    /// Who uploaded it.
    pub requested_by: UserId,
    /// The request.
    pub correlation_id: CorrelationId,
    /// The category of every row.
    pub category: Slug,
    /// Where the fields stand.
    pub mapping: Mapping,
    /// Where it is.
    pub status: ImportStatus,
    /// Why it was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ImportFailure>,
    /// What is wrong with its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FileFault>,
    /// The file as it was uploaded, until it was made into lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentFile>,
    /// Which of the lines that were made of an uploaded file are its rows: those that were counted, whoever made others
    /// of another file at the same moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Uuid>,
    /// Rows of the file; 0 until it was made into lines.
    pub total: u32,
    /// Rows looked at.
    pub done: u32,
    /// Rows that made a product.
    pub accepted: u32,
    /// Rows that changed a product that was there before.
    pub updated: u32,
    /// Rows whose product says the same already.
    #[serde(default)]
    pub unchanged: u32,
    /// Rows that are not; each has its reasons.
    pub refused: u32,
    /// Bytes of the kept file before the next row.
    pub offset: u64,
    /// Messages since the last progress.
    pub nudges: u32,
    /// When the sweep has to look, unless it is over.
    pub look_at: Timestamp,
    /// When it was announced, or came with its file.
    pub created_at: Timestamp,
    /// When the file that was announced was there and the import started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the last row was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// A file that went to the bucket as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// How its rows are written.
    pub format: Format,
    /// Its length in bytes, as it was said before and signed.
    pub length: u64,
}

/// Why the file of an import was not taken, as a call with the file would have been told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFault {
    /// The kind of problem: `file-too-large` or `bad-file`.
    pub code: String,
    /// The row in the file, from 1, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// In words.
    pub detail: String,
}

impl From<&UploadFault> for FileFault {
    fn from(fault: &UploadFault) -> Self {
        let code = if *fault == UploadFault::TooLarge { "file-too-large" } else { "bad-file" };
        let row = if let UploadFault::RowTooLong(row) = fault { Some(*row) } else { None };
        // It may name a column of any length.
        Self { code: code.to_owned(), row, detail: fault.to_string().chars().take(DETAIL_MAX).collect() }
    }
}

/// What a chunk came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows looked at.
    pub rows: u32,
    /// Rows that made a product.
    pub accepted: u32,
    /// Rows that changed a product that was there before.
    pub updated: u32,
    /// Rows whose product says the same already.
    pub unchanged: u32,
    /// Where the next row begins.
    pub offset: u64,
}

impl Import {
    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        matches!(self.status, ImportStatus::Completed | ImportStatus::Failed | ImportStatus::Cancelled)
    }

    /// Whether the sweep has to see to it that it goes on.
    pub fn is_under_way(&self) -> bool {
        matches!(self.status, ImportStatus::Pending | ImportStatus::Processing)
    }

    /// When its file was there: what was changed by hand later is newer than its rows.
    pub fn uploaded_at(&self) -> Timestamp {
        self.started_at.unwrap_or(self.created_at)
    }

    /// Where it stands among all imports: the later upload is the newer word.
    pub fn place(&self) -> (Timestamp, ImportId) {
        place(self.import_id, self.started_at)
    }

    /// When an import that still waits for its file may be forgotten.
    pub fn forgotten_at(&self) -> Option<Timestamp> {
        (self.status == ImportStatus::Uploading).then(|| self.created_at + AWAITED_FOR)
    }

    /// The import whose file has arrived.
    pub fn started(&self, now: Timestamp) -> Self {
        let (status, look_at) = (ImportStatus::Pending, Self::look_after(now));
        Self { status, look_at, started_at: Some(now), ..self.clone() }
    }

    /// The import whose file was made into so many lines, which are called that.
    pub fn in_lines(&self, rows: u32, lines: Uuid, now: Timestamp) -> Self {
        let look_at = Self::look_after(now);
        Self { sent: None, lines: Some(lines), total: rows, nudges: 0, look_at, ..self.clone() }
    }

    /// The import stopped by hand.
    pub fn cancelled(&self, now: Timestamp) -> Self {
        Self { status: ImportStatus::Cancelled, finished_at: Some(now), ..self.clone() }
    }

    /// When the sweep looks at an import that is active at `now`.
    pub fn look_after(now: Timestamp) -> Timestamp {
        now + IDLE_MAX
    }

    /// The import after a chunk.
    pub fn advanced(&self, by: Progress, now: Timestamp) -> Self {
        let done = self.done + by.rows;
        let finished = done >= self.total;
        Self {
            done,
            accepted: self.accepted + by.accepted,
            updated: self.updated + by.updated,
            unchanged: self.unchanged + by.unchanged,
            refused: self.refused + (by.rows - by.accepted - by.updated - by.unchanged),
            offset: by.offset,
            nudges: 0,
            look_at: Self::look_after(now),
            status: if finished { ImportStatus::Completed } else { ImportStatus::Processing },
            finished_at: finished.then_some(now),
            ..self.clone()
        }
    }

    /// The import given up.
    pub fn failed(&self, failure: ImportFailure, now: Timestamp) -> Self {
        Self { status: ImportStatus::Failed, failure: Some(failure), finished_at: Some(now), ..self.clone() }
    }

    /// The import after its message was sent once more; `None` after too many: it has stalled.
    pub fn nudged(&self, now: Timestamp) -> Option<Self> {
        let next = Self { nudges: self.nudges + 1, look_at: Self::look_after(now), ..self.clone() };
        (next.nudges <= NUDGES_MAX).then_some(next)
    }
}

impl ImportMark {
    /// Where its import stands among all imports.
    pub fn place(&self) -> (Timestamp, ImportId) {
        place(self.import_id, self.started_at)
    }
}

/// Imports stand in the order of their uploads: the start of one that was announced, for others the moment in their id.
fn place(id: ImportId, started_at: Option<Timestamp>) -> (Timestamp, ImportId) {
    let made = || {
        let (seconds, nanoseconds) = id.uuid().get_timestamp()?.to_unix();
        Timestamp::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?).ok()
    };
    (started_at.or_else(made).unwrap_or_default(), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_not_mapped_stands_under_its_own_name() {
        let mapping = Mapping::parse([("title", "metadata.name")]).unwrap();
        assert_eq!((mapping.path(Field::Title), mapping.path(Field::Price)), ("metadata.name", "price"));
    }

    #[test]
    fn a_mapping_says_what_is_wrong_with_it() {
        assert_eq!(Mapping::parse([("colour", "x")]), Err(MappingError::UnknownField("colour".into())));
        assert_eq!(Mapping::parse([("sku", "a"), ("sku", "b")]), Err(MappingError::Twice("sku".into())));
        assert_eq!(Mapping::parse([("sku", "")]), Err(MappingError::Path("sku".into())));
    }
}
