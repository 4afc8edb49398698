//! `cargo local import FILE`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::{Api, Failure, People, Place};

/// How often the progress is asked for.
const ASK_EVERY: Duration = Duration::from_millis(300);
/// Refusals shown; the rest is counted.
const SHOWN: usize = 20;
/// Below the API's limit on a call.
const DIRECT_MAX: usize = 4 * 1024 * 1024;

/// What is imported, and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Lines of JSON (`.ndjson`, `.jsonl`) or CSV, also `.gz`
    file: PathBuf,
    /// The category of the products, by its slug
    #[arg(long)]
    category: String,
    /// Where a field stands in a row, such as `title=metadata.name`; may be repeated
    #[arg(long = "map", value_name = "FIELD=COLUMN")]
    mapping: Vec<String>,
    /// The store, by its id; the vendor's first one unless given
    #[arg(long)]
    store: Option<String>,
}

/// Whose products of which category, and how rows are read.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The store's id.
    pub store: &'a str,
    /// The category's slug.
    pub category: &'a str,
    /// `field=column`.
    pub mapping: &'a [String],
}

/// Uploads the file, shows the progress, then the reasons of refused rows.
pub async fn import(place: &Place, arguments: &Arguments) -> Result<(), Failure> {
    let people = People::known(place)?;
    let people =
        people.ok_or_else(|| Failure::Other("there are no demo people: start `cargo local` once".to_owned()))?;
    let vendor = people.vendor.sign_in(place).await?;
    let store = match &arguments.store {
        Some(store) => store.clone(),
        None => first_store(&vendor).await?,
    };
    let name = arguments.file.display().to_string();
    let bytes = std::fs::read(&arguments.file).map_err(|error| Failure::File(name.clone(), error))?;
    let target = Target { store: &store, category: &arguments.category, mapping: &arguments.mapping };
    let started = upload_file(&vendor, &target, &name, bytes).await?;
    let id = started["import_id"].as_str().unwrap_or_default();
    let bar = ProgressBar::new(started["total"].as_u64().unwrap_or_default()).with_style(style()?);
    // Long imports outlast a token: each question is asked with a fresh one when the old one is over.
    let done = finished(&vendor, &store, id, |import| {
        bar.set_length(import["total"].as_u64().unwrap_or_default());
        bar.set_position(import["done"].as_u64().unwrap_or_default());
    })
    .await?;
    bar.finish();
    println!("accepted {}, updated {}, refused {}", done["accepted"], done["updated"], done["refused"]);
    let refused = refusals(&vendor, &store, id).await?;
    for row in refused.iter().take(SHOWN) {
        println!("row {}: {}", row["row"], reasons(row));
    }
    if refused.len() > SHOWN {
        println!("… and {} more", refused.len() - SHOWN);
    }
    Ok(())
}

/// Sends lines of JSON.
pub async fn upload(vendor: &Api, target: &Target<'_>, lines: Vec<u8>) -> Result<Value, Failure> {
    upload_file(vendor, target, "rows.ndjson", lines).await
}

async fn upload_file(vendor: &Api, target: &Target<'_>, name: &str, bytes: Vec<u8>) -> Result<Value, Failure> {
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let media_type = if plain.to_lowercase().ends_with(".csv") { "text/csv" } else { "application/x-ndjson" };
    let bytes = if plain == name { compressed(&bytes)? } else { bytes };
    let mut path = format!("/v1/stores/{}/imports?category={}", target.store, target.category);
    for pair in target.mapping {
        path.push_str("&map=");
        path.push_str(&encoded(pair));
    }
    if bytes.len() > DIRECT_MAX {
        return Err(Failure::Other(format!("{name} has {} bytes: too many for one call", bytes.len())));
    }
    vendor.upload(&path, &[("content-type", media_type), ("content-encoding", "gzip")], bytes).await
}

/// Waits until every row was looked at.
pub async fn finished(vendor: &Api, store: &str, id: &str, mut progress: impl FnMut(&Value)) -> Result<Value, Failure> {
    loop {
        let import = vendor.get(&format!("/v1/stores/{store}/imports/{id}")).await?;
        progress(&import);
        match import["status"].as_str() {
            Some("COMPLETED") => return Ok(import),
            Some("PENDING" | "PROCESSING" | "UPLOADING") => tokio::time::sleep(ASK_EVERY).await,
            _ => return Err(Failure::Other(format!("the import ended early: {import}"))),
        }
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

async fn first_store(vendor: &Api) -> Result<String, Failure> {
    let mine = vendor.get("/v1/stores/mine").await?;
    let first = mine["items"][0]["store_id"].as_str();
    first.map(str::to_owned).ok_or_else(|| Failure::Other("the vendor has no store".to_owned()))
}

fn reasons(row: &Value) -> String {
    let reason = |reason: &Value| format!("{} {}", reason["field"].as_str()?, reason["reason"]["en"].as_str()?).into();
    row["reasons"].as_array().into_iter().flatten().filter_map(reason).collect::<Vec<String>>().join("; ")
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| Failure::Other(error.to_string()))
}

fn style() -> Result<ProgressStyle, Failure> {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {per_sec}, {eta} left");
    style.map_err(|error| Failure::Other(error.to_string()))
}

/// Percent-encodes what a query may not hold.
fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
