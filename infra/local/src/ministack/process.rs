//! The child process: started with its options on standard input, stopped by closing it.

use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use super::{Error, Options};

/// An orderly end takes milliseconds; the launcher itself gives up after a second.
const STOP_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Process {
    child: Mutex<Option<Child>>,
}

/// The first line the launcher prints.
#[derive(Deserialize)]
struct Listening {
    port: u16,
}

impl Process {
    /// Starts the launcher; returns once it listens, with its port.
    pub(super) async fn start(options: &Options, token: &str) -> Result<(Self, u16), Error> {
        tokio::fs::create_dir_all(&options.state).await.map_err(Error::Start)?;
        let mut child = command(options).spawn().map_err(Error::Start)?;
        let first_line = json!({
            "token": token,
            "state": options.state,
            "account": options.account,
            "region": options.region,
            "invoke_url": options.invoke_url,
        });
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(log(stderr));
        }
        let stdin = child.stdin.as_mut().ok_or(Error::Ended)?;
        stdin.write_all(format!("{first_line}\n").as_bytes()).await.map_err(Error::Start)?;
        let stdout = child.stdout.take().ok_or(Error::Ended)?;
        let line = BufReader::new(stdout).lines().next_line().await.map_err(Error::Start)?.ok_or(Error::Ended)?;
        let listening: Listening = serde_json::from_str(&line).map_err(|cause| Error::Start(cause.into()))?;
        Ok((Self { child: Mutex::new(Some(child)) }, listening.port))
    }

    /// Ends the child and waits for its end. Does nothing the second time.
    pub(super) async fn stop(&self) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut child) = child else { return };
        drop(child.stdin.take());
        match tokio::time::timeout(STOP_WITHIN, child.wait()).await {
            Ok(Ok(_)) => {}
            Ok(Err(cause)) => tracing::warn!(%cause, "ministack could not be waited for"),
            Err(_) => {
                tracing::warn!("ministack did not stop by itself and is killed");
                if let Err(cause) = child.kill().await {
                    tracing::warn!(%cause, "ministack could not be killed");
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(Child::id)
    }
}

fn command(options: &Options) -> Command {
    let mut command = Command::new(options.environment.interpreter());
    command.arg(options.environment.launcher());
    // No AWS_* or PYTHON* variable of the caller's shell may reach it.
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C in the terminal is for the host, which then stops this one in order.
    command.process_group(0).kill_on_drop(true);
    command
}

async fn log(stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::warn!(target: "ministack", "{line}");
    }
}
