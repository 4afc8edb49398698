//! An execution environment: one process, one Runtime API, one event at a time.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior};

use super::cpu;
use super::logs::Stream;
use super::memory;
use super::outcome::{FunctionError, RESPONSE_BYTES_MAX};
use super::process::Process;
use super::runtime_api::{Call, RuntimeApi, Work};

/// AWS ends an init phase after ten seconds.
pub(super) const INIT_MAX: Duration = Duration::from_secs(10);
/// How often the memory of a busy process is looked at.
const MEMORY_EVERY: Duration = Duration::from_millis(100);

/// A process that answers events. Dropping it kills the process.
pub(super) struct Environment {
    pub(super) process: Process,
    pub(super) api: RuntimeApi,
    pub(super) log: Stream,
    /// Told apart from environments of before the clock was moved.
    pub(super) generation: u64,
    pub(super) idle_since: Instant,
    /// How long it took to start, until an invocation has reported it.
    pub(super) init_duration: Option<Duration>,
    /// The runtime's open request for an event.
    pub(super) next: Option<oneshot::Sender<Work>>,
    pub(super) peak_kib: u64,
    /// What its process had used when that was last looked at.
    pub(super) cpu: Duration,
}

/// What an event came to.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) payload: Bytes,
    pub(super) error: Option<Failure>,
    pub(super) duration: Duration,
}

/// How an event failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: FunctionError,
    /// Such as `Runtime.ExitError`.
    pub(super) error_type: String,
    /// The environment cannot be used again.
    pub(super) fatal: bool,
}

/// The limits of one function that end an invocation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) timeout: Duration,
    pub(super) memory_mib: u32,
}

impl Environment {
    /// Waits until the runtime asks for its first event.
    ///
    /// Fails with the error document for the caller when it reports an error, ends, or takes longer than [`INIT_MAX`].
    pub(super) async fn init(&mut self, request_id: &str) -> Result<(), (Bytes, String)> {
        let started = Instant::now();
        let ended = self.process.ended();
        let failed = tokio::select! {
            biased;
            call = self.api.calls.recv() => match call {
                Some(Call::Next(next)) => {
                    self.next = Some(next);
                    self.init_duration = Some(started.elapsed());
                    return Ok(());
                }
                Some(Call::InitError(payload)) => {
                    let kind = error_type_of(&payload).unwrap_or("Runtime.InitError".to_owned());
                    (payload, kind)
                }
                Some(Call::Response { known, .. } | Call::Error { known, .. }) => {
                    // The runtime may be gone already, and then nobody waits for this.
                    let _ = known.send(false);
                    document("Runtime.InitError", request_id, "Error: an answer came before any event")
                }
                None => document("Runtime.InitError", request_id, "Error: the Runtime API is closed"),
            },
            how = ended => document("Runtime.ExitError", request_id, &exited(&how)),
            () = tokio::time::sleep(INIT_MAX) => {
                let text = format!("Error: Init timed out after {:.2} seconds", INIT_MAX.as_secs_f64());
                document("Sandbox.Timedout", request_id, &text)
            }
        };
        self.log.line(&format!(
            "INIT_REPORT Init Duration: {:.2} ms\tPhase: init\tStatus: error\tError Type: {}",
            milliseconds(started.elapsed()),
            failed.1,
        ));
        Err(failed)
    }

    /// Hands `work` over and waits for the answer. Gives it back when the process was gone before it could take it.
    pub(super) async fn run(&mut self, work: Work, limits: Limits) -> Result<Answer, Work> {
        let request_id = work.request_id.clone();
        let Some(next) = self.next.take() else { return Err(work) };
        if self.process.has_ended() {
            return Err(work);
        }
        let started = Instant::now();
        next.send(work)?;
        self.log.line(&format!("START RequestId: {request_id} Version: $LATEST"));
        let (payload, error) = self.answer(&request_id, started, limits).await;
        if let Some(resident) = self.process.id().and_then(memory::resident) {
            self.peak_kib = resident.peak_kib;
        }
        Ok(Answer { payload, error, duration: started.elapsed() })
    }

