//! Builds the functions with cargo, whose progress the caller sees.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::Error;

const NO_COMPILER: &str = "a C compiler is needed to build (SQLite is compiled): on Debian and Ubuntu: apt install \
                           build-essential; on macOS: xcode-select --install";

/// Builds the binaries and answers the directory they are in.
pub(super) async fn binaries(root: &Path, names: &BTreeSet<&str>, release: bool) -> Result<PathBuf, Error> {
    let compiler = Command::new("cc").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !compiler.await.is_ok_and(|status| status.success()) {
        return Err(Error::usage(NO_COMPILER));
    }
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
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
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
