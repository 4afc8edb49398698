//! The streams of the tables, as event source mappings read them.

use std::collections::BTreeMap;

use dynoxide::actions::get_records::{self, GetRecordsRequest};
use dynoxide::actions::get_shard_iterator::{
    self, GetShardIteratorRequest, decode_shard_iterator, encode_shard_iterator,
};
use dynoxide::streams::shard_id;
use futures::executor::block_on;
use jiff::Timestamp;
use rusqlite::params;
use tokio::sync::watch;

use super::{DynamoDb, TableError};
use crate::event_source_mapping::{StreamError, StreamRecord, StreamSource};
use crate::template::{STREAM_LABEL, table_arn};

/// How long DynamoDB keeps a stream's records.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// Lets dynoxide number and find records by an index.
pub(super) fn prepare(connection: &rusqlite::Connection) -> Result<(), TableError> {
    connection.execute_batch(
        "CREATE INDEX IF NOT EXISTS stream_records_by_number
         ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )?;
    Ok(())
}

impl DynamoDb {
    /// Drops the records that are older than a day and that every reader is done with. `read_to` says for each table
    /// that has readers which record the slowest of them read last, `None` when it read nothing.
    ///
    /// To be called before anyone reads: a clock that a test moves by a week must not take records from a reader that is
    /// milliseconds behind.
    pub fn drop_old_stream_records(&self, read_to: &BTreeMap<String, Option<String>>) -> Result<(), TableError> {
        let tables: Vec<String> = {
            let storage = self.storage();
            let mut tables = storage.conn().prepare("SELECT DISTINCT table_name FROM _stream_records")?;
            tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for table in tables {
            let read_to = match read_to.get(&table) {
                None => i64::MAX,
                Some(None) => continue,
                Some(Some(sequence_number)) => self.position_of(&table, sequence_number)?,
            };
            // The newest record of a table stays: the next number is counted from it.
            self.storage().conn().execute(
                "DELETE FROM _stream_records WHERE table_name = ?1 AND created_at < ?2
                 AND CAST(sequence_number AS INTEGER) <= ?3 AND CAST(sequence_number AS INTEGER) <
                     (SELECT MAX(CAST(newest.sequence_number AS INTEGER)) FROM _stream_records AS newest
                      WHERE newest.table_name = ?1)",
                params![table, self.inner.clock.machine_now().as_second() - KEPT_SECONDS, read_to],
            )?;
        }
        Ok(())
    }

    /// How many records of a table's stream come after a sequence number, and when the oldest of them was written by the
    /// shared clock; all of them when there is no number.
    pub fn unread(&self, table: &str, after: Option<&str>) -> Result<(u64, Option<Timestamp>), TableError> {
        let read_to = match after {
            None => 0,
            Some(after) => self.position_of(table, after)?,
        };
        let unread: (u64, Option<i64>) = self.storage().conn().query_row(
            "SELECT COUNT(*), MIN(created_at) FROM _stream_records
             WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) > ?2",
            params![table, read_to],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok((unread.0, unread.1.and_then(|seconds| Timestamp::from_second(seconds).ok())))
    }

    /// The position of a record in its stream, by its sequence number.
    fn position_of(&self, table: &str, sequence_number: &str) -> Result<i64, TableError> {
        let iterator = self.iterator_after(table, sequence_number)?;
        Ok(decode_shard_iterator(&iterator).map_or(0, |(_, _, position)| position))
    }

    fn iterator_after(&self, table: &str, sequence_number: &str) -> Result<String, TableError> {
        let request = GetShardIteratorRequest {
            stream_arn: self.arn_of_stream(table),
            shard_id: shard_id(table),
            shard_iterator_type: "AFTER_SEQUENCE_NUMBER".to_owned(),
            sequence_number: Some(sequence_number.to_owned()),
        };
        Ok(block_on(get_shard_iterator::execute(&*self.storage(), request))?.shard_iterator.unwrap_or_default())
    }

    /// Up to `limit` (at most 1,000) records of a table's stream after a sequence number, oldest first; from the
    /// oldest there is when there is no number.
    pub fn stream_records(
        &self,
        table: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StreamRecord>, TableError> {
        let arn = self.arn_of_stream(table);
        let iterator = match after {
            None => encode_shard_iterator(table, &shard_id(table), 0),
            Some(after) => self.iterator_after(table, after)?,
        };
        let request = GetRecordsRequest { shard_iterator: iterator, limit: Some(limit) };
        let found = block_on(get_records::execute(&*self.storage(), request))?.records;
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
