//! Receiving: what is visible is hidden for a while and handed out; what was received too often moves on.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Row, params};

use super::send::sequence_number;
use super::{Queue, Store};
use crate::sqs::attributes::IN_FLIGHT_MAX;
use crate::sqs::{Message, SqsError, SystemAttributes};

/// What becomes of a message that a receive came across.
enum Fate {
    Received,
    Expired,
    DeadLetter,
}

/// As much of a message as decides its fate.
struct Candidate {
    row: i64,
    visible_ms: i64,
    kept_since_ms: i64,
    receive_count: i64,
    group_id: Option<String>,
}

impl Store {
    /// Takes up to `max` messages for `visibility_seconds`, or the queue's own time-out.
    pub(in crate::sqs) fn receive(
        &self,
        name: &str,
        max: usize,
        visibility_seconds: Option<i64>,
    ) -> Result<Vec<Message>, SqsError> {
        let queue = self.queue(name)?;
        let now = self.clock.now_ms();
        let max = self.room_in_flight(&queue, max, now)?;
        let dead_letters = match &queue.attributes.redrive {
            Some(redrive) => self.queue_by_arn(&redrive.target_arn)?,
            None => None,
        };
        let hidden_until = now + visibility_seconds.unwrap_or(queue.attributes.visibility_seconds) * 1000;
        let mut messages = Vec::new();
        for (row, fate) in self.fates(&queue, dead_letters.is_some(), max, now)? {
            match (fate, &dead_letters) {
                (Fate::Received, _) | (Fate::DeadLetter, None) => {
                    messages.push(self.take(&queue, row, now, hidden_until)?);
                }
                (Fate::DeadLetter, Some(target)) => self.move_to_dead_letters(&queue, target, row, now)?,
                (Fate::Expired, _) => {
                    self.connection.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([row])?;
                }
            }
        }
        Ok(messages)
    }

    /// When the next hidden message of this queue shows, if there is one.
    pub(in crate::sqs) fn next_visible_ms(&self, name: &str) -> Result<Option<i64>, SqsError> {
        let queue = self.queue(name)?;
        let next = self
            .connection
            .prepare_cached("SELECT MIN(visible_ms) FROM messages WHERE queue = ?1 AND visible_ms > ?2")?
            .query_row(params![queue.id, self.clock.now_ms()], |row| row.get(0))?;
        Ok(next)
    }

    /// Walks the queue in the order it hands out until `max` messages are found.
    fn fates(&self, queue: &Queue, has_dead_letters: bool, max: usize, now: i64) -> Result<Vec<(i64, Fate)>, SqsError> {
        let fifo = queue.attributes.fifo;
        let mut blocked = if fifo { self.groups_in_flight(queue, now)? } else { HashSet::new() };
        let mut statement = self.connection.prepare_cached(if fifo {
            "SELECT id, visible_ms, kept_since_ms, receive_count, group_id FROM messages
             WHERE queue = ?1 AND group_id IS NOT NULL ORDER BY id"
        } else {
            "SELECT id, visible_ms, kept_since_ms, receive_count, NULL FROM messages
             WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY visible_ms, id"
        })?;
        let expired = now - queue.attributes.retention_seconds * 1000;
        let receives_max = match &queue.attributes.redrive {
            Some(redrive) if has_dead_letters => redrive.max_receive_count,
            _ => i64::MAX,
        };
        let mut rows = if fifo { statement.query([queue.id])? } else { statement.query([queue.id, now])? };
        let mut fates = Vec::new();
        let mut found = 0;
        while found < max {
            let Some(row) = rows.next()? else { break };
            let candidate = Candidate::read(row)?;
            if let Some(group) = &candidate.group_id {
                if blocked.contains(group) {
                    continue;
                }
                if candidate.visible_ms > now {
                    // Delayed: what comes after it in its group waits as well.
                    blocked.insert(group.clone());
                    continue;
                }
            }
            let fate = if candidate.kept_since_ms <= expired {
                Fate::Expired
            } else if candidate.receive_count >= receives_max {
                Fate::DeadLetter
            } else {
                found += 1;
                Fate::Received
            };
            fates.push((candidate.row, fate));
        }
        Ok(fates)
    }

    fn groups_in_flight(&self, queue: &Queue, now: i64) -> Result<HashSet<String>, SqsError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT group_id FROM messages
             WHERE queue = ?1 AND visible_ms > ?2 AND receipt IS NOT NULL AND group_id IS NOT NULL",
        )?;
        let groups = statement.query_map(params![queue.id, now], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(groups)
    }

    /// How many of `max` the limit of messages in flight leaves. A FIFO queue at its limit hands out nothing; a standard
    /// queue says so.
    fn room_in_flight(&self, queue: &Queue, max: usize, now: i64) -> Result<usize, SqsError> {
        let wanted = i64::try_from(max).unwrap_or(IN_FLIGHT_MAX);
        let mut bounds = self.in_flight_at_most.borrow_mut();
        // What an earlier run left in flight counts too, so an unknown queue starts at the limit.
        let bound = bounds.entry(queue.id).or_insert(IN_FLIGHT_MAX);
        if *bound + wanted > IN_FLIGHT_MAX {
            *bound = self
                .connection
                .prepare_cached(
                    "SELECT COUNT(*) FROM messages WHERE queue = ?1 AND visible_ms > ?2 AND receipt IS NOT NULL",
                )?
                .query_row(params![queue.id, now], |row| row.get(0))?;
        }
        let room = wanted.min(IN_FLIGHT_MAX - *bound);
        if room <= 0 && !queue.attributes.fifo {
            return Err(SqsError::OverLimit(format!("Too many messages in flight for queue {}", queue.name)));
        }
        let room = room.max(0);
        *bound += room;
        Ok(usize::try_from(room).unwrap_or_default())
    }

    fn take(&self, queue: &Queue, row: i64, now: i64, hidden_until: i64) -> Result<Message, SqsError> {
        let receipt = self.new_receipt(row);
        let mut statement = self.connection.prepare_cached(
            "UPDATE messages SET receive_count = receive_count + 1, receipt = ?2, received_ms = ?3, visible_ms = ?4,
                                 first_received_ms = COALESCE(first_received_ms, ?3)
             WHERE id = ?1
             RETURNING message_id, body, attributes, receive_count, sent_ms, first_received_ms, group_id,
                       deduplication_id, trace_header, dead_letter_source_arn",
        )?;
        let (message, attributes) = statement.query_row(params![row, receipt.nonce, now, hidden_until], |found| {
            let message = Message {
                message_id: found.get(0)?,
                receipt_handle: receipt.handle(&queue.name),
                body: found.get(1)?,
                attributes: BTreeMap::new(),
                system: SystemAttributes {
                    receive_count: found.get(3)?,
                    sent_ms: found.get(4)?,
                    first_received_ms: found.get(5)?,
                    sender_id: queue.account().to_owned(),
                    sequence_number: queue.attributes.fifo.then(|| sequence_number(row)),
                    group_id: found.get(6)?,
                    deduplication_id: found.get(7)?,
                    trace_header: found.get(8)?,
                    dead_letter_source_arn: found.get(9)?,
                },
            };
            Ok((message, found.get::<_, Option<String>>(2)?))
        })?;
        match attributes {
            Some(attributes) => Ok(Message { attributes: serde_json::from_str(&attributes)?, ..message }),
            None => Ok(message),
        }
    }
}

impl Candidate {
    fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            row: row.get(0)?,
            visible_ms: row.get(1)?,
            kept_since_ms: row.get(2)?,
            receive_count: row.get(3)?,
            group_id: row.get(4)?,
        })
    }
}
