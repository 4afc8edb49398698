//! What a start needs, asked before anything that takes long.

use std::process::Stdio;

use tokio::process::Command;

use super::project::Paths;
use super::{Error, Up};
use crate::ministack::Environment;
use crate::stack::{self, Ports};
use crate::template::model::Stack;

const NO_COMPILER: &str = "a C compiler is needed to build (SQLite is compiled), and there is no cc\n\
                           On Debian and Ubuntu: apt install build-essential; on macOS: xcode-select --install";

/// Fails with what is missing and how to come by it.
pub(super) async fn before_a_start(up: &Up, paths: &Paths, draft: &Stack, ports: &Ports) -> Result<(), Error> {
    if up.bin_dir.is_none() {
        let compiler = Command::new("cc").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !compiler.await.is_ok_and(|status| status.success()) {
            return Err(Error::usage(NO_COMPILER));
        }
    }
    if needs_python(draft) {
        let python = paths.python.clone();
        let checked = tokio::task::spawn_blocking(move || Environment::check(&python)).await;
        checked.map_err(Error::usage)?.map_err(stack::Error::from)?;
    }
    if !up.project.memory {
        stack::check(&paths.state)?;
    }
    Ok(stack::check_ports(ports, &draft.http_apis).await?)
}

/// Whether the stack has a part that runs in Python.
pub(super) fn needs_python(draft: &Stack) -> bool {
    !draft.user_pools.is_empty() || !draft.buckets.is_empty()
}
