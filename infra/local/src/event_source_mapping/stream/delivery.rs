//! Getting a batch through: retries, splitting, giving up.

use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{error, warn};

use super::batch::event;
use super::{Poller, created};
use crate::event_source_mapping::backoff::Backoff;
use crate::event_source_mapping::failure::{Condition, LastInvocation, Origin, document};
use crate::event_source_mapping::response::{Failed, failures};
use crate::event_source_mapping::{StreamRecord, is_stopped, stopped};
use crate::lambda::InvokeError;
use crate::sqs::NewMessage;

/// A stream keeps its records this long, so that nothing is retried longer.
const RETENTION: Duration = Duration::from_hours(24);

/// What one invocation came to.
enum Verdict {
    Done,
    /// The first record that failed; those before it are done.
    FailedFrom(usize),
    /// The function did not run: this is no attempt.
    NotInvoked,
}

impl Poller {
    /// Returns when every record is processed or given up, and saves the position after each step; or when it is time to
    /// stop.
    pub(super) async fn deliver(
        &self,
        records: Vec<StreamRecord>,
        gathered: Timestamp,
        shutdown: &watch::Receiver<bool>,
    ) {
        // The last of these comes first in the stream.
        let mut parts = vec![records];
        while let Some(records) = parts.pop() {
            if let Some((first, second)) = self.deliver_part(records, gathered, shutdown).await {
                parts.push(second);
                parts.push(first);
            }
            if is_stopped(shutdown) {
                return;
            }
        }
    }

    /// The two halves when the part has to be split.
    async fn deliver_part(
        &self,
        mut records: Vec<StreamRecord>,
        gathered: Timestamp,
        shutdown: &watch::Receiver<bool>,
    ) -> Option<(Vec<StreamRecord>, Vec<StreamRecord>)> {
        let mut last = LastInvocation::default();
        let mut retries = 0;
        let mut backoff = Backoff::default();
        loop {
            let too_old = self.too_old(&records, gathered);
            if too_old > 0 {
                let rest = records.split_off(too_old);
                self.give_up(&records, Condition::RecordAgeExceeded, &last, shutdown).await;
                records = rest;
            }
            if records.is_empty() || is_stopped(shutdown) {
                return None;
            }
            match self.invoke(&records, &mut last).await {
                // The host going down kills functions: that is no failure of theirs.
                _ if is_stopped(shutdown) => return None,
                Verdict::Done => {
                    self.save(&records);
                    return None;
                }
                Verdict::NotInvoked => {}
                Verdict::FailedFrom(failed) => {
                    let rest = records.split_off(failed);
                    self.save(&records);
                    records = rest;
                    if self.mapping.bisect_on_error && records.len() > 1 && failed == 0 {
                        let second = records.split_off(records.len() / 2);
                        return Some((records, second));
                    }
                    // Splitting the batch at the failed record costs no retry either.
                    if !(self.mapping.bisect_on_error && failed > 0) {
                        if self.mapping.maximum_retry_attempts.is_some_and(|maximum| retries >= maximum) {
                            self.give_up(&records, Condition::RetryAttemptsExhausted, &last, shutdown).await;
                            return None;
                        }
                        retries += 1;
                    }
                }
            }
            pause(backoff.next(), shutdown).await;
        }
    }

    async fn invoke(&self, records: &[StreamRecord], last: &mut LastInvocation) -> Verdict {
        let (mapping, payload) = (&self.mapping, Bytes::from(event(records)));
        let outcome = match self.services.lambda.invoke(&mapping.function, payload).await {
            Ok(outcome) => outcome,
            Err(cause @ (InvokeError::TooManyRequests | InvokeError::Stopped)) => {
                warn!(mapping = %mapping.id, %cause, "a batch waits");
                return Verdict::NotInvoked;
            }
            Err(cause) => {
                error!(mapping = %mapping.id, %cause, "a batch was not delivered");
                *last = LastInvocation { is_function_error: true, count: last.count + 1, ..last.clone() };
                return Verdict::FailedFrom(0);
            }
        };
        *last = LastInvocation {
            request_id: outcome.request_id,
            is_function_error: outcome.error.is_some(),
            count: last.count + 1,
        };
        let failed = match outcome.error {
            Some(_) => Failed::Whole,
            None if !mapping.report_batch_item_failures => return Verdict::Done,
            None => {
                let identifiers: Vec<&str> = records.iter().map(|record| record.sequence_number.as_str()).collect();
                failures(&outcome.payload, &identifiers)
            }
        };
        let first = match failed {
            Failed::Whole => 0,
            Failed::At(positions) => match positions.first() {
                Some(first) => *first,
                None => return Verdict::Done,
            },
        };
        warn!(mapping = %mapping.id, request.id = %last.request_id, error = ?outcome.error, "a batch failed");
        Verdict::FailedFrom(first)
    }

    /// How many records, from the first on, are older than the mapping or the stream allows.
    ///
    /// Records are stamped by the shared clock, which may be ahead, and age by the machine's: none is younger than its
    /// batch, and none is older than this run.
    fn too_old(&self, records: &[StreamRecord], gathered: Timestamp) -> usize {
        let maximum = self.mapping.maximum_record_age.unwrap_or(RETENTION).min(RETENTION);
        let maximum = SignedDuration::try_from(maximum).unwrap_or(SignedDuration::MAX);
        let now = self.services.clock.machine_now();
        let is_too_old =
            |record: &&StreamRecord| now.duration_since(created(record).min(gathered).max(self.started)) > maximum;
        records.iter().take_while(is_too_old).count()
    }

    /// Tells the destination where the records are, and goes on after them. Not before the destination has taken it.
    async fn give_up(
        &self,
        records: &[StreamRecord],
        condition: Condition,
        last: &LastInvocation,
        shutdown: &watch::Receiver<bool>,
    ) {
        error!(mapping = %self.mapping.id, records = records.len(), ?condition, "records are given up");
        if let Some(queue) = &self.on_failure_queue {
            let shard_id = self.services.streams.shard_id(&self.table);
            let origin = Origin { function_arn: &self.function_arn, stream_arn: &self.stream_arn, shard_id: &shard_id };
            let body = document(&origin, records, condition, last, self.services.clock.now()).to_string();
            let mut backoff = Backoff::default();
            while let Err(cause) = self.services.sqs.send(queue, NewMessage::of(body.clone())).await {
                error!(mapping = %self.mapping.id, error = ?cause, "the on-failure destination took no message");
                if is_stopped(shutdown) {
                    return;
                }
                pause(backoff.next(), shutdown).await;
            }
        }
        self.save(records);
    }

    /// A position that is not saved costs a second delivery, never a record.
    fn save(&self, done: &[StreamRecord]) {
        let Some(last) = done.last() else { return };
        if let Err(cause) = self.checkpoint(Some(&last.sequence_number)) {
            error!(mapping = %self.mapping.id, %cause, "a stream's position was not saved");
        }
    }
}

async fn pause(wait: Duration, shutdown: &watch::Receiver<bool>) {
    let mut shutdown = shutdown.clone();
    let _stopped = timeout(wait, stopped(&mut shutdown)).await;
}
