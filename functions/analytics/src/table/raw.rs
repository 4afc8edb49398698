use contracts::Event;
use domain::Timestamp;
use dynamodb::{Key, Packed, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RAW_DAYS;
use crate::domain::{Device, Report};

/// A raw event, and the record that it was counted. Compressed it takes one write unit where it took two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// The business hour it fell in, such as `2026-11-23T11`.
    pub hour: String,
    /// The event.
    pub event: Packed<Event>,
}

impl EventRow {
    /// The row of `event`.
    pub fn new(event: Event) -> Self {
        Self { hour: hour_of(event.at), event: Packed(event) }
    }

    /// The partition of an hour.
    pub fn partition(hour: &str) -> String {
        format!("EVENTS#{hour}")
    }
}

impl Row for EventRow {
    const KIND: &'static str = "event";

    fn key(&self) -> Key {
        Key::new(Self::partition(&self.hour), self.event.id.to_string())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.event.at.as_second() + RAW_DAYS * 86_400).ok()
    }
}

/// What a front end reported, and the record that it was counted. The visitor's address is not kept, not even in part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportRow {
    /// The business hour it fell in.
    pub hour: String,
    /// Who, by an id that the front end drew.
    pub visitor_id: Uuid,
    /// In which of their sessions, if the front end told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    /// On what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// What.
    pub report: Report,
}

impl ReportRow {
    /// The partition of an hour.
    pub fn partition(hour: &str) -> String {
        format!("REPORTS#{hour}")
    }
}

impl Row for ReportRow {
    const KIND: &'static str = "report";

    /// The visitor is part of it: nobody else's report of the same id stands in its way.
    fn key(&self) -> Key {
        Key::new(Self::partition(&self.hour), format!("{}#{}", self.visitor_id, self.report.id))
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.report.at.as_second() + RAW_DAYS * 86_400).ok()
    }
}

/// The hour in Tashkent in which `at` falls.
pub fn hour_of(at: Timestamp) -> String {
    jiff::tz::offset(5).to_datetime(at).strftime("%Y-%m-%dT%H").to_string()
}
