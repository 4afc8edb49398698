//! Many more products, and what they do to reading.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use e2e::{Cloud, board_row};
use flate2::read::MultiGzDecoder;

use crate::load::{Load, count};
use crate::market::{BOARD_PRICE, Market};
use crate::quiet::quiet;
use crate::requests::reading;
use crate::usage::{Usage, reset};

/// Made-up products: as many as a large catalogue of parts holds.
const ROWS: usize = 26_000;
/// Bytes of one upload: a call takes 4 MB.
const UPLOAD_MAX: usize = 3_500_000;
/// How long an upload may take to be worked off.
const PATIENCE: Duration = Duration::from_mins(15);

/// Imports the rows of `file`, or made-up ones, and prints rows a second and units a row, between rows of what a product
/// page and a list take.
pub(crate) async fn products(cloud: &Cloud, market: &Market, file: Option<&Path>, category: &str) {
    let rows = file.map_or_else(made_up, lines);
    let load = Load::of(cloud).await;
    reading(&load, market, 1).await;
    quiet(cloud).await;
    reset(cloud).await;
    let begun = Instant::now();
    let (mut accepted, mut refused) = (0, 0);
    for upload in uploads(&rows) {
        let import = market.upload(cloud, category, upload.join("\n"), PATIENCE).await;
        accepted += import["accepted"].as_u64().unwrap_or_default();
        refused += import["refused"].as_u64().unwrap_or_default();
        eprintln!("{} of {} rows", accepted + refused, rows.len());
    }
    let seconds = begun.elapsed().as_secs_f64();
    quiet(cloud).await;
    let usage = Usage::of(cloud).await;
    println!("| *{} rows imported* | | | | | | | | |", rows.len());
    reading(&load, market, 1).await;
    let each = |units: f64| units / count(accepted + refused);
    println!(
        "\n| rows | accepted | refused | seconds | rows a second | write units a row | read units a row | CPU-ms of functions a row |"
    );
    println!("| --: | --: | --: | --: | --: | --: | --: | --: |");
    println!(
        "| {} | {accepted} | {refused} | {seconds:.0} | {:.0} | {:.1} | {:.1} | {:.1} |",
        rows.len(),
        count(accepted + refused) / seconds,
        each(usage.writes()),
        each(usage.reads()),
        each(usage.cpu_ms())
    );
}

fn made_up() -> Vec<String> {
    let price = u64::try_from(BOARD_PRICE).expect("a price is positive");
    (0..ROWS).map(|n| board_row(&format!("imported-{n}"), price, 5).to_string()).collect()
}

fn lines(file: &Path) -> Vec<String> {
    let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut text = String::new();
    let read = if bytes.starts_with(&[0x1f, 0x8b]) {
        MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text)
    } else {
        bytes.as_slice().read_to_string(&mut text)
    };
    read.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines().map(str::to_owned).collect()
}

/// As many rows at a time as one call takes.
fn uploads(rows: &[String]) -> Vec<&[String]> {
    let (mut uploads, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, row) in rows.iter().enumerate() {
        bytes += row.len() + 1;
        if bytes > UPLOAD_MAX {
            uploads.push(&rows[from..at]);
            (from, bytes) = (at, row.len() + 1);
        }
    }
    uploads.push(&rows[from..]);
    uploads
}
