//! Where a throw-away run keeps its files while it runs: written down beside the durable state, so that other commands
//! find it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::Error;
use crate::stack;

const FILE: &str = "throw-away";

/// Writes down where the run of this process is; clears up after one that was killed.
pub(super) fn remember(state: &Path, run: &Path) -> Result<(), Error> {
    if let Some(before) = find(state)? {
        stack::remove_throw_away(&before)?;
    }
    fs::create_dir_all(state)?;
    Ok(fs::write(state.join(FILE), run.as_os_str().as_encoded_bytes())?)
}

/// Forgets the run, unless another one was written down meanwhile.
pub(super) fn forget(state: &Path, run: &Path) -> Result<(), Error> {
    if find(state)?.as_deref() == Some(run) { Ok(fs::remove_file(state.join(FILE))?) } else { Ok(()) }
}

/// The directory of the last run that was written down.
pub(super) fn find(state: &Path) -> Result<Option<PathBuf>, Error> {
    match fs::read_to_string(state.join(FILE)) {
        Ok(path) => Ok(Some(path.into())),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause.into()),
    }
}
