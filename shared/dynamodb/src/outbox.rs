//! Facts on their way out, sent on by the table's stream: rows beside the change they tell of, or carried by the changed
//! row itself.
//!
//! | | [`crate::Tx::tell`] | [`crate::Tx::carry`] |
//! | --- | --- | --- |
//! | costs | a row of its own: makes a single write a transaction, four units instead of one | the event's size in the row |
//! | of a change to | any rows | one row that is written whole |
//! | told again by `republish` | for [`OUTBOX_DAYS`] days | no: the next change of the row takes the event away |
//! | for | facts that others act on | facts that are only counted, and of which there are many |
//!
//! The stream itself delivers both at least once, and holds what a publisher cannot send for 24 hours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contracts::Event;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Key, Row};

/// How long a told event can be told again by `republish`.
pub const OUTBOX_DAYS: i64 = 14;

/// Partitions a day: what a busy day's writes spread over.
const SHARDS: u8 = 8;

/// The attribute in which a row carries the events of its last change, as a JSON list.
pub(crate) const CARRIED: &str = "carried";

/// One event in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// The event as JSON text: queues carry it unread. A long one is compressed in the table.
    #[serde(with = "crate::packed::text")]
    pub event: String,
    day: String,
    shard: u8,
    sk: String,
    until: Timestamp,
}

impl OutboxRow {
    /// The row that tells `event`; its key follows from the event's id and time.
    ///
    /// # Errors
    /// When the event does not write as JSON.
    pub fn new(event: &Event) -> Result<Self, serde_json::Error> {
        let shard = event.id.uuid().as_bytes()[15] % SHARDS;
        let at = event.at.as_millisecond();
        Ok(Self {
            day: domain::business_day(event.at).to_string(),
            shard,
            sk: format!("{at:013}#{}", event.id),
            until: Timestamp::from_second(event.at.as_second() + OUTBOX_DAYS * 86_400).unwrap_or(Timestamp::MAX),
            event: serde_json::to_string(event)?,
        })
    }

    /// The event's text, of the row's attribute `event` as streams show it: plain (`S`) or compressed (`B`). None for
    /// anything else.
    pub fn streamed(attribute: &Value) -> Option<String> {
        if let Some(plain) = attribute["S"].as_str() {
            return Some(plain.to_owned());
        }
        let packed = STANDARD.decode(attribute["B"].as_str()?).ok()?;
        crate::packed::text::unpacked(&packed).ok()
    }

    /// The partitions of one business day.
    pub fn partitions(day: domain::Date) -> impl Iterator<Item = String> {
        (0..SHARDS).map(move |shard| format!("OUTBOX#{day}#{shard}"))
    }
}

impl Row for OutboxRow {
    const KIND: &'static str = "outbox";

    fn key(&self) -> Key {
        Key::new(format!("OUTBOX#{}#{}", self.day, self.shard), self.sk.clone())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::row::{decode, encode};

    #[test]
    fn an_event_is_read_from_table_and_stream_as_it_was_told_however_long_it_is() {
        let golden = |name: &str| {
            let file = format!("{}/../contracts/golden/{name}.v1.json", env!("CARGO_MANIFEST_DIR"));
            Event::read(&std::fs::read_to_string(file).unwrap()).unwrap()
        };
        for (name, kept_as) in [("user.registered", "S"), ("checkout.completed", "B")] {
            let row = OutboxRow::new(&golden(name)).unwrap();
            let item = encode(&row, 1).unwrap();
            let value = match kept_as {
                "S" => item["event"].as_s().unwrap().clone(),
                _ => STANDARD.encode(item["event"].as_b().unwrap()),
            };
            assert_eq!(OutboxRow::streamed(&json!({kept_as: value})).as_ref(), Some(&row.event));
            assert_eq!(decode::<OutboxRow>(item).unwrap().into_row(), row);
        }
        for wrong in [json!({"B": "no base64"}), json!({"B": "e30="}), json!({"N": "1"}), Value::Null] {
            assert_eq!(OutboxRow::streamed(&wrong), None);
        }
    }
}
