//! The Python ministack runs in: a virtual environment made once from pinned, hashed requirements.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sha2::{Digest, Sha256};

use crate::lambda::process_group::ProcessGroup;

const REQUIREMENTS: &str = include_str!("../../ministack/requirements.txt");
const SOURCES: [(&str, &str); 7] = [
    ("launcher.py", include_str!("../../ministack/launcher.py")),
    ("gateway.py", include_str!("../../ministack/gateway.py")),
    ("clock.py", include_str!("../../ministack/clock.py")),
    ("trigger.py", include_str!("../../ministack/trigger.py")),
    ("cognito_guard.py", include_str!("../../ministack/cognito_guard.py")),
    ("cognito_store.py", include_str!("../../ministack/cognito_store.py")),
    ("objects.py", include_str!("../../ministack/objects.py")),
];
/// Written into an environment when it is complete.
const READY: &str = "ready";
const PYTHON_MIN: (u32, u32) = (3, 10);
const REMEDY: &str = "On Debian and Ubuntu: apt install python3 python3-venv; on macOS: brew install python";
const NETWORK: &str = "pip has to reach a package index; it goes by its own settings (PIP_INDEX_URL, PIP_PROXY)";

/// A virtual environment with ministack, and the launcher's files.
#[derive(Debug, Clone)]
pub struct Environment {
    venv: PathBuf,
    sources: PathBuf,
}

/// Why there is no Python to run ministack in.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// No python3, too old a one, or one without venv or ensurepip.
    #[error(
        "python3 of version 3.10 or later with venv and ensurepip is needed, for Cognito and S3: {found}\n{REMEDY}"
    )]
    Python {
        /// What was found instead.
        found: String,
    },
    /// The packages could not be installed.
    #[error("ministack could not be installed: {0}\n{NETWORK}")]
    Install(String),
    /// The processes that make it could not be started.
    #[error("the Python environment could not be made: {0}")]
    Start(#[source] io::Error),
    /// Files could not be written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Environment {
    /// Finds the environment under `root` or makes it there, telling what it does. Takes milliseconds when it exists, and
    /// downloads a few packages when it does not. Several processes may call this at once; what an earlier one left
    /// half done is done again.
    pub async fn prepare(root: &Path, progress: impl Fn(&str) + Send + 'static) -> Result<Self, EnvironmentError> {
        // Absolute, because the interpreter is started from wherever the caller is.
        let root = std::path::absolute(root).map_err(|source| at(root, source))?;
        // When nobody waits any more, what was started ends with the group.
        let group = ProcessGroup::start().map_err(EnvironmentError::Start)?;
        let id = group.id();
        let prepared = tokio::task::spawn_blocking(move || prepare(&root, &progress, id)).await;
        group.stop().await;
        prepared.map_err(|cause| EnvironmentError::Install(cause.to_string()))?
    }

    /// Whether [`Self::prepare`] has what it needs of this machine: asked before anything that takes long.
    pub fn check(root: &Path) -> Result<(), EnvironmentError> {
        let venv = venv(root, &python_version()?);
        if venv.join(READY).exists() {
            return Ok(());
        }
        let parts = run(Command::new("python3").args(["-c", "import ensurepip, venv"]));
        parts.map_err(|found| EnvironmentError::Python { found })
    }

    pub(super) fn interpreter(&self) -> PathBuf {
        self.venv.join("bin/python")
    }

    pub(super) fn launcher(&self) -> PathBuf {
        self.sources.join(SOURCES[0].0)
    }
}

fn prepare(root: &Path, progress: &impl Fn(&str), group: i32) -> Result<Environment, EnvironmentError> {
    fs::create_dir_all(root).map_err(|source| at(root, source))?;
    let lock_path = root.join("lock");
    let lock = File::create(&lock_path).map_err(|source| at(&lock_path, source))?;
    lock.lock().map_err(|source| at(&lock_path, source))?;
    let venv = venv(root, &python_version()?);
    let ready = venv.join(READY);
    if !ready.exists() {
        install(&venv, progress, group)?;
        fs::write(&ready, "").map_err(|source| at(&ready, source))?;
    }
    Ok(Environment { venv, sources: write_sources(root)? })
}

/// Where the environment of a version of Python is.
fn venv(root: &Path, python_version: &str) -> PathBuf {
    root.join(format!("venv-{}", name_of(&[python_version, REQUIREMENTS])))
}

fn install(venv: &Path, progress: &impl Fn(&str), group: i32) -> Result<(), EnvironmentError> {
    if venv.exists() {
        fs::remove_dir_all(venv).map_err(|source| at(venv, source))?;
    }
    progress("making a Python environment for Cognito and S3 (once)");
    run(Command::new("python3").args(["-m", "venv"]).arg(venv).process_group(group))
        .map_err(|found| EnvironmentError::Python { found })?;
    let requirements = venv.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(|source| at(&requirements, source))?;
    progress("installing ministack in it (once; about 20 MB)");
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    pip.args(["--require-hashes", "--requirement"]).arg(&requirements);
    run(pip.process_group(group)).map_err(EnvironmentError::Install)
}

/// The launcher's files, in a directory named after their contents: two versions of this crate do not disturb each other.
fn write_sources(root: &Path) -> Result<PathBuf, EnvironmentError> {
    let contents: Vec<&str> = SOURCES.iter().map(|(_, content)| *content).collect();
    let directory = root.join(format!("launcher-{}", name_of(&contents)));
    fs::create_dir_all(&directory).map_err(|source| at(&directory, source))?;
    for (name, content) in SOURCES {
        let path = directory.join(name);
        if !fs::read(&path).is_ok_and(|found| found == content.as_bytes()) {
            fs::write(&path, content).map_err(|source| at(&path, source))?;
        }
    }
    Ok(directory)
}

fn python_version() -> Result<String, EnvironmentError> {
    let version =
        output(Command::new("python3").arg("--version")).map_err(|found| EnvironmentError::Python { found })?;
    let mut numbers = version.trim_start_matches("Python ").split('.').map_while(|part| part.trim().parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= PYTHON_MIN => Ok(version),
        _ => Err(EnvironmentError::Python { found: format!("found {}", version.trim()) }),
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    output(command).map(drop)
}

/// What the command prints, or why it failed.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let Output { status, stdout, stderr } = command.output().map_err(|cause| format!("{name}: {cause}"))?;
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    if status.success() { Ok(stdout) } else { Err(format!("{name} ended with {status}: {stderr} {stdout}")) }
}

fn name_of(contents: &[&str]) -> String {
    let mut hash = Sha256::new();
    for content in contents {
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(content);
    }
    hex::encode(&hash.finalize()[..6])
}

fn at(path: &Path, source: io::Error) -> EnvironmentError {
    EnvironmentError::File { path: path.to_owned(), source }
}
