//! What one order takes of AWS, with everything that follows from it.

use e2e::{Cloud, Person, Shop};
use serde_json::{Value, json};

/// Places one order and prints each kind of call that followed, with its capacity units.
pub(crate) async fn one_order(cloud: &Cloud, shop: &Shop, buyer: &Person) {
    let sold = shop.sold_today().await["orders"].as_i64().unwrap_or_default();
    shop.add_to_cart(buyer, 1).await;
    settle(cloud).await;
    cloud.control().post("/counters/reset", &json!({})).await.expect_status(204);
    shop.order(buyer, "the-counted-order").await.expect_status(201);
    shop.sold_today_after(sold + 1).await;
    settle(cloud).await;
    let rows = cloud.control().get("/counters").await.expect_status(200).body;
    println!("\n| by | service | operation | on | calls | read units | write units |");
    println!("| --- | --- | --- | --- | --: | --: | --: |");
    let number = |row: &Value, member: &str| row[member].as_f64().unwrap_or_default();
    let (mut reads, mut writes) = (0.0, 0.0);
    for row in rows.as_array().into_iter().flatten() {
        let text = |member: &str| row[member].as_str().unwrap_or("-").to_owned();
        let units = number(row, "capacity_units");
        let writes_rows =
            ["Put", "Update", "Delete", "TransactWrite", "BatchWrite"].map(|w| text("operation").starts_with(w));
        let (read, write) = if writes_rows.contains(&true) { (0.0, units) } else { (units, 0.0) };
        println!(
            "| {} | {} | {} | {} | {} | {read} | {write} |",
            text("principal"),
            text("service"),
            text("operation"),
            text("resource"),
            number(row, "calls"),
        );
        (reads, writes) = (reads + read, writes + write);
    }
    println!("| all | | | | | {reads} | {writes} |");
}

/// Waits until no queue holds a message.
async fn settle(cloud: &Cloud) {
    e2e::until("the queues are empty", || async {
        let queues = cloud.control().get("/queues").await.body;
        let held = |q: &Value| ["visible", "in_flight", "delayed"].iter().any(|m| q[*m].as_u64() != Some(0));
        (!queues.as_array()?.iter().any(held)).then_some(())
    })
    .await;
}
