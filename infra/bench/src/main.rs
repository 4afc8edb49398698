//! What the laptop cloud and the functions take, measured in one run: `cargo run --release -p bench`.
//!
//! Numbers of different machines do not compare; ratios within one run do. CPU is that of the whole cloud: the host with
//! its gateways, tables and queues, Cognito, and every function.

mod counters;
mod cpu;
mod load;

use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::{Cloud, PASSWORD, Person, Shop};
use futures::StreamExt;
use load::Load;
use serde_json::json;

/// Shoppers who order: each may have three open cash orders.
const SHOPPERS: usize = 80;
/// Orders a shopper may have open.
const ORDERS_EACH: usize = 3;

#[tokio::main]
async fn main() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 1_000_000).await;
    eprintln!("{SHOPPERS} shoppers register");
    let join = |n: usize| {
        let cloud = &cloud;
        async move { Person::join(cloud, &format!("bench-{n}"), "CUSTOMER").await }
    };
    let shoppers: Vec<Person> = futures::stream::iter(0..SHOPPERS).map(join).buffer_unordered(4).collect().await;
    let me = &shoppers[0];
    e2e::until("the profile arrives", || async { (me.client.get("/v1/users/me").await.status == 200).then_some(()) })
        .await;

    let load = Load::new(&cloud);
    let (guest, product) = (cloud.client(), format!("/v1/products/{}", shop.product_id));
    let credentials = json!({"email": me.email, "password": PASSWORD});
    let next = AtomicUsize::new(0);
    println!("| request | clients | requests/s | p50 ms | p99 ms | CPU-ms each |");
    println!("| --- | --: | --: | --: | --: | --: |");
    for clients in [1, 8] {
        load.run("GET /v1/users/me", clients, 400, || async { me.client.get("/v1/users/me").await.status }).await;
        load.run("GET /v1/products/{id}", clients, 400, || async { guest.get(&product).await.status }).await;
        load.run("POST /v1/auth/login", clients, 60, || async {
            guest.post("/v1/auth/login", &credentials).await.status
        })
        .await;
        let orders = SHOPPERS * ORDERS_EACH / 2;
        load.run("POST /v1/cart/items + /v1/orders", clients, orders, || async {
            let n = next.fetch_add(1, Ordering::Relaxed);
            shop.buy(&shoppers[n % SHOPPERS], 1, &format!("bench-order-{n}")).await.status
        })
        .await;
    }
    let buyer = Person::join(&cloud, "bench-counted", "CUSTOMER").await;
    counters::one_order(&cloud, &shop, &buyer).await;
    cloud.stop().await;
}
