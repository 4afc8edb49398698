//! `local logs`.

use std::io;
use std::time::Duration;

use jiff::tz::TimeZone;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::client::Client;
use super::{Error, print};
use crate::lambda::LogLine;

/// How often a log that is followed is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Prints what a function logged, and what it goes on to log until this process, the laptop cloud or the reader ends.
pub(super) async fn logs(client: &Client, function: &str, follow: bool) -> Result<(), Error> {
    let name = client.function(function)?;
    let path = format!("/functions/{name}/logs");
    let mut seen = 0;
    loop {
        let lines: Vec<LogLine> = match client.get(&path, &[("after", &seen.to_string())]).await {
            Ok(lines) => lines,
            Err(Error::Unreachable(_)) if seen > 0 => return print("the laptop cloud has stopped"),
            Err(cause) => return Err(cause),
        };
        if let Some(last) = lines.last() {
            seen = last.number;
            print(&lines.iter().map(readable).collect::<Vec<_>>().join("\n"))?;
        } else if !follow {
            return print(&format!("{name} has logged nothing since the start"));
        }
        if !follow || nobody_reads()? {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whether standard output is a pipe whose reader has seen enough (`| head`): told without anything to print.
fn nobody_reads() -> io::Result<bool> {
    let stdout = io::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
    poll(&mut asked, Some(&Timespec::default()))?;
    Ok(asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP))
}

fn readable(line: &LogLine) -> String {
    format!("{} {}", line.at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f"), line.line)
}
