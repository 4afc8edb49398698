//! Builds the functions with cargo, whose progress the caller sees.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::Error;
use crate::lambda::process_group::ProcessGroup;

/// Builds the binaries and answers the directory they are in.
pub(super) async fn binaries(root: &Path, names: &BTreeSet<&str>, release: bool) -> Result<PathBuf, Error> {
    // When nobody waits any more, cargo and the compilers it started end with the group.
    let group = ProcessGroup::start()?;
    let built = build(root, names, release, &group).await;
    group.stop().await;
    built
}

async fn build(root: &Path, names: &BTreeSet<&str>, release: bool, group: &ProcessGroup) -> Result<PathBuf, Error> {
    #[expect(clippy::disallowed_methods, reason = "cargo tells its children by it which cargo they are run by")]
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.arg("build").arg("--message-format=json-render-diagnostics").current_dir(root);
    if release {
        command.arg("--release");
    }
    for name in names {
        command.args(["--bin", name]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(group.id()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().ok_or_else(|| Error::usage("cargo has no output"))?;
    let mut lines = BufReader::new(stdout).lines();
    let mut directory = None;
    while let Some(line) = lines.next_line().await? {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(executable) = message["executable"].as_str()
            && let Some(parent) = Path::new(executable).parent()
        {
            directory = Some(parent.to_owned());
        }
    }
    if !child.wait().await?.success() {
        return Err(Error::usage("the functions could not be built; cargo says why above"));
    }
    directory.ok_or_else(|| Error::usage("cargo built no binary"))
}
