//! `local up`: everything started, and stopped again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::project::{self, Paths};
use super::{Error, Up, build, config, extend};
use crate::lambda::Sink;
use crate::stack::{self, Endpoints, Options, Ports, State};
use crate::template::{PhysicalIds, Template};

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";
const STACK_NAME: &str = "local";

pub(super) async fn up(up: Up) -> Result<(), Error> {
    let filter = if up.verbose { "local=debug,warn" } else { "local=warn,ministack=warn,error" };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .without_time()
        .init();
    let paths = project::find(&up.project)?;
    // Asked for first: Ctrl-C during a long build must not be lost.
    let stop = stop_asked_for(up.exit_with_stdin)?;
    tokio::pin!(stop);
    let options = tokio::select! {
        options = options(&up, &paths) => options?,
        () = &mut stop => return Ok(()),
    };
    let binaries = options.binaries.clone();
    let running = tokio::select! {
        running = stack::start(options) => running?,
        // Dropped half started: its children end with their pipes.
        () = &mut stop => return Ok(()),
    };
    // A throw-away run has no folder in which the program finds it.
    let seeds = !up.no_seed && !up.memory;
    if let Some(extension) = config::extension(&paths.root)?.filter(|_| seeds) {
        let seeded = tokio::select! {
            seeded = extend::seed(&paths, &extension, &binaries) => seeded,
            () = &mut stop => {
                running.stop().await;
                return Ok(());
            }
        };
        if let Err(cause) = seeded {
            running.stop().await;
            return Err(cause);
        }
    }
    let shown = announce(&running.endpoints);
    if shown.is_ok() {
        stop.await;
        eprintln!("Stopping");
    }
    running.stop().await;
    Ok(shown?)
}

async fn options(up: &Up, paths: &Paths) -> Result<Options, Error> {
    let parameters = config::parameters(up, paths)?;
    let binaries = if let Some(directory) = &up.bin_dir {
        std::path::absolute(directory)?
    } else {
        let draft = Template::load(&paths.template, &parameters)?.resolve(&PhysicalIds {
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            stack_name: STACK_NAME.to_owned(),
            queue_url_base: String::new(),
            created: BTreeMap::new(),
        })?;
        let mut names: BTreeSet<&str> = draft.functions.iter().map(|function| function.binary.as_str()).collect();
        let extension = config::extension(&paths.root)?;
        if let Some(extension) = &extension {
            names.insert(&extension.program);
            names.extend(extension.needs.iter().map(String::as_str));
        }
        build::binaries(&paths.root, &names, up.release).await?
    };
    let console: Sink = Arc::new(|line: &str| eprintln!("{line}"));
    Ok(Options {
        template: paths.template.clone(),
        parameters,
        state: if up.memory { State::Memory } else { State::Directory(paths.state.clone()) },
        python: paths.python.clone(),
        binaries,
        ports: Ports::from(up.port),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        stack_name: STACK_NAME.to_owned(),
        console,
    })
}

/// The addresses for a person; on standard output the one line a script waits for.
fn announce(endpoints: &Endpoints) -> std::io::Result<()> {
    for (api, url) in &endpoints.apis {
        eprintln!("  {api:<24} {url}");
    }
    eprintln!("  {:<24} {}", "AWS endpoint", endpoints.endpoint_url);
    eprintln!("  {:<24} {}", "Lambda Invoke API", endpoints.invoke_url);
    eprintln!("  {:<24} {}/mailbox, /queues, /usage, /faults, /clock", "control", endpoints.control_url);
    eprintln!("  Ctrl-C stops all of it.");
    let first = endpoints.public_url.as_ref().unwrap_or(&endpoints.endpoint_url);
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready {first}")?;
    out.flush()
}

/// Completes at Ctrl-C, SIGTERM, SIGHUP or, when asked, the end of standard input.
fn stop_asked_for(with_stdin: bool) -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            () = end_of_stdin(), if with_stdin => {}
        }
        // Whoever asks twice does not want to wait.
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            std::process::exit(130);
        });
    })
}

async fn end_of_stdin() {
    let mut ignored = [0; 1024];
    let mut stdin = tokio::io::stdin();
    // An error ends the input as well.
    while stdin.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
}
