//! What shoppers do most.

use e2e::{Cloud, PASSWORD};
use serde_json::json;

use crate::load::Load;
use crate::market::{Market, SHOPPERS};
use crate::quiet::quiet;

/// Prints a row for each kind of request, by one client and by eight.
pub(crate) async fn all(cloud: &Cloud, market: &Market) {
    let (caller, me) = (&market.caller, &market.shoppers[0]);
    e2e::until("the profile arrives", || async {
        (caller.get("/v1/users/me", Some(me)).await.status == 200).then_some(())
    })
    .await;
    let credentials = json!({"email": me.email, "password": PASSWORD});
    let load = Load::of(cloud).await;
    for clients in [1, 8] {
        reading(&load, market, clients).await;
        load.run("GET /v1/users/me", clients, 400, |_| async { caller.get("/v1/users/me", Some(me)).await.status })
            .await;
        load.run("POST /v1/auth/login", clients, 60, |_| async {
            caller.post("/v1/auth/login", None, &credentials).await.status
        })
        .await;
        market.empty_carts().await;
        load.run("POST /v1/cart/items", clients, SHOPPERS * 3, |n| {
            market.add(&market.shoppers[n % SHOPPERS], &market.lines[n / SHOPPERS % 3])
        })
        .await;
        for method in ["CASH_ON_DELIVERY", "PAYME"] {
            market.fill_carts(&market.lines).await;
            quiet(cloud).await;
            let what = format!("POST /v1/orders, 3 lines of 2 stores, {method}");
            load.run(&what, clients, SHOPPERS, |n| async move {
                market.order(&market.shoppers[n], method, &format!("bench-{method}-{clients}")).await.status
            })
            .await;
            market.cancel_orders().await;
            quiet(cloud).await;
        }
    }
}

/// A product's page, and a list.
pub(crate) async fn reading(load: &Load<'_>, market: &Market, clients: usize) {
    let caller = &market.caller;
    let page = format!("/v1/products/{}", market.lines[1].product_id);
    load.run("GET /v1/products/{id}", clients, 400, |_| async { caller.get(&page, None).await.status }).await;
    let list = "/v1/products?category=motherboard&limit=20";
    load.run("GET /v1/products, 20 of a category", clients, 400, |_| async { caller.get(list, None).await.status })
        .await;
}
