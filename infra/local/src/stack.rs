//! A stack, up and running: every resource of a template with its local body, started in order and stopped completely.

mod control;
mod endpoints;
mod error;
mod listeners;
mod options;
mod port;
mod serve;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::clock::Clock;
use crate::dynamodb::DynamoDb;
use crate::endpoint::{Counters, Gatekeeper};
use crate::event_source_mapping::Positions;
use crate::faults::Faults;
use crate::iam::{Credentials, KeyRing, Policies};
use crate::lambda::{self, Lambda, Logs};
use crate::ministack::{self, Environment, Ministack};
use crate::ses::Ses;
use crate::sqs::Sqs;
use crate::template::model::Stack;
use crate::template::{PhysicalIds, Template};
use crate::{cognito, s3};

pub(crate) use control::{Status, Unread};
pub use endpoints::Endpoints;
pub use error::Error;
pub(crate) use listeners::check_ports;
pub use options::{Options, Ports, State};
pub(crate) use state::{ENDPOINTS_FILE, check, remove_throw_away, reset};

use listeners::{Listeners, url};
use state::StateDirectory;

/// How long requests and batches in flight may take to end before they are cut off.
const GRACE: Duration = Duration::from_secs(8);

/// A running stack. Call [`Running::stop`]; dropping it cuts everything off.
pub struct Running {
    /// Addresses, keys and ids: what a client or an operator needs.
    pub endpoints: Endpoints,
    /// The template as it was resolved.
    pub stack: Stack,
    /// The operator's keys: they may do everything.
    pub admin: Credentials,
    /// The time of the whole stack; move it with [`Running::set_clock_offset`].
    pub clock: Clock,
    /// What was called, by whom, and what it used.
    pub counters: Counters,
    /// What tests ordered to go wrong.
    pub faults: Faults,
    /// The tables.
    pub dynamodb: DynamoDb,
    /// The queues.
    pub sqs: Sqs,
    /// The mailbox.
    pub ses: Ses,
    /// The functions.
    pub lambda: Lambda,
    ministack: Option<Ministack>,
    shutdown: watch::Sender<bool>,
    /// What lets work in, or is work: APIs, mappings, schedules. Ends first.
    front: JoinSet<()>,
    /// What work is done with: the AWS endpoint, the Invoke API, the control listener. Ends last.
    back: JoinSet<()>,
    back_shutdown: watch::Sender<bool>,
    sweeper: AbortHandle,
    state: StateDirectory,
}

/// Starts everything the template describes. Returns once a client may begin.
pub async fn start(options: Options) -> Result<Running, Error> {
    let clock = Clock::default();
    let state = StateDirectory::open(&options.state)?;
    let template = Template::load(&options.template, &options.parameters)?;
    let mut listeners = Listeners::bind(&options.ports).await?;
    let mut ids = PhysicalIds {
        region: options.region.clone(),
        account: options.account.clone(),
        stack_name: options.stack_name.clone(),
        queue_url_base: url(&listeners.endpoint)?,
        created: BTreeMap::new(),
    };
    let draft = template.resolve(&ids)?;
    Policies::of(&draft).check_event_sources(&draft)?;
    ids.created =
        draft.http_apis.iter().map(|api| (api.logical_id.clone(), api_id(&options, &api.logical_id))).collect();
    listeners.bind_apis(&draft.http_apis, &options.ports).await?;

    let ministack = start_ministack(&options, &draft, &state, &listeners, &clock).await?;
    if let Some(ministack) = &ministack {
        ids.created.extend(cognito::ensure_user_pools(ministack, &draft.user_pools).await?);
        s3::ensure_buckets(ministack, &draft.buckets).await?;
    }
    let mut stack = template.resolve(&ids)?;
    let api_urls = listeners.api_urls()?;
    point_to_local_apis(&mut stack, &ids, &api_urls);
    options.check_binaries(&stack)?;

    let parts = [(stack.tables.len(), "tables"), (stack.queues.len(), "queues"), (stack.functions.len(), "functions")];
    (options.progress)(&format!("starting {}", parts.map(|(count, what)| format!("{count} {what}")).join(", ")));
    let dynamodb =
        DynamoDb::open(state.file("dynamodb.sqlite").as_deref(), &stack.region, &stack.account, clock.clone())?;
    for table in &stack.tables {
        dynamodb.ensure_table(table)?;
    }
    let sqs = Sqs::open(state.file("sqs.sqlite").as_deref(), clock.clone(), ids.queue_url_base.clone())
        .map_err(|cause| Error::QueuesFile(cause.into_cause()))?;
    for queue in &stack.queues {
        sqs.ensure_queue(queue).await?;
    }
    let ses = Ses::open(state.file("mailbox.sqlite").as_deref(), clock.clone())?;
    let positions = Positions::open(state.file("positions.sqlite").as_deref())?;
    dynamodb.drop_old_stream_records(&positions.read_to(&stack.mappings)?)?;

    let keys = KeyRing::new(state.seed(), stack.functions.iter().map(|one| one.name.clone()));
    let (console, lines) = (options.console.clone(), options.function_logs.clone());
    let logs = Logs::open(&state.path("logs"), clock.clone(), console, lines).map_err(Error::State)?;
    let lambda = Lambda::start(lambda::Options {
        functions: stack.functions.clone(),
        keys: Some(keys.clone()),
        region: stack.region.clone(),
        endpoint_url: ids.queue_url_base.clone(),
        ..lambda::Options::new(options.binaries.clone(), state.path("tmp"), logs, clock.clone())
    })
    .await
    .map_err(Error::State)?;

    let gatekeeper = Arc::new(Gatekeeper::new(keys.clone(), Policies::of(&stack), &stack.account, clock.clone()));
    let counters = Counters::default();
    let endpoints = Endpoints::new(&stack, &ids, api_urls, &listeners, &keys, state.root())?;
    let mut running = Running {
        admin: keys.admin().clone(),
        endpoints,
        clock,
        counters,
        faults: Faults::new(lambda.clone()),
        dynamodb,
        sqs,
        ses,
        lambda,
        ministack,
        shutdown: watch::Sender::new(false),
        front: JoinSet::new(),
        back: JoinSet::new(),
        back_shutdown: watch::Sender::new(false),
        sweeper: tokio::spawn(async {}).abort_handle(),
        stack,
        state,
    };
    running.serve(&options, listeners, &ids, gatekeeper, positions).await?;
    running.state.write_endpoints(&running.endpoints)?;
    Ok(running)
}

