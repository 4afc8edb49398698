//! What `local up` says while it works: steps with the seconds since it began, then lines with the time of day.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::tz::TimeZone;
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::clock::Clock;
use crate::lambda::Sink;

/// Standard error, for people; standard output is for the one line that a script waits for.
#[derive(Debug, Clone)]
pub(super) struct Console {
    began: Instant,
    shows_requests: Arc<AtomicBool>,
}

impl Console {
    /// Begins to count the seconds, and shows what goes wrong inside from here on; all that happens when `verbose`.
    pub(super) fn open(verbose: bool) -> Self {
        let filter = if verbose { "local=debug,ministack=info,warn" } else { "local=warn,ministack=warn,error" };
        let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
        subscriber.with_timer(TimeOfDay).with_target(false).init();
        Self { began: Instant::now(), shows_requests: Arc::new(AtomicBool::new(verbose)) }
    }

    /// A step of the start.
    pub(super) fn step(&self, what: &str) {
        say(&format!("{:>6.1} s  {what}", self.began.elapsed().as_secs_f64()));
    }

    /// Takes steps of the start.
    pub(super) fn steps(&self) -> Sink {
        let console = self.clone();
        Arc::new(move |what: &str| console.step(what))
    }

    /// Takes lines about what happens.
    pub(super) fn lines() -> Sink {
        Arc::new(|line: &str| say(&format!("{} {line}", time_of_day())))
    }

    /// Takes lines about requests, and shows those that come once everything is ready: not what a start is seeded with.
    pub(super) fn requests(&self) -> Sink {
        let (shows, lines) = (Arc::clone(&self.shows_requests), Self::lines());
        Arc::new(move |line: &str| {
            if shows.load(Ordering::Relaxed) {
                lines(line);
            }
        })
    }

    /// The last step.
    pub(super) fn ready(&self) {
        self.step("ready");
        self.shows_requests.store(true, Ordering::Relaxed);
    }
}

/// One line at once, so that lines of several threads do not mix. Nobody is left to tell when it cannot be written.
fn say(line: &str) {
    let mut stderr = std::io::stderr();
    // cargo may be drawing its progress on the line of the cursor, and draws it anew.
    let clear = if stderr.is_terminal() { "\r\x1b[2K" } else { "" };
    let _unheard = stderr.write_all(format!("{clear}{line}\n").as_bytes());
}

fn time_of_day() -> String {
    Clock::default().machine_now().to_zoned(TimeZone::system()).strftime("%H:%M:%S").to_string()
}

struct TimeOfDay;

impl FormatTime for TimeOfDay {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", time_of_day())
    }
}
