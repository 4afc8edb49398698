//! The project's own program: commands that `local` does not know, and what a start is seeded with.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::CommandFactory;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::Cli;
use super::client::Client;
use super::config::{self, Extension};
use super::{Error, Project, build, names, project};

/// Runs a command of the project's.
pub(super) async fn run(arguments: &[String]) -> Result<(), Error> {
    let project = Project::default();
    let paths = project::find(&project)?;
    let wanted = arguments.first().map(String::as_str).unwrap_or_default();
    let Some(extension) = config::extension(&paths.root)?.filter(|extension| extension.commands.contains_key(wanted))
    else {
        return Err(Error::usage(unknown(&paths.root, wanted)?));
    };
    // Asked before anything is built, and of the stack itself: the program would believe a file that is left of a killed one.
    let state = Client::of(&project).await?.endpoints.state;
    let names = std::iter::once(extension.program.as_str()).chain(extension.needs.iter().map(String::as_str));
    let binaries = build::binaries(&paths.root, &names.collect(), false).await?;
    // Ctrl-C is the program's: it may have something to say before it ends. What asks this process alone ends both.
    let _interrupts = signal(SignalKind::interrupt())?;
    let (mut terminate, mut hang_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let mut program = program(&binaries, &extension, &state);
    tokio::select! {
        finished = finish(program.args(arguments), &extension) => finished,
        _ = terminate.recv() => Err(Error::usage("terminated")),
        _ = hang_up.recv() => Err(Error::usage("the terminal is gone")),
    }
}

/// Loads what a start begins with; what it prints is shown as it comes.
pub(super) async fn seed(state: &Path, extension: &Extension, binaries: &Path) -> Result<(), Error> {
    let Some(command) = &extension.seed else { return Ok(()) };
    // Standard output is for the one line that a script waits for.
    let mut seed = program(binaries, extension, state);
    seed.arg(command).stdout(std::io::stderr());
    finish(&mut seed, extension).await
}

/// What the help says of the project's own commands; nothing where there is no project.
pub(super) fn help() -> String {
    let paths = project::find(&Project::default());
    let extension = paths.and_then(|paths| config::extension(&paths.root)).ok().flatten();
    let commands = extension.map(|extension| extension.commands).unwrap_or_default();
    let width = commands.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let lines = commands.iter().map(|(name, what)| format!("\n  {name:<width$}  {what}"));
    if commands.is_empty() { String::new() } else { format!("Commands of this project:{}", lines.collect::<String>()) }
}

fn unknown(root: &Path, wanted: &str) -> Result<String, Error> {
    let own = Cli::command();
    let mut known: Vec<String> = own.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    known.extend(config::extension(root)?.into_iter().flat_map(|extension| extension.commands.into_keys()));
    Ok(names::unknown("command", wanted, known.iter().map(String::as_str)))
}

fn program(binaries: &Path, extension: &Extension, state: &Path) -> Command {
    let mut command = Command::new(PathBuf::from(binaries).join(&extension.program));
    command.arg("--state").arg(state).stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn finish(command: &mut Command, extension: &Extension) -> Result<(), Error> {
    let status = command.status().await?;
    if status.success() { Ok(()) } else { Err(Error::usage(format!("{} ended with {status}", extension.program))) }
}
