//! What a receiver does with a message it holds: delete it, or change for how long it stays hidden.

use rusqlite::{OptionalExtension as _, params};

use super::receipt::Receipt;
use super::{Queue, Store};
use crate::sqs::SqsError;
use crate::sqs::attributes::VISIBILITY_SECONDS_MAX;

/// A message that a receipt handle leads to.
struct Held {
    receipt: Option<String>,
    visible_ms: i64,
    received_ms: Option<i64>,
}

impl Store {
    /// Deletes the message, unless it was received again since: then nothing happens on a standard queue, as on AWS.
    pub(in crate::sqs) fn delete(&self, queue: &Queue, handle: &str) -> Result<(), SqsError> {
        let receipt = Receipt::open(handle, &queue.name)?;
        let Some(held) = self.held(queue, &receipt)? else { return Ok(()) };
        let is_newest = held.receipt.as_deref() == Some(&receipt.nonce);
        if queue.attributes.fifo && (!is_newest || held.visible_ms <= self.clock.now_ms()) {
            return Err(expired(handle));
        }
        if is_newest {
            self.connection.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([receipt.row])?;
            if queue.attributes.fifo {
                // Its group may go on.
                self.wake(&queue.name);
            }
        }
        Ok(())
    }

    /// Hides the message for `seconds` from now.
    pub(in crate::sqs) fn change_visibility(&self, queue: &Queue, handle: &str, seconds: i64) -> Result<(), SqsError> {
        if !(0..=VISIBILITY_SECONDS_MAX).contains(&seconds) {
            let reason = "VisibilityTimeout must be an integer between 0 and 43200";
            return Err(SqsError::invalid("VisibilityTimeout", seconds, reason));
        }
        let receipt = Receipt::open(handle, &queue.name)?;
        let now = self.clock.now_ms();
        let held = self.held(queue, &receipt)?.filter(|held| held.receipt.as_deref() == Some(&receipt.nonce));
        let Some(held) = held else {
            let reason = "Message does not exist or is not available for visibility timeout change";
            return Err(SqsError::invalid("ReceiptHandle", handle, reason));
        };
        if queue.attributes.fifo && held.visible_ms <= now {
            return Err(expired(handle));
        }
        let visible_ms = now + seconds * 1000;
        if visible_ms - held.received_ms.unwrap_or(now) > VISIBILITY_SECONDS_MAX * 1000 {
            let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]";
            return Err(SqsError::invalid("VisibilityTimeout", seconds, reason));
        }
        self.connection
            .prepare_cached("UPDATE messages SET visible_ms = ?2 WHERE id = ?1")?
            .execute(params![receipt.row, visible_ms])?;
        self.wake(&queue.name);
        Ok(())
    }

    fn held(&self, queue: &Queue, receipt: &Receipt) -> Result<Option<Held>, SqsError> {
        let held = self
            .connection
            .prepare_cached("SELECT receipt, visible_ms, received_ms FROM messages WHERE id = ?1 AND queue = ?2")?
            .query_row(params![receipt.row, queue.id], |row| {
                Ok(Held { receipt: row.get(0)?, visible_ms: row.get(1)?, received_ms: row.get(2)? })
            })
            .optional()?;
        Ok(held)
    }
}

fn expired(handle: &str) -> SqsError {
    SqsError::invalid("ReceiptHandle", handle, "The receipt handle has expired")
}
