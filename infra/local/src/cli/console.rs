//! What `local up` says while it works: steps with the seconds since it began, then lines with the time of day.

use std::fmt;
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::clock::Clock;
use crate::lambda::Sink;

/// Standard error, for people; standard output is for the one line that a script waits for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    began: Instant,
}

impl Console {
    /// Begins to count the seconds, and shows what goes wrong inside from here on; all that happens when `verbose`.
    pub(super) fn open(verbose: bool) -> Self {
        let filter = if verbose { "local=debug,ministack=info,warn" } else { "local=warn,ministack=warn,error" };
        let subscriber = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(std::io::stderr);
        subscriber.with_timer(TimeOfDay).with_target(false).init();
        Self { began: Instant::now() }
    }

    /// A step of the start.
    pub(super) fn step(self, what: &str) {
        say(&format!("{:>6.1} s  {what}", self.began.elapsed().as_secs_f64()));
    }

    /// Takes steps of the start.
    pub(super) fn steps(self) -> Sink {
        Arc::new(move |what: &str| self.step(what))
    }

    /// Takes lines about what happens.
    pub(super) fn lines(self) -> Sink {
        Arc::new(move |line: &str| say(&format!("{} {line}", time_of_day())))
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
