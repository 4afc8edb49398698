//! The state directory: what survives a stack, and the lock that keeps two stacks from sharing it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Endpoints, Error, State};

/// Where the running stack's addresses are written, in the state directory.
pub(crate) const ENDPOINTS_FILE: &str = "endpoints.json";
/// Inside the state directory: what `local reset` empties.
const DATA: &str = "data";

/// An opened state directory; closed when it is dropped, and removed when it was a throw-away one.
pub(super) struct StateDirectory {
    root: PathBuf,
    seed: Vec<u8>,
    durable: bool,
    _lock: Option<File>,
    _throw_away: Option<TempDir>,
}

impl StateDirectory {
    pub(super) fn open(state: &State) -> Result<Self, Error> {
        match state {
            State::Memory => {
                let folder = tempfile::Builder::new().prefix("laptop-cloud-").tempdir().map_err(Error::State)?;
                let root = folder.path().to_owned();
                fs::create_dir_all(root.join(DATA)).map_err(Error::State)?;
                Ok(Self { root, seed: random(), durable: false, _lock: None, _throw_away: Some(folder) })
            }
            State::Directory(root) => {
                fs::create_dir_all(root.join(DATA)).map_err(Error::State)?;
                let lock = lock(root)?;
                let seed = seed(&root.join(DATA).join("seed")).map_err(Error::State)?;
                Ok(Self { root: root.clone(), seed, durable: true, _lock: Some(lock), _throw_away: None })
            }
        }
    }

    /// A database's file; `None` keeps it in memory.
    pub(super) fn file(&self, name: &str) -> Option<PathBuf> {
        self.durable.then(|| self.path(name))
    }

    /// A path for what is a file in either case.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(DATA).join(name)
    }

    /// Random bytes, the same at each start.
    pub(super) fn seed(&self) -> &[u8] {
        &self.seed
    }

    /// Tells other commands where the stack is. Only the owner may read it: it has the operator's keys.
    pub(super) fn write_endpoints(&self, endpoints: &Endpoints) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(endpoints).map_err(|cause| Error::State(cause.into()))?;
        write_private(&self.root.join(ENDPOINTS_FILE), text.as_bytes()).map_err(Error::State)
    }

    pub(super) fn remove_endpoints(&self) {
        if let Err(cause) = fs::remove_file(self.root.join(ENDPOINTS_FILE)) {
            tracing::warn!(%cause, "{ENDPOINTS_FILE} could not be removed");
        }
    }
}

/// Empties a state directory that no stack uses. The Python environment stays.
pub(crate) fn reset(root: &Path) -> Result<(), Error> {
    if !root.join(DATA).exists() {
        return Ok(());
    }
    let _lock = lock(root)?;
    fs::remove_dir_all(root.join(DATA)).map_err(Error::State)
}

fn lock(root: &Path) -> Result<File, Error> {
    let file = File::create(root.join("lock")).map_err(Error::State)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::StateInUse(root.to_owned())),
        Err(fs::TryLockError::Error(cause)) => Err(Error::State(cause)),
    }
}

fn seed(file: &Path) -> io::Result<Vec<u8>> {
    match fs::read(file) {
        Ok(seed) if seed.len() >= 32 => Ok(seed),
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => {
            let seed = random();
            write_private(file, &seed)?;
            Ok(seed)
        }
    }
}

/// Replaces a file as a whole, readable by its owner only.
fn write_private(file: &Path, content: &[u8]) -> io::Result<()> {
    let draft = file.with_extension("new");
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(true).mode(0o600);
    open.open(&draft)?.write_all(content)?;
    fs::rename(draft, file)
}

#[expect(clippy::disallowed_methods, reason = "keys of a laptop; nothing depends on their value")]
fn random() -> Vec<u8> {
    [uuid::Uuid::new_v4().into_bytes(), uuid::Uuid::new_v4().into_bytes()].concat()
}
