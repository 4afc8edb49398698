//! The records of one invocation.

use serde_json::Value;

use crate::event_source_mapping::StreamRecord;
use crate::lambda::REQUEST_BYTES_MAX;

/// Records up to a number and up to what an event can hold.
pub(super) struct Batch {
    records: Vec<StreamRecord>,
    records_max: usize,
    bytes: usize,
}

impl Batch {
    pub(super) fn new(records_max: usize) -> Self {
        Self { records: Vec::new(), records_max, bytes: 0 }
    }

    /// Takes the record, or says that it belongs into the next batch.
    pub(super) fn push(&mut self, record: StreamRecord) -> bool {
        // The envelope and one comma each.
        let bytes = self.bytes + record.event.to_string().len() + 1;
        if self.is_full() || (bytes + 14 > REQUEST_BYTES_MAX && !self.records.is_empty()) {
            return false;
        }
        self.bytes = bytes;
        self.records.push(record);
        true
    }

    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= self.records_max
    }

    pub(super) fn into_records(self) -> Vec<StreamRecord> {
        self.records
    }
}

/// The event that the function gets.
pub(super) fn event(records: &[StreamRecord]) -> String {
    let events: Vec<Value> = records.iter().map(|record| record.event.clone()).collect();
    Value::Object([("Records".to_owned(), events.into())].into_iter().collect()).to_string()
}
