//! One schedule at work.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::watch;
use tracing::{error, info};

use super::event::{Sender, payload};
use super::{Expression, ExpressionError};
use crate::clock::Clock;
use crate::event_source_mapping::Invoke;
use crate::template::model;

/// Why a schedule cannot run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("schedule {schedule}: {source}")]
pub struct JobError {
    schedule: String,
    source: ExpressionError,
}

/// A schedule that can run.
pub struct Job {
    schedule: model::Schedule,
    expression: Expression,
    lambda: Arc<dyn Invoke>,
    clock: Clock,
    account: String,
    region: String,
}

impl Job {
    /// Reads the schedule's expression and time zone.
    pub fn new(
        schedule: model::Schedule,
        lambda: Arc<dyn Invoke>,
        clock: Clock,
        account: String,
        region: String,
    ) -> Result<Self, JobError> {
        let expression = Expression::parse(&schedule.expression, &schedule.timezone)
            .map_err(|source| JobError { schedule: schedule.name.clone(), source })?;
        Ok(Self { schedule, expression, lambda, clock, account, region })
    }

    /// Invokes the function whenever the schedule is due, until `shutdown` turns true or its sender is gone. A disabled
    /// schedule does nothing.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) {
        if !self.schedule.enabled {
            return;
        }
        tokio::select! {
            () = self.follow_the_clock() => {}
            _ = shutdown.wait_for(|stop| *stop) => {}
        }
    }

    async fn follow_the_clock(&self) {
        let mut moves = self.clock.moves();
        let mut offset_seconds = *moves.borrow_and_update();
        let mut start = self.clock.now();
        let mut next = self.expression.first(start);
        loop {
            let due = async {
                match next {
                    Some(due) => {
                        self.clock.sleep_until(due).await;
                        due
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Whoever moves the clock over a due time runs it before anything is counted anew.
                biased;
                due = due => {
                    self.invoke(due).await;
                    if self.expression.is_once() {
                        return;
                    }
                    next = self.expression.next(start, self.clock.now());
                }
                _ = moves.changed() => {
                    let before = std::mem::replace(&mut offset_seconds, *moves.borrow_and_update());
                    if offset_seconds < before {
                        start = self.clock.now();
                        next = self.expression.next(start, start);
                    }
                }
            }
        }
    }

    async fn invoke(&self, due: Timestamp) {
        let arn = format!("arn:aws:scheduler:{}:{}:schedule/default/{}", self.region, self.account, self.schedule.name);
        let sender = Sender { schedule_arn: &arn, account: &self.account, region: &self.region };
        let payload = Bytes::from(payload(&sender, self.schedule.input.as_deref(), due));
        match self.lambda.invoke_event(&self.schedule.function, payload).await {
            Ok(()) => info!(schedule = %self.schedule.name, function = %self.schedule.function, %due, "due"),
            Err(cause) => error!(schedule = %self.schedule.name, %cause, "the function did not take the event"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use futures::future::BoxFuture;
    use serde_json::Value;
    use tokio::sync::mpsc;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::lambda::{InvokeError, Outcome};

    struct Recorder(Mutex<mpsc::UnboundedSender<Value>>);

    impl Invoke for Recorder {
        fn invoke<'a>(&'a self, _: &'a str, _: Bytes) -> BoxFuture<'a, Result<Outcome, InvokeError>> {
            panic!("schedules invoke asynchronously")
        }

        fn invoke_event<'a>(&'a self, function: &'a str, payload: Bytes) -> BoxFuture<'a, Result<(), InvokeError>> {
            assert_eq!(function, "sweep");
            let event = serde_json::from_slice(&payload).expect("JSON");
            self.0.lock().expect("not poisoned").send(event).expect("the test listens");
            Box::pin(std::future::ready(Ok(())))
        }
    }

    struct Run {
        clock: Clock,
        events: mpsc::UnboundedReceiver<Value>,
        shutdown: watch::Sender<bool>,
        task: JoinHandle<()>,
    }

    impl Run {
        fn start(expression: &str, input: Option<&str>, enabled: bool) -> Self {
            let (sent, events) = mpsc::unbounded_channel();
            let schedule = model::Schedule {
                name: "every".to_owned(),
                expression: expression.to_owned(),
                timezone: "UTC".to_owned(),
                function: "sweep".to_owned(),
                input: input.map(str::to_owned),
                enabled,
            };
            let clock = Clock::default();
            let lambda = Arc::new(Recorder(Mutex::new(sent)));
            let (account, region) = ("000000000000".to_owned(), "us-east-1".to_owned());
            let job = Job::new(schedule, lambda, clock.clone(), account, region).expect("valid");
            let (shutdown, stop) = watch::channel(false);
            Self { clock, events, shutdown, task: tokio::spawn(job.run(stop)) }
        }

        async fn event(&mut self) -> Value {
            tokio::time::timeout(Duration::from_secs(5), self.events.recv()).await.expect("due").expect("running")
        }

        /// Stops the schedule, and says what it had sent that nobody looked at.
        async fn stop(mut self) -> Vec<Value> {
            self.shutdown.send_replace(true);
            self.task.await.expect("no panic");
            let mut rest = Vec::new();
            while let Ok(event) = self.events.try_recv() {
                rest.push(event);
            }
            rest
        }
    }

    #[tokio::test]
    async fn a_rate_runs_at_start_and_once_for_each_move_of_the_clock_over_due_times() {
        let mut run = Run::start("rate(1 minute)", None, true);
        let first = run.event().await;
        assert_eq!(first["source"], "aws.scheduler");
        assert_eq!(first["detail-type"], "Scheduled Event");
        assert_eq!(first["resources"][0], "arn:aws:scheduler:us-east-1:000000000000:schedule/default/every");
        run.clock.set_offset_seconds(61);
        let second = run.event().await;
        let due = |event: &Value| event["time"].as_str().expect("text").parse::<Timestamp>().expect("a time");
        assert_eq!(due(&second).duration_since(due(&first)).as_secs(), 60);
        run.clock.set_offset_seconds(7 * 86_400);
        run.event().await;
        assert_eq!(run.stop().await, Vec::<Value>::new());
    }

    #[tokio::test]
    async fn a_clock_that_is_moved_back_does_not_stop_a_schedule() {
        let mut run = Run::start("rate(1 minute)", None, true);
        run.event().await;
        run.clock.set_offset_seconds(7 * 86_400);
        run.event().await;
        // The job may see only the last of several moves, so it is moved until it answers.
        for minutes in 0..20 {
            run.clock.set_offset_seconds(minutes * 61);
            if tokio::time::timeout(Duration::from_millis(250), run.events.recv()).await.is_ok() {
                return;
            }
        }
        panic!("the schedule stopped");
    }

    #[tokio::test]
    async fn cron_waits_for_its_time_and_keywords_of_the_input_are_replaced() {
        let mut run = Run::start("cron(0 0 1 1 ? *)", Some(r#"{"at":"<aws.scheduler.scheduled-time>"}"#), true);
        tokio::task::yield_now().await;
        assert!(run.events.try_recv().is_err(), "not due yet");
        run.clock.set_offset_seconds(366 * 86_400);
        let event = run.event().await;
        assert!(event["at"].as_str().expect("text").ends_with("-01-01T00:00:00Z"), "{event}");
        assert_eq!(run.stop().await, Vec::<Value>::new());
    }

    #[tokio::test]
    async fn a_disabled_schedule_never_runs() {
        let run = Run::start("rate(1 minute)", None, false);
        run.clock.set_offset_seconds(3_600);
        assert_eq!(run.stop().await, Vec::<Value>::new());
    }
}
