//! Queues: made, changed, listed, counted, purged.

use std::sync::Arc;

use rusqlite::{OptionalExtension as _, params};

use super::Store;
use crate::sqs::attributes::QueueAttributes;
use crate::sqs::{QueueCounts, SqsError, Waiting};

/// A queue as it is stored.
#[derive(Debug, Clone)]
pub(in crate::sqs) struct Queue {
    pub(in crate::sqs) id: i64,
    pub(in crate::sqs) name: String,
    pub(in crate::sqs) arn: String,
    pub(in crate::sqs) attributes: QueueAttributes,
    pub(in crate::sqs) created_ms: i64,
    pub(in crate::sqs) modified_ms: i64,
}

impl Queue {
    /// The account of the ARN.
    pub(in crate::sqs) fn account(&self) -> &str {
        self.arn.split(':').nth(4).unwrap_or_default()
    }
}

const PURGE_PAUSE_MS: i64 = 60_000;

impl Store {
    pub(in crate::sqs) fn queue(&self, name: &str) -> Result<Arc<Queue>, SqsError> {
        if let Some(queue) = self.queues.borrow().get(name) {
            return Ok(Arc::clone(queue));
        }
        let queue = Arc::new(self.find("name", name)?.ok_or(SqsError::QueueDoesNotExist)?);
        self.queues.borrow_mut().insert(name.to_owned(), Arc::clone(&queue));
        Ok(queue)
    }

    pub(in crate::sqs) fn queue_by_arn(&self, arn: &str) -> Result<Option<Queue>, SqsError> {
        self.find("arn", arn)
    }

    fn find(&self, column: &str, value: &str) -> Result<Option<Queue>, SqsError> {
        let sql = format!("SELECT id, name, arn, attributes, created_ms, modified_ms FROM queues WHERE {column} = ?1");
        let found = self
            .connection
            .prepare_cached(&sql)?
            .query_row([value], |row| {
                Ok((
                    Queue {
                        id: row.get(0)?,
                        name: row.get(1)?,
                        arn: row.get(2)?,
                        attributes: QueueAttributes::new(false),
                        created_ms: row.get(4)?,
                        modified_ms: row.get(5)?,
                    },
                    row.get::<_, String>(3)?,
                ))
            })
            .optional()?;
        let Some((queue, attributes)) = found else { return Ok(None) };
        Ok(Some(Queue { attributes: serde_json::from_str(&attributes)?, ..queue }))
    }

    /// Makes the queue, or gives the one of that name these attributes. Its messages stay.
    pub(in crate::sqs) fn put_queue(
        &self,
        name: &str,
        arn: &str,
        attributes: &QueueAttributes,
    ) -> Result<(), SqsError> {
        let now = self.clock.now_ms();
        self.connection.execute(
            "INSERT INTO queues (name, arn, attributes, created_ms, modified_ms) VALUES (?1, ?2, ?3, ?4, ?4)
             ON CONFLICT (name) DO UPDATE SET arn = excluded.arn, attributes = excluded.attributes,
             modified_ms = excluded.modified_ms",
            params![name, arn, serde_json::to_string(attributes)?, now],
        )?;
        self.queues.borrow_mut().clear();
        Ok(())
    }

    pub(in crate::sqs) fn delete_queue(&self, name: &str) -> Result<(), SqsError> {
        let queue = self.queue(name)?;
        self.connection.execute("DELETE FROM messages WHERE queue = ?1", [queue.id])?;
        self.connection.execute("DELETE FROM deduplications WHERE queue = ?1", [queue.id])?;
        self.connection.execute("DELETE FROM queues WHERE id = ?1", [queue.id])?;
        self.queues.borrow_mut().clear();
        Ok(())
    }

    pub(in crate::sqs) fn queue_names(&self) -> Result<Vec<String>, SqsError> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM queues ORDER BY name")?;
        let names = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(names)
    }

    pub(in crate::sqs) fn purge(&self, name: &str) -> Result<(), SqsError> {
        let queue = self.queue(name)?;
        let now = self.clock.now_ms();
        let mut purged = self.purged_ms.borrow_mut();
        if purged.get(&queue.id).is_some_and(|before| (*before..before + PURGE_PAUSE_MS).contains(&now)) {
            return Err(SqsError::PurgeQueueInProgress(name.to_owned()));
        }
        self.connection.execute("DELETE FROM messages WHERE queue = ?1", [queue.id])?;
        purged.insert(queue.id, now);
        Ok(())
    }

    pub(in crate::sqs) fn counts(&self, name: &str) -> Result<QueueCounts, SqsError> {
        let queue = self.queue(name)?;
        let now = self.clock.now_ms();
        let expired = now - queue.attributes.retention_seconds * 1000;
        let redrive = queue.attributes.redrive.as_ref();
        let dead_letter_queue = redrive.and_then(|redrive| redrive.target_arn.rsplit(':').next());
        let counts = self
            .connection
            .prepare_cached(
                "SELECT COUNT(*) FILTER (WHERE visible_ms <= ?2),
                        COUNT(*) FILTER (WHERE visible_ms > ?2 AND receipt IS NOT NULL),
                        COUNT(*) FILTER (WHERE visible_ms > ?2 AND receipt IS NULL),
                        MIN(sent_ms)
                 FROM messages WHERE queue = ?1 AND kept_since_ms > ?3",
            )?
            .query_row(params![queue.id, now, expired], |row| {
                Ok(QueueCounts {
                    queue: name.to_owned(),
                    visible: row.get(0)?,
                    in_flight: row.get(1)?,
                    delayed: row.get(2)?,
                    oldest_ms: row.get(3)?,
                    dead_letter_queue: dead_letter_queue.map(str::to_owned),
                })
            })?;
        Ok(counts)
    }

    pub(in crate::sqs) fn waiting(&self, name: &str, limit: u32) -> Result<Vec<Waiting>, SqsError> {
        let queue = self.queue(name)?;
        let expired = self.clock.now_ms() - queue.attributes.retention_seconds * 1000;
        let mut statement = self.connection.prepare_cached(
            "SELECT message_id, sent_ms, receive_count, visible_ms, body FROM messages
             WHERE queue = ?1 AND kept_since_ms > ?2 ORDER BY id LIMIT ?3",
        )?;
        let rows = statement.query_map(params![queue.id, expired, limit], |row| {
            Ok(Waiting {
                message_id: row.get(0)?,
                sent_ms: row.get(1)?,
                receive_count: row.get(2)?,
                visible_ms: row.get(3)?,
                body: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
