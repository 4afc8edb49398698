//! A function's process: started in the process group, read line by line, killed when dropped.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use std::os::unix::process::ExitStatusExt;

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::{Notify, oneshot, watch};

use super::logs::Stream;

/// A longer line is logged in pieces. `CloudWatch`'s own limit is 1 MiB.
const LINE_BYTES_MAX: usize = 256 * 1024;
/// How long the output of a process that ended is still read: a child of its own may hold the pipe open.
const DRAIN: Duration = Duration::from_millis(200);

/// A live process. Dropping it kills it.
pub(super) struct Process {
    id: Option<u32>,
    exit: watch::Receiver<Option<String>>,
    kill_now: Arc<Notify>,
    _kill: oneshot::Sender<()>,
}

/// Kills a process out of turn.
#[derive(Clone)]
pub(super) struct Killer {
    kill_now: Arc<Notify>,
    exit: watch::Receiver<Option<String>>,
}

impl Killer {
    /// Sends SIGKILL and returns once the process is gone.
    pub(super) async fn kill(mut self) {
        self.kill_now.notify_one();
        // An error means that whoever watched the process is gone, and the process with it.
        let _ = self.exit.wait_for(Option::is_some).await;
    }

    pub(super) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }
}

impl Process {
    /// Starts `command`, whose scratch directory is removed after the process.
    pub(super) fn spawn(mut command: Command, log: &Stream, scratch: TempDir) -> io::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = command.spawn()?;
        let id = child.id();
        let (kill, killed) = oneshot::channel();
        let (exited, exit) = watch::channel(None);
        let kill_now = Arc::new(Notify::new());
        let killed = {
            let kill_now = Arc::clone(&kill_now);
            async move {
                tokio::select! {
                    // Sent by nobody: its end is that of the `Process`.
                    _ = killed => {}
                    () = kill_now.notified() => {}
                }
            }
        };
        tokio::spawn(reap(child, killed, exited, log.clone(), scratch));
        Ok(Self { id, exit, kill_now, _kill: kill })
    }

    /// The process id, for as long as the process lives.
    pub(super) fn id(&self) -> Option<u32> {
        self.id.filter(|_| !self.has_ended())
    }

    pub(super) fn has_ended(&self) -> bool {
        self.exit.borrow().is_some()
    }

    pub(super) fn killer(&self) -> Killer {
        Killer { kill_now: Arc::clone(&self.kill_now), exit: self.exit.clone() }
    }

    /// Waits for the end and says how it came, in the words of the Lambda service.
    pub(super) fn ended(&self) -> impl Future<Output = String> + use<> {
        let mut exit = self.exit.clone();
        async move {
            let ended = exit.wait_for(Option::is_some).await;
            ended.ok().and_then(|how| how.clone()).unwrap_or_else(|| "signal: killed".to_owned())
        }
    }
}

async fn reap(
    mut child: Child,
    killed: impl Future<Output = ()> + Send,
    exited: watch::Sender<Option<String>>,
    log: Stream,
    scratch: TempDir,
) {
    let output = child.stdout.take().map(|pipe| tokio::spawn(copy_lines(pipe, log.clone())));
    let errors = child.stderr.take().map(|pipe| tokio::spawn(copy_lines(pipe, log)));
    let status = tokio::select! {
        status = child.wait() => status,
        () = killed => match child.start_kill() {
            Ok(()) => child.wait().await,
            Err(cause) => Err(cause),
        },
    };
    let drained = async {
        for reader in [output, errors].into_iter().flatten() {
            // A reader only fails by panicking, and then there is nothing left to read.
            let _ = reader.await;
        }
    };
    // Past the limit the readers go on by themselves until the pipe closes.
    let _ = tokio::time::timeout(DRAIN, drained).await;
    let how = match status {
        Ok(status) => describe(status),
        Err(cause) => cause.to_string(),
    };
    exited.send_replace(Some(how));
    drop(scratch);
}

/// `exit status 101`, `signal: killed`: the words of Go's `os/exec`, which the Lambda service uses.
fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(9)) => "signal: killed".to_owned(),
        (None, Some(6)) => "signal: aborted".to_owned(),
        (None, Some(11)) => "signal: segmentation fault".to_owned(),
        (None, Some(signal)) => format!("signal: {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}

/// Logs what a process prints, whatever its bytes are.
async fn copy_lines(mut pipe: impl AsyncRead + Unpin, log: Stream) {
    let mut pending = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = match pipe.read(&mut buffer).await {
            Ok(0) => break,
            Ok(read) => read,
            Err(cause) => {
                tracing::warn!(%cause, "cannot read a function's output");
                break;
            }
        };
        for piece in buffer[..read].split_inclusive(|byte| *byte == b'\n') {
            pending.extend_from_slice(piece);
            if piece.ends_with(b"\n") || pending.len() >= LINE_BYTES_MAX {
                log_line(&log, &mut pending);
            }
        }
    }
    if !pending.is_empty() {
        log_line(&log, &mut pending);
    }
}

fn log_line(log: &Stream, pending: &mut Vec<u8>) {
    log.line(String::from_utf8_lossy(pending).trim_end_matches(['\r', '\n']));
    pending.clear();
}
