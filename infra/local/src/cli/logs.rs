//! `local logs`.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::client::Client;
use super::{Error, print};
use crate::lambda::LogLine;

/// How often a log that is followed is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Prints what a function logged, and what it goes on to log until this process or the laptop cloud ends.
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
        if !follow {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn readable(line: &LogLine) -> String {
    format!("{} {}", line.at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f"), line.line)
}
