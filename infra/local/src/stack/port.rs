//! Ports: had, or with whom they are.

use std::fs;
use std::io;
use std::net::Ipv6Addr;
use std::path::Path;

use tokio::net::TcpListener;

use super::Error;

/// `st` of a socket that listens, in `/proc/net/tcp`.
const LISTENS: &str = "0A";

/// What a port is for, and which option of the command line moves it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purpose {
    pub(super) what: &'static str,
    pub(super) option: &'static str,
}

pub(super) const API: Purpose = Purpose { what: "HTTP API", option: "--port" };
pub(super) const CONTROL: Purpose = Purpose { what: "control listener", option: "--port" };
pub(super) const ENDPOINT: Purpose = Purpose { what: "AWS endpoint", option: "--endpoint-port" };
pub(super) const INVOKE: Purpose = Purpose { what: "Invoke API", option: "--invoke-port" };

/// A listener on the loopback interface; 0 is any free one.
pub(super) async fn listen(port: u16, purpose: Purpose) -> Result<TcpListener, Error> {
    let Purpose { what, option } = purpose;
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => Error::PortTaken { port, what, option, by: holder(port) },
        _ => Error::Port { port, what, option, cause },
    })
}

/// The same port on the loopback interface of IPv6. `None` where there is no such interface, or where a port that nobody
/// chose is another's there.
pub(super) async fn listen_v6(chosen: u16, same: &TcpListener, purpose: Purpose) -> Result<Option<TcpListener>, Error> {
    let port = same.local_addr().map_err(Error::State)?.port();
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(Some(listener)),
        Err(cause) if cause.kind() == io::ErrorKind::AddrInUse && chosen != 0 => {
            let Purpose { what, option } = purpose;
            Err(Error::PortTaken { port, what, option, by: holder(port) })
        }
        Err(cause) => {
            tracing::debug!(%cause, port, "not on ::1");
            Ok(None)
        }
    }
}

/// Who listens on a port of this machine, as far as `/proc` tells: ` by <command> (process <id>)`, or nothing.
fn holder(port: u16) -> String {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| table.lines().filter_map(|line| inode_of_listener(line, port)).collect::<Vec<_>>())
        .collect();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    // Not /proc/self, which is one of them.
    let mut processes = processes.filter(|path| id(path).is_some());
    let process = processes.find(|process| inodes.iter().any(|inode| holds(process, inode)));
    let Some(process) = process else { return String::new() };
    let command = fs::read_to_string(process.join("comm")).unwrap_or_default();
    format!(" by {} (process {})", command.trim(), id(&process).unwrap_or_default())
}

fn id(process: &Path) -> Option<u32> {
    process.file_name()?.to_str()?.parse().ok()
}

/// `<slot>: <address>:<port> <remote> <state> <queues> <timer> <retransmits> <user> <timeout> <inode> …`
fn inode_of_listener(line: &str, port: u16) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, local_port) = fields.get(1)?.rsplit_once(':')?;
    let is_it = u16::from_str_radix(local_port, 16) == Ok(port) && fields.get(3) == Some(&LISTENS);
    is_it.then(|| fields.get(9).map(|inode| (*inode).to_owned())).flatten()
}

fn holds(process: &Path, inode: &str) -> bool {
    let socket = format!("socket:[{inode}]");
    let files = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_link(file.path()).ok()).any(|target| target.to_string_lossy() == socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_its_holder_and_the_option_that_moves_it() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let message = listen(port, ENDPOINT).await.unwrap_err().to_string();
        for part in [format!("port {port}"), "AWS endpoint".to_owned(), "--endpoint-port".to_owned()] {
            assert!(message.contains(&part), "{message}");
        }
        if cfg!(target_os = "linux") {
            assert!(message.contains(&format!("(process {})", std::process::id())), "{message}");
        }
    }

    #[test]
    fn only_a_listener_of_that_very_port_counts() {
        let line = |state: &str| {
            format!(
                "   1: 0100007F:11D6 00000000:0000 {state} 00000000:00000000 00:00000000 00000000     0        0 77 1"
            )
        };
        assert_eq!(inode_of_listener(&line("0A"), 4566), Some("77".to_owned()));
        assert_eq!(inode_of_listener(&line("01"), 4566), None);
        assert_eq!(inode_of_listener(&line("0A"), 4567), None);
        assert_eq!(inode_of_listener("  sl  local_address rem_address   st", 4566), None);
    }
}
