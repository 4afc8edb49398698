//! What the laptop cloud and the functions take, measured in one run: `cargo run --release -p bench`.
//!
//! Numbers of different machines do not compare; ratios within one run do. CPU is that of the whole cloud: the host with
//! its gateways, tables and queues, Cognito, and every function, until no message is left.

mod caller;
mod counters;
mod cpu;
mod journal;
mod load;
mod market;
mod quiet;
mod race;

use e2e::{Cloud, PASSWORD};
use load::Load;
use market::{Market, SHOPPERS};
use serde_json::json;

#[tokio::main]
async fn main() {
    let cloud = Cloud::start().await;
    let market = Market::open(&cloud).await;
    let me = &market.shoppers[0];
    e2e::until("the profile arrives", || async {
        (market.caller.get("/v1/users/me", Some(me)).await.status == 200).then_some(())
    })
    .await;
    counters::checkouts(&cloud, &market).await;
    market.cancel_orders().await;
    loads(&cloud, &market).await;
    race::last_pieces(&market).await;
    cloud.stop().await;
}

async fn loads(cloud: &Cloud, market: &Market) {
    let (caller, me) = (&market.caller, &market.shoppers[0]);
    let page = format!("/v1/products/{}", market.lines[0].product_id);
    let credentials = json!({"email": me.email, "password": PASSWORD});
    let load = Load::of(cloud).await;
    for clients in [1, 8] {
        load.run("GET /v1/products/{id}", clients, 400, |_| async { caller.get(&page, None).await.status }).await;
        let list = "/v1/products?category=motherboard&limit=20";
        load.run("GET /v1/products, 20 of a category", clients, 400, |_| async { caller.get(list, None).await.status })
            .await;
        load.run("GET /v1/users/me", clients, 400, |_| async { caller.get("/v1/users/me", Some(me)).await.status })
            .await;
        load.run("POST /v1/auth/login", clients, 60, |_| async {
            caller.post("/v1/auth/login", None, &credentials).await.status
        })
        .await;
        load.run("POST /v1/cart/items", clients, SHOPPERS * 4, |n| {
            market.add(&market.shoppers[n % SHOPPERS], &market.lines[n / SHOPPERS % 3])
        })
        .await;
        for method in ["CASH_ON_DELIVERY", "PAYME"] {
            market.fill_carts(&market.lines).await;
            quiet::quiet(cloud).await;
            let what = format!("POST /v1/orders, 3 lines of 2 stores, {method}");
            load.run(&what, clients, SHOPPERS, |n| async move {
                market.order(&market.shoppers[n], method, &format!("bench-{method}-{clients}")).await.status
            })
            .await;
            market.cancel_orders().await;
            quiet::quiet(cloud).await;
        }
    }
}
