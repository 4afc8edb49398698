//! The environments of one function: started on demand, used again, at most so many at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{Instant, timeout};

use super::environment::{Answer, Environment, Failure, Limits, document};
use super::launcher::Launcher;
use super::logs::Stream;
use super::outcome::{FunctionError, InvokeError, Outcome};
use super::runtime_api::Work;
use super::usage::Usage;
use super::{Options, Request, complaint, identifier, report};

/// An answered caller is kept for as long as this while the runtime asks for its next event, so that whoever calls
/// again at once meets a free environment and not a new one.
const SETTLE: Duration = Duration::from_millis(20);

pub(super) struct Pool {
    launcher: Launcher,
    usage: Usage,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Environment>>,
    generation: AtomicU64,
    clock: crate::clock::Clock,
    queue_for: Duration,
    idle_after: Duration,
}

impl Pool {
    pub(super) fn new(launcher: Launcher, options: &Options, usage: Usage) -> Self {
        Self {
            launcher,
            usage,
            permits: Arc::new(Semaphore::new(options.max_environments_per_function)),
            idle: Mutex::default(),
            generation: AtomicU64::new(0),
            clock: options.clock.clone(),
            queue_for: options.queue_for,
            idle_after: options.idle_after,
        }
    }

    /// Runs one event to its end, also when `reply` is not waited for any more.
    pub(super) async fn run(self: Arc<Self>, request: Request, reply: oneshot::Sender<Result<Outcome, InvokeError>>) {
        let permit = match timeout(self.queue_for, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return send(reply, Err(InvokeError::Stopped)),
            Err(_) => return send(reply, Err(InvokeError::TooManyRequests)),
        };
        let mut work = self.work(request);
        let timeout_ms = i64::try_from(self.launcher.function.timeout.as_millis()).unwrap_or(i64::MAX);
        loop {
            let mut environment = match self.environment(&work.request_id).await {
                Ok(environment) => environment,
                Err(outcome) => return send(reply, Ok(*outcome)),
            };
            environment.log.begin();
            let function = &self.launcher.function;
            let limits = Limits { timeout: function.timeout, memory_mib: function.memory_mib };
            let request_id = work.request_id.clone();
            work.deadline_ms = self.clock.machine_now().as_millisecond().saturating_add(timeout_ms);
            match environment.run(work, limits).await {
                Ok(answer) => return self.finish(environment, permit, &request_id, answer, reply).await,
                // It ended while it was idle: nothing was lost, another one takes the event.
                Err(back) => work = back,
            }
        }
    }

    fn work(&self, request: Request) -> Work {
        let function = &self.launcher.function;
        let root = request.trace_id.unwrap_or_else(|| identifier::trace_root(self.clock.now()));
        let root = root.split(';').next().unwrap_or_default();
        let parent = &identifier::random().simple().to_string()[..16];
        Work {
            request_id: identifier::random().to_string(),
            payload: request.payload,
            // Set when an environment takes it.
            deadline_ms: 0,
            function_arn: function.arn.clone(),
            trace_id: format!("{root};Parent={parent};Sampled=0"),
            client_context: request.client_context,
        }
    }

    /// A free environment or a new one.
    async fn environment(&self, request_id: &str) -> Result<Environment, Box<Outcome>> {
        while let Some(environment) = self.idle().pop() {
            if !environment.process.has_ended() {
                return Ok(environment);
            }
        }
        // Read before the clock is, so that an environment never claims a newer clock than it has.
        let generation = self.generation.load(Ordering::SeqCst);
        let started = Instant::now();
        let launched = self.launcher.launch(generation).await;
        let (log, (payload, error_type)) = match launched {
            Ok(mut environment) => {
                environment.log.begin();
                match environment.init(request_id).await {
                    Ok(()) => {
                        self.usage.started(&self.launcher.function.name, environment.cpu_used());
                        return Ok(environment);
                    }
                    Err(failed) => (environment.log.clone(), failed),
                }
            }
            Err(cause) => {
                let log = self.launcher.log();
                let binary = &self.launcher.function.binary;
                let text = format!("Error: fork/exec {binary}: {cause}");
                log.line(&format!("RequestId: {request_id} {text}"));
                (log, document("Runtime.InvalidEntrypoint", request_id, &text))
            }
        };
        let failure = Failure { kind: FunctionError::Unhandled, error_type, fatal: true };
        self.tell(&log, request_id, &failure, &payload);
        Err(Box::new(Outcome {
            payload,
            error: Some(FunctionError::Unhandled),
            request_id: request_id.to_owned(),
            duration: Duration::ZERO,
            init_duration: Some(started.elapsed()),
            log_tail: log.tail(),
        }))
    }