    async fn answer(&mut self, request_id: &str, started: Instant, limits: Limits) -> (Bytes, Option<Failure>) {
        let failure = |kind, error_type: &str, fatal| Some(Failure { kind, error_type: error_type.to_owned(), fatal });
        let ended = self.process.ended();
        tokio::pin!(ended);
        let deadline = started + limits.timeout;
        let mut memory = tokio::time::interval_at(started + MEMORY_EVERY, MEMORY_EVERY);
        memory.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                Some(call) = self.api.calls.recv() => match call {
                    Call::Response { request_id: id, payload, known } if id == request_id => {
                        let _ = known.send(true);
                        let Ok(payload) = payload else {
                            let text = format!(
                                "Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES_MAX} bytes)."
                            );
                            let kind = "Function.ResponseSizeTooLarge";
                            let document = json!({ "errorType": kind, "errorMessage": text });
                            let document = Bytes::from(document.to_string());
                            return (document, failure(FunctionError::Unhandled, kind, false));
                        };
                        return (payload, None);
                    }
                    Call::Error { request_id: id, payload, known } if id == request_id => {
                        let _ = known.send(true);
                        let kind = error_type_of(&payload).unwrap_or("Runtime.UnknownReason".to_owned());
                        return (payload, failure(FunctionError::Handled, &kind, false));
                    }
                    Call::Response { known, .. } | Call::Error { known, .. } => {
                        let _ = known.send(false);
                    }
                    // Asking for the next event without an answer to this one gets no event: the timeout decides.
                    Call::Next(next) => self.next = Some(next),
                    Call::InitError(_) => {}
                },
                how = &mut ended => {
                    let (payload, kind) = document("Runtime.ExitError", request_id, &exited(&how));
                    return (payload, failure(FunctionError::Unhandled, &kind, true));
                }
                () = tokio::time::sleep_until(deadline) => {
                    let text = format!("Error: Task timed out after {:.2} seconds", limits.timeout.as_secs_f64());
                    self.log.line(&format!("{request_id} {}", text.trim_start_matches("Error: ")));
                    let (payload, kind) = document("Sandbox.Timedout", request_id, &text);
                    return (payload, failure(FunctionError::TimedOut, &kind, true));
                }
                _ = memory.tick() => {
                    let Some(resident) = self.process.id().and_then(memory::resident) else { continue };
                    self.peak_kib = resident.peak_kib;
                    if resident.now_kib > u64::from(limits.memory_mib) * 1024 {
                        let text = "Error: Runtime exited with error: signal: killed";
                        let (payload, kind) = document("Runtime.OutOfMemory", request_id, text);
                        return (payload, failure(FunctionError::Unhandled, &kind, true));
                    }
                }
            }
        }
    }

    /// CPU time since this was last asked; none when the process is gone.
    pub(super) fn cpu_used(&mut self) -> Duration {
        let Some(now) = self.process.id().and_then(cpu::used) else { return Duration::ZERO };
        // Less than before when a thread has ended.
        let used = now.saturating_sub(self.cpu);
        self.cpu = now;
        used
    }

    /// Waits until the runtime asks for another event; `false` when its process ended instead.
    pub(super) async fn settle(&mut self) -> bool {
        while self.next.is_none() {
            let ended = self.process.ended();
            tokio::select! {
                biased;
                call = self.api.calls.recv() => match call {
                    Some(Call::Next(next)) => self.next = Some(next),
                    Some(Call::Response { known, .. } | Call::Error { known, .. }) => {
                        let _ = known.send(false);
                    }
                    Some(Call::InitError(_)) => {}
                    None => return false,
                },
                _ = ended => return false,
            }
        }
        !self.process.has_ended()
    }
}

/// An error document of the Lambda service itself.
pub(super) fn document(kind: &str, request_id: &str, text: &str) -> (Bytes, String) {
    let message = format!("RequestId: {request_id} {text}");
    (json!({ "errorType": kind, "errorMessage": message }).to_string().into(), kind.to_owned())
}

/// A function's own error document: `errorType`, when it has one.
fn error_type_of(payload: &[u8]) -> Option<String> {
    let document: serde_json::Value = serde_json::from_slice(payload).ok()?;
    Some(document.get("errorType")?.as_str()?.to_owned())
}

fn exited(how: &str) -> String {
    match how {
        "exit status 0" => "Error: Runtime exited without providing a reason".to_owned(),
        how => format!("Error: Runtime exited with error: {how}"),
    }
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
