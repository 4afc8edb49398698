//! `local up`: everything started, and stopped again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

use super::config::{self, Extension};
use super::console::Console;
use super::project::{self, Paths};
use super::{Error, Up, build, checks, extend, throw_away};
use crate::ministack::Environment;
use crate::stack::{self, Endpoints, Options, Ports, Running, State};
use crate::template::model::Stack;
use crate::template::{PhysicalIds, Template};

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";
const STACK_NAME: &str = "local";

pub(super) async fn up(up: Up) -> Result<(), Error> {
    let console = Console::open(up.verbose);
    let paths = project::find(&up.project)?;
    // Asked for first: Ctrl-C during a long build must not be lost.
    let stop = stop_asked_for(up.exit_with_stdin)?;
    tokio::pin!(stop);
    let extension = config::extension(&paths.root)?;
    let options = tokio::select! {
        options = options(&up, &paths, extension.as_ref(), &console) => options?,
        () = &mut stop => return Ok(()),
    };
    let binaries = options.binaries.clone();
    let running = tokio::select! {
        running = stack::start(options) => running?,
        // Dropped half started: its children end with their pipes.
        () = &mut stop => return Ok(()),
    };
    let served = async {
        if up.project.memory {
            throw_away::remember(&paths.state, &running.endpoints.state)?;
        }
        if let Some(extension) = extension.filter(|extension| !up.no_seed && extension.seed.is_some()) {
            console.step(&format!("loading what it begins with ({})", extension.program));
            extend::seed(&running.endpoints.state, &extension, &binaries).await?;
        }
        announce(&running.endpoints, &console)?;
        std::future::pending().await
    };
    let served = tokio::select! {
        failed = served => failed,
        () = &mut stop => Ok(()),
    };
    if served.is_ok() {
        eprintln!("Stopping");
    }
    end(running, &up, &paths).await.and(served)
}

async fn end(running: Running, up: &Up, paths: &Paths) -> Result<(), Error> {
    let state = running.endpoints.state.clone();
    running.stop().await;
    if up.project.memory { throw_away::forget(&paths.state, &state) } else { Ok(()) }
}

async fn options(up: &Up, paths: &Paths, extension: Option<&Extension>, console: &Console) -> Result<Options, Error> {
    let parameters = config::parameters(up, paths)?;
    let draft = draft(&Template::load(&paths.template, &parameters)?)?;
    let ports = ports(up);
    checks::before_a_start(up, paths, &draft, &ports).await?;
    // pip waits for the network while the compilers work.
    let python = async {
        if checks::needs_python(&draft) {
            let progress = console.steps();
            Environment::prepare(&paths.python, move |line| progress(line)).await.map_err(stack::Error::from)?;
        }
        Ok::<_, Error>(())
    };
    let (binaries, ()) = tokio::try_join!(binaries(up, paths, &draft, extension, console), python)?;
    Ok(Options {
        template: paths.template.clone(),
        parameters,
        state: if up.project.memory { State::Memory } else { State::Directory(paths.state.clone()) },
        python: paths.python.clone(),
        binaries,
        ports,
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        stack_name: STACK_NAME.to_owned(),
        requests: console.requests(),
        console: Console::lines(),
        function_logs: up.verbose.then(Console::lines),
        progress: console.steps(),
    })
}

/// Where the functions' binaries are, once they are built.
async fn binaries(
    up: &Up,
    paths: &Paths,
    draft: &Stack,
    extension: Option<&Extension>,
    console: &Console,
) -> Result<PathBuf, Error> {
    if let Some(directory) = &up.bin_dir {
        return Ok(std::path::absolute(directory)?);
    }
    let mut names: BTreeSet<&str> = draft.functions.iter().map(|function| function.binary.as_str()).collect();
    if let Some(extension) = extension {
        names.insert(&extension.program);
        names.extend(extension.needs.iter().map(String::as_str));
    }
    console.step(&format!("building {} programs (cargo build)", names.len()));
    build::binaries(&paths.root, &names, up.release).await
}

fn ports(up: &Up) -> Ports {
    let usual = Ports::from(up.port);
    Ports {
        endpoint: up.endpoint_port.unwrap_or(usual.endpoint),
        invoke: up.invoke_port.unwrap_or(usual.invoke),
        ..usual
    }
}

/// The template as far as it is known before anything is started.
fn draft(template: &Template) -> Result<Stack, Error> {
    Ok(template.resolve(&PhysicalIds {
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        stack_name: STACK_NAME.to_owned(),
        queue_url_base: String::new(),
        created: BTreeMap::new(),
    })?)
}

/// The addresses for a person; on standard output the one line a script waits for.
fn announce(endpoints: &Endpoints, console: &Console) -> std::io::Result<()> {
    console.ready();
    for (api, url) in &endpoints.apis {
        eprintln!("  {api:<24} {url}");
    }
    eprintln!("  {:<24} {}", "AWS endpoint", endpoints.endpoint_url);
    eprintln!("  {:<24} {}", "Lambda Invoke API", endpoints.invoke_url);
    eprintln!("  {:<24} {}/status, /mailbox, /queues, /usage, /faults, /clock", "control", endpoints.control_url);
    eprintln!("  Look inside with `cargo local status`, `logs`, `mailbox`, `queue`, `table`. Ctrl-C stops all of it.");
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
