//! Lambda: execution environments, the Runtime API, the Invoke API.
//!
//! A function is a process that serves one event at a time, as in AWS: started when an event finds no free one, used
//! again while it lives, killed at its timeout. What AWS documents about failures holds here, in AWS's words.
//!
//! Not as in AWS: events beyond the cap wait a while before they are refused; idle processes are not frozen; a failed
//! init is not tried a second time; asynchronous events are held in memory only.

mod asynchronous;
pub(crate) mod body;
pub(crate) mod complaint;
mod cpu;
mod environment;
pub(crate) mod identifier;
pub mod invoke_api;
mod launcher;
mod logs;
mod memory;
mod options;
mod outcome;
mod pool;
mod process;
pub(crate) mod process_group;
mod report;
mod roster;
mod runtime_api;
#[cfg(test)]
pub(crate) mod tests;
mod usage;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::IgnoredAny;
use tokio::fs;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

pub use logs::{LogLine, Logs, Sink};
pub use options::Options;
pub use outcome::{EVENT_BYTES_MAX, FunctionError, InvokeError, Outcome, REQUEST_BYTES_MAX, RESPONSE_BYTES_MAX};
pub use usage::FunctionUsage;

use launcher::Launcher;
use pool::Pool;
use process_group::ProcessGroup;
use roster::Roster;
use usage::Usage;

use crate::iam::EnvironmentNumber;

/// How often idle environments are looked at.
const HOUSEKEEPING: Duration = Duration::from_secs(10);

/// The functions of a template, ready to be invoked. Clones share them; the last one to go ends them.
#[derive(Clone)]
pub struct Lambda {
    inner: Arc<Inner>,
}

struct Inner {
    pools: HashMap<String, Arc<Pool>>,
    group: Arc<ProcessGroup>,
    roster: Roster,
    usage: Usage,
    logs: Logs,
    event_retry_delays: [Duration; 2],
    /// Of each function: how often an asynchronous event is tried again, and how old it may become.
    event_limits: HashMap<String, (u32, Duration)>,
    housekeeping: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.housekeeping.abort();
        self.pools.values().for_each(|pool| pool.close());
    }
}

/// An event and what comes with it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// JSON.
    pub payload: Bytes,
    /// The root of the X-Ray trace it belongs to; a new one when absent.
    pub trace_id: Option<String>,
    /// The JSON of `X-Amz-Client-Context`.
    pub client_context: Option<String>,
}

