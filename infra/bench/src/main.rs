#![doc = include_str!("../README.md")]

mod caller;
mod checkout;
mod cpu;
mod import;
mod load;
mod market;
mod queue;
mod quiet;
mod race;
mod requests;
mod reservations;
mod usage;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use e2e::Cloud;
use market::Market;

/// Measures the laptop cloud and the functions: tables on standard output, progress on standard error.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    part: Option<Part>,
}

/// One part of it; all of them when none is named.
#[derive(Subcommand)]
enum Part {
    /// Requests a second, times and CPU of what shoppers do most.
    Page,
    /// What a checkout takes of AWS, row by row.
    Checkout,
    /// Shoppers at once for the last pieces; reservations at once over few variants.
    Race,
    /// Many more products: rows a second, units a row, and what it does to reading.
    Import {
        /// Rows as JSON lines, may be gzipped; 26,000 made-up boards when none is named.
        file: Option<PathBuf>,
        /// Where its products stand in the tree.
        #[arg(long, default_value = "motherboard")]
        category: String,
    },
    /// Messages a second through a queue.
    Queue,
}

#[tokio::main]
async fn main() {
    let part = Options::parse().part;
    eprintln!("starting the laptop cloud");
    let cloud = Cloud::in_memory().await;
    println!("Profile: {}.", if cfg!(debug_assertions) { "debug" } else { "release" });
    match part {
        Some(Part::Queue) => queue::messages(&cloud).await,
        Some(Part::Import { file, category }) => {
            let market = Market::open(&cloud, 0).await;
            import::products(&cloud, &market, file.as_deref(), &category).await;
        }
        Some(Part::Page) => requests::all(&cloud, &with_shoppers(&cloud).await).await,
        Some(Part::Checkout) => checkout::all(&cloud, &with_shoppers(&cloud).await).await,
        Some(Part::Race) => races(&cloud, &with_shoppers(&cloud).await).await,
        None => {
            let market = with_shoppers(&cloud).await;
            requests::all(&cloud, &market).await;
            checkout::all(&cloud, &market).await;
            market.cancel_orders().await;
            races(&cloud, &market).await;
            import::products(&cloud, &market, None, "motherboard").await;
            queue::messages(&cloud).await;
        }
    }
    cloud.stop().await;
}

async fn with_shoppers(cloud: &Cloud) -> Market {
    Market::open(cloud, market::SHOPPERS).await
}

async fn races(cloud: &Cloud, market: &Market) {
    race::last_pieces(market).await;
    reservations::over_few_variants(cloud, market).await;
}