async fn start_ministack(
    options: &Options,
    stack: &Stack,
    state: &StateDirectory,
    listeners: &Listeners,
    clock: &Clock,
) -> Result<Option<Ministack>, Error> {
    if stack.user_pools.is_empty() && stack.buckets.is_empty() {
        return Ok(None);
    }
    let progress = options.progress.clone();
    let environment = Environment::prepare(&options.python, move |line| progress(line)).await?;
    (options.progress)("starting Cognito and S3 (ministack)");
    let ministack = Ministack::start(ministack::Options {
        environment,
        state: state.path("ministack"),
        account: stack.account.clone(),
        region: stack.region.clone(),
        invoke_url: url(&listeners.invoke)?,
        clock: clock.clone(),
    });
    Ok(Some(ministack.await?))
}

/// Ten lower-case letters and digits, the same at each start.
fn api_id(options: &Options, logical_id: &str) -> String {
    let digest = Sha256::digest(format!("{}/{logical_id}", options.stack_name));
    hex::encode(digest)[..10].to_owned()
}

/// The one place where a template's public addresses become local ones: `https://<id>.execute-api.<region>.amazonaws.com`
/// in a function's environment or an output is where that API listens here.
fn point_to_local_apis(stack: &mut Stack, ids: &PhysicalIds, api_urls: &BTreeMap<String, String>) {
    let addresses: Vec<(String, &String)> = api_urls
        .iter()
        .map(|(api, local)| (format!("https://{}.execute-api.{}.amazonaws.com", ids.id(api), stack.region), local))
        .collect();
    let values = stack.functions.iter_mut().flat_map(|function| function.environment.values_mut());
    for value in values.chain(stack.outputs.values_mut()) {
        for (public, local) in &addresses {
            *value = value.replace(public, local);
        }
    }
}

impl Running {
    /// Moves the time of the whole stack; functions that run now keep theirs until they answer.
    pub fn set_clock_offset(&self, seconds: i64) {
        set_clock_offset(&self.clock, &self.lambda, seconds);
    }

    /// Stops everything in order and returns when nothing of it is left: no process, no port.
    pub async fn stop(mut self) {
        self.state.remove_endpoints();
        self.shutdown.send_replace(true);
        finish("requests and batches", &mut self.front).await;
        self.sweeper.abort();
        self.lambda.stop().await;
        self.back_shutdown.send_replace(true);
        finish("calls of functions", &mut self.back).await;
        if let Some(ministack) = &self.ministack {
            ministack.stop().await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.sweeper.abort();
    }
}

fn set_clock_offset(clock: &Clock, lambda: &Lambda, seconds: i64) {
    clock.set_offset_seconds(seconds);
    lambda.recycle();
}

async fn finish(what: &str, tasks: &mut JoinSet<()>) {
    let all = async {
        while let Some(ended) = tasks.join_next().await {
            if let Err(cause) = ended {
                tracing::error!(%cause, "a part of the stack died");
            }
        }
    };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!("{what} did not end within {} s and are cut off", GRACE.as_secs());
        tasks.shutdown().await;
    }
}