impl Lambda {
    /// Ready to invoke; no environment is started before an event needs it.
    pub async fn start(options: Options) -> io::Result<Self> {
        match fs::remove_dir_all(&options.scratch).await {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => fs::create_dir_all(&options.scratch).await?,
        }
        let group = Arc::new(ProcessGroup::start()?);
        let (roster, usage) = (Roster::default(), Usage::default());
        let pool = |function: &crate::template::model::Function| {
            let launcher = Launcher::new(function.clone(), &options, Arc::clone(&group), roster.clone());
            (function.name.clone(), Arc::new(Pool::new(launcher, &options, usage.clone())))
        };
        let pools: HashMap<_, _> = options.functions.iter().map(pool).collect();
        let limits = options.functions.iter().map(|f| (f.name.clone(), (f.event_retries, f.event_age_max)));
        let event_limits = limits.collect();
        let watched: Vec<_> = pools.values().map(Arc::downgrade).collect();
        let housekeeping = tokio::spawn(async move {
            loop {
                tokio::time::sleep(HOUSEKEEPING).await;
                watched.iter().filter_map(std::sync::Weak::upgrade).for_each(|pool| pool.end_idle());
            }
        })
        .abort_handle();
        let Options { logs, event_retry_delays, .. } = options;
        let inner = Inner { pools, group, roster, usage, logs, event_retry_delays, event_limits, housekeeping };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Invokes a function by name or ARN and waits for its answer.
    ///
    /// The function runs to its end even when the returned future is dropped.
    pub async fn invoke(&self, function: &str, payload: Bytes) -> Result<Outcome, InvokeError> {
        self.invoke_with(function, Request { payload, ..Request::default() }).await
    }

    /// [`Self::invoke`] with all that may come with an event.
    pub async fn invoke_with(&self, function: &str, mut request: Request) -> Result<Outcome, InvokeError> {
        let pool = self.pool(function)?;
        if request.payload.is_empty() {
            request.payload = Bytes::from_static(b"{}");
        }
        check(&request.payload, REQUEST_BYTES_MAX)?;
        let (reply, outcome) = oneshot::channel();
        tokio::spawn(Arc::clone(pool).run(request, reply));
        outcome.await.unwrap_or(Err(InvokeError::Stopped))
    }

    /// Hands an event over and returns at once. A failed one is tried twice more, then dropped with a line on the console.
    ///
    /// Errors are those of the hand-over only: no such function, not JSON, larger than [`EVENT_BYTES_MAX`].
    #[expect(clippy::unused_async, reason = "a call of the service, as `invoke` is; a durable queue would be awaited")]
    pub async fn invoke_event(&self, function: &str, payload: Bytes) -> Result<(), InvokeError> {
        self.pool(function)?;
        let payload = if payload.is_empty() { Bytes::from_static(b"{}") } else { payload };
        check(&payload, EVENT_BYTES_MAX)?;
        tokio::spawn(asynchronous::deliver(self.clone(), function.to_owned(), payload));
        Ok(())
    }

    /// Whether a function of this name or ARN exists, and its name.
    pub fn function_name<'a>(&self, function: &'a str) -> Result<&'a str, InvokeError> {
        let name = name_of(function);
        let known = self.inner.pools.contains_key(name);
        known.then_some(name).ok_or_else(|| InvokeError::NoSuchFunction(function.to_owned()))
    }

    /// Where functions log.
    pub fn logs(&self) -> &Logs {
        &self.inner.logs
    }

    /// Ends every idle environment and lets busy ones finish: after the clock was moved, or binaries were rebuilt.
    pub fn recycle(&self) {
        self.inner.pools.values().for_each(|pool| pool.recycle());
    }

    /// What each function has used since the start or the last reset; those that were not invoked are left out.
    pub fn usage(&self) -> Vec<FunctionUsage> {
        self.inner.usage.list()
    }

    /// Starts over with counting.
    pub fn reset_usage(&self) {
        self.inner.usage.reset();
    }

    /// Kills the process of an environment and returns once it is gone; whether there was one.
    pub(crate) async fn kill(&self, environment: EnvironmentNumber) -> bool {
        let Some(process) = self.inner.roster.find(environment) else { return false };
        let alive = !process.has_ended();
        process.kill().await;
        alive
    }

    /// Takes no more events and kills every function.
    pub async fn stop(&self) {
        self.inner.pools.values().for_each(|pool| pool.close());
        self.inner.group.stop().await;
    }

    fn pool(&self, function: &str) -> Result<&Arc<Pool>, InvokeError> {
        let unknown = || InvokeError::NoSuchFunction(function.to_owned());
        self.inner.pools.get(name_of(function)).ok_or_else(unknown)
    }
}

/// The name in `name`, `name:$LATEST`, `123456789012:function:name` or an ARN with or without a qualifier.
fn name_of(function: &str) -> &str {
    let name = match function.split_once("function:") {
        Some((_, name)) => name,
        None => function,
    };
    name.split_once(':').map_or(name, |(name, _qualifier)| name)
}

fn check(payload: &Bytes, limit_bytes: usize) -> Result<(), InvokeError> {
    if payload.len() > limit_bytes {
        return Err(InvokeError::PayloadTooLarge { limit_bytes });
    }
    match serde_json::from_slice::<IgnoredAny>(payload) {
        Ok(_) => Ok(()),
        Err(cause) => Err(InvokeError::NotJson(cause.to_string())),
    }
}
