use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::{Api, Failure, Person, Place};

/// How often the progress is asked for.
const ASK_EVERY: Duration = Duration::from_millis(300);
/// For how long an import is waited for whose cloud does not answer: somebody may be starting it again.
const SILENCE_MAX: u32 = 400;

/// How somebody stopped looking.
pub(super) enum End {
    /// The import is over; what it came to.
    Over(Value),
    /// Ctrl-C.
    Left,
}

/// Stays with an import until it is over or Ctrl-C, whatever tokens and clouds end meanwhile.
pub(super) async fn follow(place: &Place, vendor: &Person, store: &str, id: &str) -> Result<End, Failure> {
    let mut progress = Progress::new()?;
    let stop = tokio::signal::ctrl_c();
    tokio::pin!(stop);
    let mut api = vendor.sign_in(place).await?;
    let mut silence = 0;
    loop {
        match api.get(&format!("/v1/stores/{store}/imports/{id}")).await {
            Ok(import) => {
                silence = 0;
                progress.show(&import);
                if !under_way(&import) {
                    progress.bar.finish_and_clear();
                    return Ok(End::Over(import));
                }
            }
            Err(Failure::SignedOut(_)) => api = vendor.sign_in(place).await?,
            Err(Failure::NotRunning(_)) if silence < SILENCE_MAX => {
                silence += 1;
                progress.bar.set_message("no answer; the import goes on when the cloud does");
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            _ = &mut stop => {
                progress.bar.abandon();
                return Ok(End::Left);
            }
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
    }
}

/// Waits until an import is over, by whatever end.
pub async fn finished(vendor: &Api, store: &str, id: &str) -> Result<Value, Failure> {
    loop {
        let import = vendor.get(&format!("/v1/stores/{store}/imports/{id}")).await?;
        if !under_way(&import) {
            return Ok(import);
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}

/// Every refused row with its reasons.
pub async fn refusals(vendor: &Api, store: &str, id: &str) -> Result<Vec<Value>, Failure> {
    let path = format!("/v1/stores/{store}/imports/{id}/refusals?limit=100");
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = vendor.get(&format!("{path}{cursor}")).await?;
        rows.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(rows),
        }
    }
}

/// Whether it goes on by itself: not one whose file somebody has yet to send.
fn under_way(import: &Value) -> bool {
    matches!(import["status"].as_str(), Some("PENDING" | "PROCESSING"))
}

/// What is seen of an import. Its rows come some hundred at a time, so that only the mean of all of them says how fast.
struct Progress {
    bar: ProgressBar,
    /// When rows were first counted, and how many.
    first: Option<(Instant, u64)>,
}

impl Progress {
    fn new() -> Result<Self, Failure> {
        let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows{msg}");
        let style = style.map_err(|error| Failure::Other(error.to_string()))?;
        Ok(Self { bar: ProgressBar::new(0).with_style(style), first: None })
    }

    fn show(&mut self, import: &Value) {
        let count = |member: &str| import[member].as_u64().unwrap_or_default();
        let (done, total, refused) = (count("done"), count("total"), count("refused"));
        // An import that is taken up again began where it was.
        let (since, before) = *self.first.get_or_insert((Instant::now(), done));
        let speed = match (u32::try_from(done - before), u32::try_from(total - done)) {
            (Ok(rows @ 1..), Ok(left)) => {
                let (each, left) = (since.elapsed() / rows, HumanDuration(since.elapsed() / rows * left));
                format!(", {:.0} a second, {left} left", 1.0 / each.as_secs_f64())
            }
            _ => String::new(),
        };
        let refused = if refused > 0 { format!(", {refused} refused") } else { String::new() };
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(speed + &refused);
    }
}
