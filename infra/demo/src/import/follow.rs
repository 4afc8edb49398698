use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
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
    let bar = ProgressBar::new(0).with_style(style()?);
    let stop = tokio::signal::ctrl_c();
    tokio::pin!(stop);
    let mut api = vendor.sign_in(place).await?;
    let mut silence = 0;
    loop {
        match api.get(&format!("/v1/stores/{store}/imports/{id}")).await {
            Ok(import) => {
                silence = 0;
                show(&bar, &import);
                if !under_way(&import) {
                    bar.finish_and_clear();
                    return Ok(End::Over(import));
                }
            }
            Err(Failure::SignedOut(_)) => api = vendor.sign_in(place).await?,
            Err(Failure::NotRunning(_)) if silence < SILENCE_MAX => {
                silence += 1;
                bar.set_message("no answer; the import goes on when the cloud does");
            }
            Err(error) => return Err(error),
        }
        tokio::select! {
            _ = &mut stop => {
                bar.abandon();
                return Ok(End::Left);
            }
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
    }
}

/// Waits until every row was looked at.
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

fn under_way(import: &Value) -> bool {
    matches!(import["status"].as_str(), Some("UPLOADING" | "PENDING" | "PROCESSING"))
}

fn show(bar: &ProgressBar, import: &Value) {
    let count = |member: &str| import[member].as_u64().unwrap_or_default();
    // An import that is taken up again began where it was, not at once.
    if bar.length() == Some(0) && count("total") > 0 {
        bar.reset_eta();
        bar.set_length(count("total"));
    }
    bar.set_position(count("done"));
    bar.set_message(match count("refused") {
        0 => String::new(),
        refused => format!("{refused} refused"),
    });
}

fn style() -> Result<ProgressStyle, Failure> {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {per_sec:.0}, {eta} left {msg}");
    style.map_err(|error| Failure::Other(error.to_string()))
}
