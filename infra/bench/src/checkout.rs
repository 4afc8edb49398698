//! What one checkout takes of AWS, with everything that follows.

use std::time::Duration;

use e2e::{Cloud, Payme};
use serde_json::Value;

use crate::market::Market;
use crate::quiet::quiet;
use crate::usage::{Usage, reset};

/// Whose sweep shows that all of this minute's sweeps are under way.
const SWEEPER: &str = "order-worker";
/// How long all of a minute's sweeps take at most.
const SWEEPS: Duration = Duration::from_secs(3);
/// The most write and read units that a checkout in cash should take.
const AIM: (f64, f64) = (50.0, 30.0);

/// Prints what a minute's sweeps take for nothing, then what a checkout of three lines from two stores takes, paid in
/// cash and by Payme. The checkouts follow a sweep, so that none falls into them.
pub(crate) async fn all(cloud: &Cloud, market: &Market) {
    eprintln!("waiting for a minute's sweeps");
    market.fill_carts(&market.lines).await;
    quiet(cloud).await;
    reset(cloud).await;
    while !Usage::of(cloud).await.calls.iter().any(|call| call.function == SWEEPER) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    tokio::time::sleep(SWEEPS).await;
    let idle = Usage::of(cloud).await;
    let (reads, writes) = (idle.reads(), idle.writes());
    println!("\nThe sweeps of one idle minute take {writes} write units and {reads} read units.");

    let [in_cash, by_payme, ..] = market.shoppers.as_slice() else { panic!("there are shoppers") };
    reset(cloud).await;
    let placed = market.order(in_cash, "CASH_ON_DELIVERY", "the-counted-cash").await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    quiet(cloud).await;
    let usage = Usage::of(cloud).await;
    print("One checkout of 3 lines from 2 stores, in cash", &usage);
    println!("\nAim: at most {} write and {} read units.", AIM.0, AIM.1);

    reset(cloud).await;
    let placed = market.order(by_payme, "PAYME", "the-counted-payme").await;
    assert_eq!(placed.status, 201, "{}", placed.body);
    quiet(cloud).await;
    print("One checkout of 3 lines from 2 stores, to be paid by Payme", &Usage::of(cloud).await);

    reset(cloud).await;
    pay(cloud, &placed.body).await;
    quiet(cloud).await;
    print("Its payment: CheckPerform-, Create- and PerformTransaction", &Usage::of(cloud).await);
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

/// A row for each operation of a function on a table, a queue or another function; then the sums.
fn print(what: &str, usage: &Usage) {
    println!("\n{what}\n\n| function | operation | on | calls | write units | read units |");
    println!("| --- | --- | --- | --: | --: | --: |");
    for call in &usage.calls {
        let refused = if call.refused > 0 { format!(" ({} refused)", call.refused) } else { String::new() };
        let units = |units: f64| if call.service == "dynamodb" { units.to_string() } else { String::new() };
        println!(
            "| {} | {} | {} | {}{refused} | {} | {} |",
            call.function,
            call.operation,
            call.resource,
            call.calls,
            units(call.writes),
            units(call.reads)
        );
    }
    println!("| **all** | | | | **{}** | **{}** |", usage.writes(), usage.reads());
    let sum = |service: &str| usage.calls.iter().filter(|c| c.service == service).map(|c| c.calls).sum::<u64>();
    let functions: Vec<_> = usage.functions.iter().map(|f| format!("{} {}", f.name, f.invocations)).collect();
    let invocations: u64 = usage.functions.iter().map(|f| f.invocations).sum();
    println!(
        "\n{invocations} invocations ({}), {} internal calls, {} requests to SQS by functions, {:.0} CPU-ms of functions.",
        functions.join(", "),
        sum("execute-api"),
        sum("sqs"),
        usage.cpu_ms()
    );
}
