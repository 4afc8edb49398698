//! The project's own program: commands that `local` does not know, and what a start is seeded with.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::config::{self, Extension};
use super::project::Paths;
use super::{Error, build};

/// Runs a command of the project's.
pub(super) async fn run(paths: &Paths, arguments: &[String]) -> Result<(), Error> {
    let unknown = || Error::usage(format!("there is no command {}", arguments.join(" ")));
    let extension = config::extension(&paths.root)?.ok_or_else(unknown)?;
    let names = std::iter::once(extension.program.as_str()).chain(extension.needs.iter().map(String::as_str));
    let binaries = build::binaries(&paths.root, &names.collect(), false).await?;
    finish(program(&binaries, &extension, paths).args(arguments), &extension).await
}

/// Loads what a start begins with; what it prints is shown as it comes.
pub(super) async fn seed(paths: &Paths, extension: &Extension, binaries: &Path) -> Result<(), Error> {
    let Some(command) = &extension.seed else { return Ok(()) };
    // Standard output is for the one line that a script waits for.
    let mut seed = program(binaries, extension, paths);
    seed.arg(command).stdout(std::io::stderr());
    finish(&mut seed, extension).await
}

fn program(binaries: &Path, extension: &Extension, paths: &Paths) -> Command {
    let mut command = Command::new(PathBuf::from(binaries).join(&extension.program));
    command.arg("--state").arg(&paths.state).stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn finish(command: &mut Command, extension: &Extension) -> Result<(), Error> {
    let status = command.status().await?;
    if status.success() { Ok(()) } else { Err(Error::usage(format!("{} ended with {status}", extension.program))) }
}
