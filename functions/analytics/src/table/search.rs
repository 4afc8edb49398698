use domain::Date;
use dynamodb::{Key, Row};
use serde::{Deserialize, Serialize};

/// What became of one search term on one day; a counter that nothing added to is 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchRow {
    /// The business day.
    pub day: Date,
    /// As [`crate::domain::Report`] tidies it.
    pub term: String,
    /// Searches for it.
    pub searches: u64,
    /// Those that found nothing.
    pub searches_without_result: u64,
    /// Products that were opened from its results.
    pub search_clicks: u64,
}

impl SearchRow {
    /// The partition of a day.
    pub fn partition(day: Date) -> String {
        format!("SEARCHES#{day}")
    }

    /// The key of a term's day.
    pub fn key_of(day: Date, term: &str) -> Key {
        Key::new(Self::partition(day), term)
    }
}

impl Row for SearchRow {
    const KIND: &'static str = "search";

    fn key(&self) -> Key {
        Self::key_of(self.day, &self.term)
    }
}
