//! Sending: one row a message, duplicates of a FIFO queue recognised.

use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Queue, Store};
use crate::sqs::attributes::DEDUPLICATION_MS;
use crate::sqs::{NewMessage, Sent, SqsError, digest};

impl Store {
    /// Stores one message, or recognises it as a duplicate and stores nothing.
    pub(in crate::sqs) fn send(&self, queue: &Queue, message: &NewMessage) -> Result<Sent, SqsError> {
        message.check(&queue.attributes)?;
        let sent = |message_id: String, sequence: i64| Sent {
            message_id,
            md5_of_body: digest::of_body(&message.body),
            md5_of_attributes: digest::of_attributes(&message.attributes),
            sequence_number: queue.attributes.fifo.then(|| sequence_number(sequence)),
        };
        if !queue.attributes.fifo {
            let (message_id, row) = self.insert(queue, message, None)?;
            return Ok(sent(message_id, row));
        }
        let now = self.clock.now_ms();
        self.connection.prepare_cached("DELETE FROM deduplications WHERE expires_ms <= ?1")?.execute([now])?;
        let deduplication_id =
            message.deduplication_id.clone().unwrap_or_else(|| hex::encode(Sha256::digest(&message.body)));
        let key = match &message.group_id {
            Some(group) if queue.attributes.deduplicates_by_group => format!("{group} {deduplication_id}"),
            _ => deduplication_id.clone(),
        };
        let first = self
            .connection
            .prepare_cached("SELECT message_id, sequence FROM deduplications WHERE queue = ?1 AND key = ?2")?
            .query_row(params![queue.id, key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((message_id, sequence)) = first {
            return Ok(sent(message_id, sequence));
        }
        let (message_id, row) = self.insert(queue, message, Some(&deduplication_id))?;
        self.connection
            .prepare_cached(
                "INSERT INTO deduplications (queue, key, message_id, sequence, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![queue.id, key, message_id, row, now + DEDUPLICATION_MS])?;
        Ok(sent(message_id, row))
    }

    fn insert(
        &self,
        queue: &Queue,
        message: &NewMessage,
        deduplication_id: Option<&str>,
    ) -> Result<(String, i64), SqsError> {
        let now = self.clock.now_ms();
        let delay_seconds = match message.delay_seconds {
            Some(seconds) if !queue.attributes.fifo => seconds,
            _ => queue.attributes.delay_seconds,
        };
        let attributes =
            (!message.attributes.is_empty()).then(|| serde_json::to_string(&message.attributes)).transpose()?;
        let message_id = new_message_id();
        self.connection
            .prepare_cached(
                "INSERT INTO messages (queue, message_id, body, attributes, sent_ms, kept_since_ms, visible_ms, group_id,
                                       deduplication_id, trace_header)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                queue.id,
                message_id,
                message.body,
                attributes,
                now,
                now + delay_seconds * 1000,
                message.group_id,
                deduplication_id,
                message.trace_header,
            ])?;
        self.wake(&queue.name);
        Ok((message_id, self.connection.last_insert_rowid()))
    }
}

/// 20 digits, as AWS's are, rising with the row.
pub(super) fn sequence_number(row: i64) -> String {
    const FIRST: u64 = 10_000_000_000_000_000_000;
    (FIRST + row.unsigned_abs()).to_string()
}

#[expect(clippy::disallowed_methods, reason = "SQS's own ids, of which nothing depends on the value")]
pub(super) fn new_message_id() -> String {
    Uuid::new_v4().to_string()
}
