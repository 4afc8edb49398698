//! One process group for all functions, so that none of them outlives this process, however it ends.

use std::io;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};

use tokio::process::{Child, Command};

/// Reads until the host closes the pipe or dies, then kills its whole group, itself included.
const LEADER: &str = "while read -r _; do :; done; kill -KILL 0";

/// A process group whose leader watches this process. Dropping it kills every member.
pub(crate) struct ProcessGroup {
    id: i32,
    leader: Mutex<Option<Child>>,
}

impl ProcessGroup {
    /// Starts the leader.
    pub(crate) fn start() -> io::Result<Self> {
        let mut leader = Command::new("/bin/sh");
        leader.args(["-c", LEADER]).env_clear();
        leader.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let leader = leader.spawn()?;
        let id = leader
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .ok_or_else(|| io::Error::other("the process group's leader ended at once"))?;
        Ok(Self { id, leader: Mutex::new(Some(leader)) })
    }

    /// What `Command::process_group` takes to make a process a member.
    pub(crate) fn id(&self) -> i32 {
        self.id
    }

    /// Kills every member and waits for the leader's end.
    pub(crate) async fn stop(&self) {
        let leader = self.leader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut leader) = leader {
            drop(leader.stdin.take());
            if let Err(cause) = leader.wait().await {
                tracing::warn!(%cause, "the process group's leader could not be waited for");
            }
        }
    }
}
