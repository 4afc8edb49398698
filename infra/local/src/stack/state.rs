//! The state directory: what survives a stack, and the lock that keeps two stacks from sharing it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Endpoints, Error, State};

/// Where the running stack's addresses are written, in the state directory.
pub(crate) const ENDPOINTS_FILE: &str = "endpoints.json";
/// Inside the state directory: what `local reset` empties.
const DATA: &str = "data";
/// Locked by the stack that uses the directory, with the id of its process inside.
const LOCK: &str = "lock";
/// The layout of what is in the directory: raised when a state of before can no longer be read.
const LAYOUT: &str = "1";
/// How the name of a throw-away directory begins.
const THROW_AWAY: &str = "laptop-cloud-";

/// An opened state directory; closed when it is dropped, and removed when it was a throw-away one.
pub(super) struct StateDirectory {
    root: PathBuf,
    seed: Vec<u8>,
    durable: bool,
    _lock: File,
    _throw_away: Option<TempDir>,
}

impl StateDirectory {
    pub(super) fn open(state: &State) -> Result<Self, Error> {
        match state {
            State::Memory => {
                let folder = tempfile::Builder::new().prefix(THROW_AWAY).tempdir().map_err(Error::State)?;
                let root = folder.path().to_owned();
                fs::create_dir_all(root.join(DATA)).map_err(Error::State)?;
                let lock = lock(&root)?;
                Ok(Self { root, seed: random(), durable: false, _lock: lock, _throw_away: Some(folder) })
            }
            State::Directory(root) => {
                let named = |cause: io::Error| io::Error::new(cause.kind(), format!("{}: {cause}", root.display()));
                fs::create_dir_all(root.join(DATA)).map_err(named).map_err(Error::State)?;
                let lock = lock(root)?;
                check_layout(root)?;
                let seed = seed(&root.join(DATA).join("seed")).map_err(Error::State)?;
                Ok(Self { root: root.clone(), seed, durable: true, _lock: lock, _throw_away: None })
            }
        }
    }

    /// The directory.
    pub(super) fn root(&self) -> &Path {
        &self.root
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

/// Whether a stack could start on this directory now: nobody uses it, and it is of this version or empty.
pub(crate) fn check(root: &Path) -> Result<(), Error> {
    if !root.join(DATA).exists() {
        return Ok(());
    }
    let _lock = lock(root)?;
    check_layout(root)
}

/// Removes what a throw-away run left that was killed; one that still runs is left alone.
pub(crate) fn remove_throw_away(root: &Path) -> Result<(), Error> {
    let is_one = root.file_name().is_some_and(|name| name.to_string_lossy().starts_with(THROW_AWAY));
    if !is_one || !root.join(LOCK).exists() {
        return Ok(());
    }
    match lock(root) {
        Ok(_lock) => fs::remove_dir_all(root).map_err(Error::State),
        Err(Error::StateInUse { .. }) => Ok(()),
        Err(cause) => Err(cause),
    }
}

/// Holds the directory for as long as the file is open.
fn lock(root: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    let mut file =
        options.read(true).write(true).create(true).truncate(false).open(root.join(LOCK)).map_err(Error::State)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(Error::State)?;
            Ok(file)
        }
        Err(fs::TryLockError::WouldBlock) => {
            let mut process = String::new();
            file.rewind().and_then(|()| file.read_to_string(&mut process)).map_err(Error::State)?;
            Err(Error::StateInUse { state: root.to_owned(), process: process.parse().ok() })
        }
        Err(fs::TryLockError::Error(cause)) => Err(Error::State(cause)),
    }
}

/// Refuses a state that this version cannot read; marks a new one.
fn check_layout(root: &Path) -> Result<(), Error> {
    let file = root.join(DATA).join("layout");
    match fs::read_to_string(&file) {
        Ok(found) if found == LAYOUT => Ok(()),
        Ok(found) => Err(Error::StateOfOtherVersion { state: root.to_owned(), found, known: LAYOUT }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => fs::write(&file, LAYOUT).map_err(Error::State),
        Err(cause) => Err(Error::State(cause)),
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
