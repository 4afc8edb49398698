//! Feeding a function from a table's stream, in order.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>

mod batch;
mod delivery;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tracing::error;

use super::backoff::Backoff;
use super::{Filter, GRACE, MappingError, Services, StreamError, StreamRecord, is_stopped, stopped};
use crate::template::model::EventSourceMapping;
use batch::Batch;

/// How long after a write the stream is read: writes come in bursts, and one read serves them all.
const SETTLE: Duration = Duration::from_millis(5);

/// A stream's mapping.
pub(super) struct Poller {
    mapping: EventSourceMapping,
    table: String,
    stream_arn: String,
    function_arn: String,
    on_failure_queue: Option<String>,
    filter: Filter,
    services: Services,
    /// When this run began, by the machine's clock: records age from here on.
    started: Timestamp,
    /// The last record that is read, whether it passed the filters or not.
    read_to: Option<String>,
}

impl Poller {
    pub(super) async fn new(
        mapping: EventSourceMapping,
        table: String,
        filter: Filter,
        services: Services,
    ) -> Result<Self, MappingError> {
        let id = mapping.id.clone();
        if !(1..=10_000).contains(&mapping.batch_size) {
            return Err(MappingError::Invalid { mapping: id, reason: "BatchSize is from 1 to 10000".to_owned() });
        }
        let on_failure_queue = match &mapping.on_failure_queue_arn {
            Some(arn) => {
                let name = services.sqs.name_of(arn).await;
                Some(name.map_err(|source| MappingError::Queue { mapping: id.clone(), source })?)
            }
            None => None,
        };
        let stream = |source: StreamError| MappingError::Stream { mapping: id.clone(), source };
        let stream_arn = services.streams.stream_arn(&table).map_err(stream)?;
        let read_to = if let Some(position) = services.positions.get(&id).map_err(|cause| stream(cause.into()))? {
            position.after
        } else {
            let latest =
                if mapping.from_trim_horizon { None } else { services.streams.latest(&table).map_err(stream)? };
            services.positions.save(&id, latest.as_deref()).map_err(|cause| stream(cause.into()))?;
            latest
        };
        let function_arn =
            format!("arn:aws:lambda:{}:{}:function:{}", services.region, services.account, mapping.function);
        let started = services.clock.machine_now();
        Ok(Self { mapping, table, stream_arn, function_arn, on_failure_queue, filter, services, started, read_to })
    }

    pub(super) async fn run(mut self, shutdown: watch::Receiver<bool>) {
        let mut stop = shutdown.clone();
        tokio::select! {
            () = self.read(shutdown) => {}
            () = async {
                stopped(&mut stop).await;
                sleep(GRACE).await;
            } => {}
        }
    }

    async fn read(&mut self, mut shutdown: watch::Receiver<bool>) {
        let mut backoff = Backoff::default();
        while !is_stopped(&shutdown) {
            let batch = tokio::select! {
                batch = self.gather() => batch,
                () = stopped(&mut shutdown) => return,
            };
            let processed = match batch {
                Ok((batch, read_to)) => {
                    let gathered = self.services.clock.machine_now();
                    self.deliver(batch.into_records(), gathered, &shutdown).await;
                    if is_stopped(&shutdown) {
                        // Where delivery got to is saved; the rest is read again.
                        return;
                    }
                    self.read_to = read_to;
                    self.checkpoint(self.read_to.as_deref())
                }
                Err(cause) => Err(cause),
            };
            match processed {
                Ok(()) => backoff = Backoff::default(),
                Err(cause) => {
                    error!(mapping = %self.mapping.id, %cause, "the stream cannot be read");
                    let _stopped = timeout(backoff.next(), stopped(&mut shutdown)).await;
                }
            }
        }
    }

    /// Reads until there is a full batch, the window after its first record is over, or a stretch of the stream held nothing
    /// that passes. Also says how far it read.
    async fn gather(&self) -> Result<(Batch, Option<String>), StreamError> {
        let mut writes = self.services.streams.writes(&self.table);
        let mut batch = Batch::new(usize::try_from(self.mapping.batch_size).unwrap_or(usize::MAX));
        let mut read_to = self.read_to.clone();
        let mut deadline = None;
        loop {
            writes.borrow_and_update();
            let records = self.records(read_to.clone()).await?;
            let caught_up = records.is_empty();
            for record in records {
                let sequence_number = record.sequence_number.clone();
                if self.filter.passes(&record.event) {
                    deadline.get_or_insert_with(|| tokio::time::Instant::now() + self.mapping.window);
                    if !batch.push(record) {
                        return Ok((batch, read_to));
                    }
                }
                read_to = Some(sequence_number);
            }
            if batch.is_full() || deadline.is_some() && self.mapping.window.is_zero() {
                return Ok((batch, read_to));
            }
            if !caught_up {
                continue;
            }
            match deadline {
                None if read_to != self.read_to => return Ok((batch, read_to)),
                None => {
                    writes.changed().await?;
                    sleep(SETTLE).await;
                }
                Some(deadline) => {
                    tokio::select! {
                        changed = writes.changed() => {
                            changed?;
                            sleep(SETTLE).await;
                        }
                        () = tokio::time::sleep_until(deadline) => return Ok((batch, read_to)),
                    }
                }
            }
        }
    }

    async fn records(&self, after: Option<String>) -> Result<Vec<StreamRecord>, StreamError> {
        let (streams, table) = (Arc::clone(&self.services.streams), self.table.clone());
        let limit = usize::try_from(self.mapping.batch_size).unwrap_or(usize::MAX).clamp(100, 1000);
        tokio::task::spawn_blocking(move || streams.records(&table, after.as_deref(), limit)).await?
    }

    fn checkpoint(&self, sequence_number: Option<&str>) -> Result<(), StreamError> {
        Ok(self.services.positions.save(&self.mapping.id, sequence_number)?)
    }
}

/// `dynamodb.ApproximateCreationDateTime`; 1970 when there is none.
pub(super) fn created(record: &StreamRecord) -> Timestamp {
    let seconds = record.event.pointer("/dynamodb/ApproximateCreationDateTime").and_then(Value::as_f64);
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit, and the cast saturates")]
    let milliseconds = (seconds.unwrap_or_default() * 1000.0) as i64;
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}
