//! Dead letters: how messages get into a dead-letter queue, and back out of it.

use rusqlite::params;

use super::send::new_message_id;
use super::{Queue, Store};
use crate::sqs::SqsError;

/// A finished `StartMessageMoveTask`.
#[derive(Debug)]
pub(in crate::sqs) struct MoveTask {
    pub(in crate::sqs) handle: String,
    pub(in crate::sqs) source_arn: String,
    pub(in crate::sqs) destination_arn: Option<String>,
    pub(in crate::sqs) started_ms: i64,
    pub(in crate::sqs) moved: i64,
}

impl Store {
    /// Moves a message with its id, its sent time and its receive count. In a FIFO queue its retention starts anew.
    pub(super) fn move_to_dead_letters(
        &self,
        from: &Queue,
        target: &Queue,
        row: i64,
        now: i64,
    ) -> Result<(), SqsError> {
        self.connection
            .prepare_cached(
                "INSERT INTO messages (queue, message_id, body, attributes, sent_ms, kept_since_ms, visible_ms,
                     receive_count, first_received_ms, group_id, deduplication_id, trace_header, dead_letter_source_arn)
                 SELECT ?2, message_id, body, attributes, sent_ms, CASE WHEN ?3 THEN ?4 ELSE kept_since_ms END, ?4,
                     receive_count, first_received_ms, group_id, deduplication_id, trace_header, ?5
                 FROM messages WHERE id = ?1",
            )?
            .execute(params![row, target.id, target.attributes.fifo, now, from.arn])?;
        self.connection.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([row])?;
        self.wake(&target.name);
        self.wake(&from.name);
        Ok(())
    }

    /// The queues whose dead letters go to `arn`.
    pub(in crate::sqs) fn dead_letter_sources(&self, arn: &str) -> Result<Vec<String>, SqsError> {
        let mut sources = Vec::new();
        for name in self.queue_names()? {
            let queue = self.queue(&name)?;
            if queue.attributes.redrive.as_ref().is_some_and(|redrive| redrive.target_arn == arn) {
                sources.push(name);
            }
        }
        Ok(sources)
    }

    /// Moves every visible message of a dead-letter queue to `destination_arn`, or to where each came from, as new
    /// messages. Those that came from nowhere known stay.
    pub(in crate::sqs) fn move_messages(
        &self,
        source_arn: &str,
        destination_arn: Option<&str>,
    ) -> Result<MoveTask, SqsError> {
        let not_found = || {
            SqsError::ResourceNotFound(
                "The resource that you specified for the SourceArn parameter doesn't exist.".to_owned(),
            )
        };
        let source = self.queue_by_arn(source_arn)?.ok_or_else(not_found)?;
        if self.dead_letter_sources(source_arn)?.is_empty() {
            return Err(SqsError::InvalidParameterValue(
                "Source queue must be configured as a Dead Letter Queue.".to_owned(),
            ));
        }
        let now = self.clock.now_ms();
        let mut statement = self.connection.prepare(
            "SELECT id, COALESCE(?3, dead_letter_source_arn) FROM messages
             WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY id",
        )?;
        let rows: Vec<(i64, Option<String>)> = statement
            .query_map(params![source.id, now, destination_arn], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut moved = 0;
        for (row, arn) in rows {
            let Some(target) = arn.map(|arn| self.queue_by_arn(&arn)).transpose()?.flatten() else { continue };
            self.send_again(&target, row, now)?;
            moved += 1;
        }
        let task = MoveTask {
            handle: new_message_id(),
            source_arn: source_arn.to_owned(),
            destination_arn: destination_arn.map(str::to_owned),
            started_ms: now,
            moved,
        };
        self.connection.execute(
            "INSERT INTO move_tasks (handle, source_arn, destination_arn, started_ms, moved) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![task.handle, task.source_arn, task.destination_arn, task.started_ms, task.moved],
        )?;
        Ok(task)
    }

    fn send_again(&self, target: &Queue, row: i64, now: i64) -> Result<(), SqsError> {
        self.connection
            .prepare_cached(
                "INSERT INTO messages (queue, message_id, body, attributes, sent_ms, kept_since_ms, visible_ms, group_id,
                     deduplication_id, trace_header)
                 SELECT ?2, ?3, body, attributes, ?4, ?4, ?4, group_id, deduplication_id, trace_header
                 FROM messages WHERE id = ?1",
            )?
            .execute(params![row, target.id, new_message_id(), now])?;
        self.connection.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([row])?;
        self.wake(&target.name);
        Ok(())
    }

    /// The newest first.
    pub(in crate::sqs) fn move_tasks(&self, source_arn: &str, max: i64) -> Result<Vec<MoveTask>, SqsError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT handle, source_arn, destination_arn, started_ms, moved FROM move_tasks
             WHERE source_arn = ?1 ORDER BY started_ms DESC, rowid DESC LIMIT ?2",
        )?;
        let tasks = statement
            .query_map(params![source_arn, max], |row| {
                Ok(MoveTask {
                    handle: row.get(0)?,
                    source_arn: row.get(1)?,
                    destination_arn: row.get(2)?,
                    started_ms: row.get(3)?,
                    moved: row.get(4)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(tasks)
    }
}
