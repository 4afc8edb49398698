//! What one checkout takes of AWS, with everything that follows.

use std::collections::BTreeMap;

use e2e::{Cloud, Payme};
use serde_json::{Value, json};

use crate::journal::Journal;
use crate::market::Market;
use crate::quiet::quiet;

/// Whose sweep shows that all of this minute's sweeps are under way.
const SWEEPER: &str = "um-dev-order-worker";
/// How long all of a minute's sweeps take at most.
const SWEEPS: std::time::Duration = std::time::Duration::from_secs(3);

/// What one function took.
#[derive(Default)]
struct Taken {
    reads: f64,
    writes: f64,
    /// Each operation and resource with its calls and units.
    calls: Vec<String>,
}

/// Prints what a minute's sweeps take for nothing, then what a checkout of three lines from two stores takes, paid in
/// cash and by Payme. The checkouts follow a sweep, so that none falls into them.
pub(crate) async fn checkouts(cloud: &Cloud, market: &Market) {
    market.fill_carts(&market.lines).await;
    quiet(cloud).await;
    begin(cloud).await;
    while !counts(cloud).await.iter().any(|row| row["principal"] == SWEEPER) {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    tokio::time::sleep(SWEEPS).await;
    print("The sweeps of one idle minute", cloud, None).await;

    let [in_cash, by_payme, ..] = market.shoppers.as_slice() else { panic!("there are shoppers") };
    let journal = begin(cloud).await;
    let placed = market.order(in_cash, "CASH_ON_DELIVERY", "the-counted-cash").await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    quiet(cloud).await;
    print("One checkout of 3 lines from 2 stores, in cash", cloud, Some(journal)).await;

    let journal = begin(cloud).await;
    let placed = market.order(by_payme, "PAYME", "the-counted-payme").await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    quiet(cloud).await;
    print("One checkout of 3 lines from 2 stores, to be paid by Payme", cloud, Some(journal)).await;

    let journal = begin(cloud).await;
    pay(cloud, &placed.body).await;
    quiet(cloud).await;
    print("Its payment: CheckPerform-, Create- and PerformTransaction", cloud, Some(journal)).await;
}

#[expect(clippy::disallowed_methods, reason = "Payme's times are those of this machine")]
async fn pay(cloud: &Cloud, checkout: &Value) {
    let payme = Payme::of(cloud);
    let id = checkout["checkout_id"].as_str().expect("a checkout has an id");
    let amount = checkout["total"]["amount"].as_i64().expect("a checkout has a total");
    let transaction = "000000000000000000bench0";
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("the clock is right");
    let now = i64::try_from(now.as_millis()).expect("milliseconds since 1970");
    let answers = [
        payme.check_perform(id, amount).await,
        payme.create(transaction, now, id, amount).await,
        payme.perform(transaction).await,
    ];
    assert!(answers.iter().all(|answer| answer.get("result").is_some()), "Payme is served: {answers:?}");
}

async fn begin(cloud: &Cloud) -> Journal {
    cloud.control().post("/counters/reset", &json!({})).await.expect_status(204);
    Journal::from_here(cloud)
}

async fn counts(cloud: &Cloud) -> Vec<Value> {
    let rows = cloud.control().get("/counters").await.expect_status(200).body;
    rows.as_array().expect("a list of counts").clone()
}

async fn print(what: &str, cloud: &Cloud, journal: Option<Journal>) {
    let mut by: BTreeMap<String, Taken> = BTreeMap::new();
    for row in counts(cloud).await {
        let text = |member: &str| row[member].as_str().unwrap_or_default();
        let (operation, units) = (text("operation"), row["capacity_units"].as_f64().unwrap_or_default());
        let writes =
            ["Put", "Update", "Delete", "TransactWrite", "BatchWrite"].iter().any(|w| operation.starts_with(w));
        let taken = by.entry(text("principal").trim_start_matches("um-dev-").to_owned()).or_default();
        if writes {
            taken.writes += units;
        } else {
            taken.reads += units;
        }
        let resource = text("resource").trim_start_matches("um-dev-");
        let unit = if text("service") == "dynamodb" { format!(" {units}") } else { String::new() };
        let kind = if unit.is_empty() {
            ""
        } else if writes {
            " WU"
        } else {
            " RU"
        };
        let refused = row["errors"].as_u64().filter(|errors| *errors > 0);
        let refused = refused.map(|errors| format!(", {errors} refused")).unwrap_or_default();
        taken.calls.push(format!("{operation} {resource} ×{}{unit}{kind}{refused}", row["calls"]));
    }
    println!("\n{what}\n\n| function | invocations | read units | write units | calls |");
    println!("| --- | --: | --: | --: | --- |");
    let invocations = journal.as_ref().map(Journal::invocations).unwrap_or_default();
    for function in invocations.keys() {
        by.entry(function.clone()).or_default();
    }
    let (mut reads, mut writes) = (0.0, 0.0);
    for (function, taken) in &by {
        let invoked = invocations.get(function).map(u64::to_string).unwrap_or_default();
        let calls = taken.calls.join("; ");
        println!("| {function} | {invoked} | {} | {} | {calls} |", taken.reads, taken.writes);
        (reads, writes) = (reads + taken.reads, writes + taken.writes);
    }
    println!("| all | {} | {reads} | {writes} | |", invocations.values().sum::<u64>());
    if let Some(journal) = journal {
        let internal = journal.internal_calls();
        println!("\n{} internal calls:", internal.values().sum::<u64>());
        for (call, times) in internal {
            println!("- {times} × {call}");
        }
    }
}