    async fn finish(
        &self,
        mut environment: Environment,
        permit: OwnedSemaphorePermit,
        request_id: &str,
        answer: Answer,
        reply: oneshot::Sender<Result<Outcome, InvokeError>>,
    ) {
        let fatal = answer.error.as_ref().is_some_and(|failure| failure.fatal);
        let settled = if fatal { Ok(false) } else { timeout(SETTLE, environment.settle()).await };
        let (failed, cpu) = (answer.error.is_some(), environment.cpu_used());
        self.usage.invoked(&self.launcher.function.name, failed, answer.duration, cpu, environment.peak_kib);
        let log = environment.log.clone();
        let init_duration = environment.init_duration.take();
        let memory_mib = self.launcher.function.memory_mib;
        log.line(&format!("END RequestId: {request_id}"));
        log.line(&report::line(request_id, &answer, memory_mib, environment.peak_kib, init_duration));
        if let Some(failure) = &answer.error {
            self.tell(&log, request_id, failure, &answer.payload);
        }
        let outcome = Outcome {
            payload: answer.payload,
            error: answer.error.map(|failure| failure.kind),
            request_id: request_id.to_owned(),
            duration: answer.duration,
            init_duration,
            log_tail: log.tail(),
        };
        if settled.is_ok() {
            self.keep(environment, permit, settled == Ok(true));
            return send(reply, Ok(outcome));
        }
        send(reply, Ok(outcome));
        // It still works on something after its answer; AWS gives it until its timeout as well.
        let left = self.launcher.function.timeout.saturating_sub(answer.duration);
        let usable = timeout(left, environment.settle()).await == Ok(true);
        self.keep(environment, permit, usable);
    }

    /// Puts an environment back, before the permit is, or ends it.
    fn keep(&self, mut environment: Environment, permit: OwnedSemaphorePermit, usable: bool) {
        let mut idle = self.idle();
        // Compared under the lock that `recycle` empties the list with.
        let current = environment.generation == self.generation.load(Ordering::SeqCst);
        if usable && current && !self.permits.is_closed() {
            environment.idle_since = Instant::now();
            idle.push(environment);
        }
        drop(idle);
        drop(permit);
    }

    /// One readable line for the console.
    fn tell(&self, log: &Stream, request_id: &str, failure: &Failure, payload: &Bytes) {
        if self.permits.is_closed() {
            // The host goes down and has killed it.
            return;
        }
        let document: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
        let message = document.get("errorMessage").and_then(|message| message.as_str()).unwrap_or_default();
        let message = message.trim_start_matches(&format!("RequestId: {request_id} "));
        let name = &self.launcher.function.name;
        let message = message.replace('\n', " ");
        let why = complaint::last(&log.tail()).map(|why| format!(": {why}")).unwrap_or_default();
        log.failure(&format!("{name} failed: {}: {message} (request {request_id}){why}", failure.error_type));
    }

    /// Ends idle environments; busy ones end after their event.
    pub(super) fn recycle(&self) {
        let mut idle = self.idle();
        self.generation.fetch_add(1, Ordering::SeqCst);
        idle.clear();
    }

    /// Ends environments nobody used for a while.
    pub(super) fn end_idle(&self) {
        self.idle().retain(|environment| {
            environment.idle_since.elapsed() < self.idle_after && !environment.process.has_ended()
        });
    }

    /// Takes no more events.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Environment>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that went away does not need its answer.
fn send(reply: oneshot::Sender<Result<Outcome, InvokeError>>, result: Result<Outcome, InvokeError>) {
    let _ = reply.send(result);
}
