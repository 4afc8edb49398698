//! What functions print: a file a function, the last lines in memory, and a line for the console per failure.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;

/// Lines kept in memory for each function.
const LINES_KEPT: usize = 1_000;
/// A file that grew past this is renamed to `<function>.log.1`, replacing the one before.
const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// What `X-Amz-Log-Result` carries at most.
const TAIL_BYTES_MAX: usize = 4 * 1024;

/// Takes one readable line, without its end.
pub type Sink = Arc<dyn Fn(&str) + Send + Sync>;

/// A line of a function's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Counts the function's lines of this run, from 1.
    pub number: u64,
    /// When it was printed, by the clock of the laptop cloud.
    pub at: Timestamp,
    /// The line itself.
    pub line: String,
}

/// The logs of all functions. Clones share them.
#[derive(Clone)]
pub struct Logs {
    inner: Arc<Inner>,
}

struct Inner {
    directory: PathBuf,
    clock: Clock,
    console: Sink,
    every_line: Option<Sink>,
    functions: Mutex<HashMap<String, Log>>,
}

#[derive(Default)]
struct Log {
    recent: VecDeque<LogLine>,
    lines: u64,
    file: Option<(File, u64)>,
}

impl Logs {
    /// Logs to `<directory>/<function>.log`; `console` takes one line for each failed invocation, and
    /// `every_line` all that functions print, after the function's name.
    pub fn open(directory: &Path, clock: Clock, console: Sink, every_line: Option<Sink>) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let directory = directory.to_owned();
        let inner = Inner { directory, clock, console, every_line, functions: Mutex::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The newest lines of a function, oldest first.
    pub fn recent(&self, function: &str) -> Vec<String> {
        self.after(function, 0).into_iter().map(|line| line.line).collect()
    }

    /// The lines of a function after the one of that number, as far as they are kept, oldest first.
    pub fn after(&self, function: &str, number: u64) -> Vec<LogLine> {
        let functions = lock(&self.inner.functions);
        let lines = functions.get(function).into_iter().flat_map(|log| &log.recent);
        lines.filter(|line| line.number > number).cloned().collect()
    }

    /// The file a function logs to.
    pub fn file(&self, function: &str) -> PathBuf {
        self.inner.directory.join(format!("{function}.log"))
    }

    /// Tells whoever watches the console about a failure.
    pub(super) fn failure(&self, line: &str) {
        (self.inner.console)(line);
    }

    fn append(&self, function: &str, line: &str) {
        if let Some(every_line) = &self.inner.every_line {
            every_line(&format!("{function} | {line}"));
        }
        let mut functions = lock(&self.inner.functions);
        let log = functions.entry(function.to_owned()).or_default();
        if log.recent.len() == LINES_KEPT {
            log.recent.pop_front();
        }
        log.lines += 1;
        let at = self.inner.clock.now();
        log.recent.push_back(LogLine { number: log.lines, at, line: line.to_owned() });
        if let Err(cause) = self.write(function, log, at, line) {
            tracing::warn!(function, %cause, "cannot write the function's log file");
            log.file = None;
        }
    }

    fn write(&self, function: &str, log: &mut Log, at: Timestamp, line: &str) -> io::Result<()> {
        let path = self.file(function);
        if log.file.as_ref().is_some_and(|(_, bytes)| *bytes > FILE_BYTES_MAX) {
            fs::rename(&path, path.with_extension("log.1"))?;
            log.file = None;
        }
        if log.file.is_none() {
            let file = OpenOptions::new().create(true).append(true).open(&path)?;
            let bytes = file.metadata()?.len();
            log.file = Some((file, bytes));
        }
        if let Some((file, bytes)) = &mut log.file {
            let text = format!("{at:.3} {line}\n");
            file.write_all(text.as_bytes())?;
            *bytes += text.len() as u64;
        }
        Ok(())
    }
}

/// The log stream of one environment: its function's log, and what the present invocation added to it.
#[derive(Clone)]
pub(super) struct Stream {
    logs: Logs,
    function: Arc<str>,
    tail: Arc<Mutex<VecDeque<u8>>>,
}

impl Stream {
    pub(super) fn new(logs: Logs, function: &str) -> Self {
        Self { logs, function: function.into(), tail: Arc::default() }
    }

    pub(super) fn line(&self, line: &str) {
        self.logs.append(&self.function, line);
        let mut tail = lock(&self.tail);
        tail.extend(line.bytes().chain([b'\n']));
        let excess = tail.len().saturating_sub(TAIL_BYTES_MAX);
        tail.drain(..excess);
    }

    /// Begins the log of another invocation.
    pub(super) fn begin(&self) {
        lock(&self.tail).clear();
    }

    /// The end of what was logged since [`Self::begin`].
    pub(super) fn tail(&self) -> String {
        let tail: Vec<u8> = lock(&self.tail).iter().copied().collect();
        String::from_utf8_lossy(&tail).into_owned()
    }

    pub(super) fn failure(&self, line: &str) {
        self.logs.failure(line);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
