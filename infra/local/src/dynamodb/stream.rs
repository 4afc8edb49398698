//! The streams of the tables, as event source mappings read them.

use dynoxide::actions::get_records::{self, GetRecordsRequest};
use dynoxide::actions::get_shard_iterator::{self, GetShardIteratorRequest, encode_shard_iterator};
use dynoxide::streams::shard_id;
use futures::executor::block_on;
use tokio::sync::watch;

use super::{DynamoDb, TableError};
use crate::clock::Clock;
use crate::event_source_mapping::{StreamError, StreamRecord, StreamSource};
use crate::template::{STREAM_LABEL, table_arn};

/// How long DynamoDB keeps a stream's records.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// Lets dynoxide number and find records by an index, and drops those that are older than a day.
///
/// Only here, before anyone reads: a clock that a test moves by a week must not take records from a reader that is
/// milliseconds behind.
pub(super) fn prepare(connection: &rusqlite::Connection, clock: &Clock) -> Result<(), TableError> {
    connection.execute_batch(
        "CREATE INDEX IF NOT EXISTS stream_records_by_number
         ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )?;
    // The newest record of a table stays: the next number is counted from it.
    connection.execute(
        "DELETE FROM _stream_records WHERE created_at < ?1 AND CAST(sequence_number AS INTEGER) <
             (SELECT MAX(CAST(newest.sequence_number AS INTEGER)) FROM _stream_records AS newest
              WHERE newest.table_name = _stream_records.table_name)",
        [clock.machine_now().as_second() - KEPT_SECONDS],
    )?;
    Ok(())
}

impl DynamoDb {
    /// Up to `limit` (at most 1,000) records of a table's stream after a sequence number, oldest first; from the
    /// oldest there is when there is no number.
    pub fn stream_records(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamRecord>, TableError> {
        let arn = self.arn_of_stream(table);
        let storage = self.storage();
        let iterator = match after {
            None => encode_shard_iterator(table, &shard_id(table), 0),
            Some(after) => {
                let request = GetShardIteratorRequest {
                    stream_arn: arn.clone(),
                    shard_id: shard_id(table),
                    shard_iterator_type: "AFTER_SEQUENCE_NUMBER".to_owned(),
                    sequence_number: Some(after.to_owned()),
                };
                block_on(get_shard_iterator::execute(&*storage, request))?.shard_iterator.unwrap_or_default()
            }
        };
        let request = GetRecordsRequest { shard_iterator: iterator, limit: Some(limit) };
        let found = block_on(get_records::execute(&*storage, request))?.records;
        drop(storage);
        found
            .into_iter()
            .map(|record| {
                let sequence_number = record.dynamodb.sequence_number.clone();
                let created = record.dynamodb.approximate_creation_date_time;
                let mut event = serde_json::to_value(record)?;
                event["awsRegion"] = self.inner.region.as_str().into();
                event["eventSourceARN"] = arn.as_str().into();
                #[expect(clippy::cast_possible_truncation, reason = "whole seconds, as Lambda sends them")]
                let created = created as i64;
                event["dynamodb"]["ApproximateCreationDateTime"] = created.into();
                Ok(StreamRecord { sequence_number, event })
            })
            .collect()
    }

    /// The number of the newest record, where a reader that starts at `LATEST` begins; `None` when there is none.
    pub fn latest_sequence_number(&self, table: &str) -> Result<Option<String>, TableError> {
        let newest: Option<i64> = self.storage().conn().query_row(
            "SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?1",
            [table],
            |row| row.get(0),
        )?;
        let Some(newest) = newest else { return Ok(None) };
        // Its public form is only known through a read: the record after the one before it.
        let iterator = encode_shard_iterator(table, &shard_id(table), newest - 1);
        let request = GetRecordsRequest { shard_iterator: iterator, limit: Some(1) };
        let found = block_on(get_records::execute(&*self.storage(), request))?.records;
        Ok(found.into_iter().next().map(|record| record.dynamodb.sequence_number))
    }

    fn arn_of_stream(&self, table: &str) -> String {
        format!("{}/stream/{STREAM_LABEL}", table_arn(&self.inner.region, &self.inner.account, table))
    }
}

impl StreamSource for DynamoDb {
    fn stream_arn(&self, table: &str) -> Result<String, StreamError> {
        Ok(self.arn_of_stream(table))
    }

    fn shard_id(&self, table: &str) -> String {
        shard_id(table)
    }

    fn records(&self, table: &str, after: Option<&str>, limit: usize) -> Result<Vec<StreamRecord>, StreamError> {
        Ok(self.stream_records(table, after, limit)?)
    }

    fn latest(&self, table: &str) -> Result<Option<String>, StreamError> {
        Ok(self.latest_sequence_number(table)?)
    }

    fn writes(&self, table: &str) -> watch::Receiver<u64> {
        Self::writes(self, table)
    }
}
