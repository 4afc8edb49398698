use std::collections::BTreeMap;

use e2e::access::{CALLERS, Outcome, rows};
use e2e::{Client, Cloud, Person, Shop};
use serde_json::{Value, json};

/// What the addresses of the table name.
struct World {
    callers: [Client; 7],
    internal: [Client; 7],
    names: BTreeMap<&'static str, String>,
}

async fn world(cloud: &Cloud) -> World {
    let shop = Shop::open(cloud, 100).await;
    let shopper = Person::join(cloud, "shopper", "CUSTOMER").await;
    let other = Person::join(cloud, "other", "CUSTOMER").await;
    let foreign = Person::join(cloud, "foreign", "VENDOR").await;
    Shop::open_store(&foreign, &shop.admin, "Boshqa do'kon").await;
    let order = shop.buy(&shopper, 1, "for-the-access-table").await.expect_status(201);
    let order_id = shopper.client.get("/v1/orders").await.expect_status(200).body["items"][0]["order_id"].clone();
    let told = e2e::until("the shopper is told", || async {
        shopper.client.get("/v1/users/me/notifications").await.body["items"].as_array()?.first().cloned()
    })
    .await;
    for person in [&other, &foreign, &shop.owner, &shop.admin] {
        let ready = || async { (person.client.get("/v1/users/me").await.status == 200).then_some(()) };
        e2e::until("every profile arrives", ready).await;
    }
    e2e::until("the cart was emptied", || async {
        shopper.client.get("/v1/cart").await.body["lines"].as_array()?.is_empty().then_some(())
    })
    .await;
    let cart = shop.add_to_cart(&shopper, 1).await;
    let address = json!({
        "recipient": "Aziza", "phone": "+998901234567", "region": "UZ-TK", "district": "Yunusobod", "street": "Amir Temur",
        "house": "1",
    });
    let address = shopper.client.post("/v1/users/me/addresses", &address).await.expect_status(201);
    let invitation = json!({"user_id": shopper.id, "role": "VIEWER"});
    shop.owner.client.post(&format!("/v1/stores/{}/staff", shop.store_id), &invitation).await.expect_status(201);
    let review = reviewed(&shop, &shopper, order_id.as_str().unwrap()).await;
    let imports = shop.owner.client.get(&format!("/v1/stores/{}/imports", shop.store_id)).await.expect_status(200);
    let page = cloud.client().get(&format!("/v1/products/{}", shop.product_id)).await.expect_status(200);
    let store = cloud.client().get(&format!("/v1/stores/{}", shop.store_id)).await.expect_status(200);
    let text = |v: &Value| v.as_str().unwrap_or_else(|| panic!("no id: {v} (of {})", order.body)).to_owned();
    let names = BTreeMap::from([
        ("{session_id}", shopper.refresh_token.split('.').next().unwrap().to_owned()),
        ("{user_id}", shopper.id.clone()),
        ("{notification_id}", text(&told["notification_id"])),
        ("{store_id}", shop.store_id.clone()),
        ("{slug}", store.text("slug")),
        ("{category}", "cpu".to_owned()),
        ("{brand}", "amd".to_owned()),
        ("{product_id}", shop.product_id.clone()),
        ("{product_slug}", page.text("slug")),
        ("{variant_id}", shop.variant_id.clone()),
        ("{image_id}", shop.show_image(&shop.product_id).await),
        ("{import_id}", text(&imports.body["items"][0]["import_id"])),
        ("{item_id}", text(&cart.body["lines"][0]["item_id"])),
        ("{order_id}", text(&order_id)),
        ("{review_id}", review),
        ("{refund_id}", text(&order_id)),
        ("{checkout_id}", order.text("checkout_id")),
        ("{address_id}", address.text("address_id")),
        ("{visitor_id}", "0198e4c2-0000-7000-8000-0000000000aa".to_owned()),
        ("{file}", "swagger-ui.css".to_owned()),
        ("{reservation_id}", "0198e4c2-0000-7000-8000-000000000001".to_owned()),
    ]);
    let tokens = [None, Some(&shopper), Some(&other), Some(&shop.owner), Some(&foreign), Some(&shop.admin)];
    let session = cloud.client().post("/v1/cart/session", &json!({})).await.expect_status(201).text("session");
    let of = |base: &str| {
        let client = Client::new(base);
        let [nobody, signed_in @ ..] = tokens.map(|p| p.map_or(client.clone(), |p| client.token(&p.access_token)));
        let [shopper, other, staff, foreign, admin] = signed_in;
        [nobody, client.with("cart-session", &session), shopper, other, staff, foreign, admin]
    };
    let internal = cloud.endpoints["apis"]["InternalApi"].as_str().unwrap();
    World { callers: of(cloud.text("public_url")), internal: of(internal), names }
}

/// The shopper's review of the product, which everybody sees.
async fn reviewed(shop: &Shop, shopper: &Person, order: &str) -> String {
    for to in ["CONFIRMED", "PROCESSING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"] {
        let path = format!("/v1/stores/{}/orders/{order}/transitions", shop.store_id);
        shop.owner.client.post(&path, &json!({"to": to})).await.expect_status(200);
    }
    let (path, words) = (format!("/v1/products/{}/reviews", shop.product_id), json!({"rating": 5, "text": "Zo'r"}));
    let review = e2e::until("the delivery is known where reviews are", || async {
        let reply = shopper.client.post(&path, &words).await;
        (reply.status == 201).then(|| reply.text("review_id"))
    })
    .await;
    let approve = format!("/v1/admin/reviews/{review}/approve");
    shop.admin.client.post(&approve, &json!({"revision": 1})).await.expect_status(200);
    review
}

/// What a reading route asks for beside its path.
fn query(path: &str) -> &'static str {
    match path {
        "/v1/products" => "?category=cpu",
        "/v1/admin/audit-logs" => "?resource=store/x",
        "/v1/admin/stores" => "?status=ACTIVE",
        "/v1/admin/ledger" => "?store_id={store_id}",
        "/v1/admin/analytics/events" | "/v1/admin/analytics/reports" => "?hour=2026-11-23T11",
        "/v1/analytics/search" => "?day=2026-11-23",
        path if path.contains("analytics") => "?from=2026-11-01&to=2026-11-23",
        _ => "",
    }
}

/// A body that reads where the row that decides is known only after it. Elsewhere an empty one: what validation says of
/// it comes after access.
fn body(path: &str) -> Value {
    match path {
        "/v1/users/me/notifications/{notification_id}" => json!({"read": true}),
        // Its shopper has cancelled the order by the time an admin does.
        "/v1/stores/{store_id}/orders/{order_id}/transitions" => json!({"to": "CONFIRMED"}),
        "/v1/admin/orders/{order_id}/transitions" => json!({"to": "CANCELLED"}),
        "/v1/cart/items/{item_id}" => json!({"quantity": 2}),
        // A whole one: what it writes takes rights of its own.
        "/v1/analytics/events" => {
            let id = "0198e4c2-0000-7000-8000-0000000000aa";
            let view = json!({"id": id, "type": "PAGE_VIEW", "at": e2e::now(), "path": "/"});
            json!({"visitor_id": id, "session_id": id, "events": [view]})
        }
        "/v1/products/{product_id}/inventory" => json!({"adjust": 1}),
        "/v1/products/{product_id}/images" => {
            json!({"content_type": "image/png", "content_length": 70, "alt": {"uz": "Yonidan"}})
        }
        "/v1/products/{product_id}/reviews/{review_id}/reply" => json!({"text": "Rahmat"}),
        "/v1/products/{product_id}/reviews/{review_id}/report" => json!({"reason": "OTHER"}),
        "/v1/products/{product_id}/variants" => json!({
            "sku": "access-table", "options": {"Rang": "Qora"}, "price": {"amount": 100, "currency": "UZS"},
        }),
        _ => json!({}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_and_refuses_whom_the_table_says() {
    let cloud = Cloud::start().await;
    let world = world(&cloud).await;
    let mut wrong = Vec::new();
    for row in rows() {
        let reads = row.method == "GET";
        let path = format!("{}{}", row.path, if reads { query(row.path) } else { "" });
        let path = world.names.iter().fold(path, |path, (name, id)| path.replace(name, id));
        assert!(!path.contains('{'), "{path} names something that the world lacks");
        let internal = path.starts_with("/internal/");
        let clients = if internal { &world.internal } else { &world.callers };
        for ((client, caller), outcome) in clients.iter().zip(CALLERS).zip(row.outcomes) {
            if outcome == Outcome::Elsewhere {
                continue;
            }
            let body = (!reads && row.method != "DELETE").then(|| body(row.path));
            let client = client.with("idempotency-key", "for-the-access-table");
            let reply = client.call(row.method, &path, body.as_ref()).await;
            let as_said = match outcome {
                Outcome::Elsewhere => true,
                Outcome::Refused(status) => reply.status == status,
                // A picture is elsewhere.
                Outcome::In if row.path == "/v1/images/{image_id}" => reply.status == 302,
                Outcome::In if reads || row.method == "DELETE" => (200..300).contains(&reply.status),
                // Signing in with nothing is told so; it is not the route that refuses.
                Outcome::In if row.path.starts_with("/v1/auth/") => reply.status < 500 && reply.status != 403,
                Outcome::In => reply.status < 500 && ![401, 403, 404].contains(&reply.status),
            };
            if !as_said {
                wrong.push(format!(
                    "{caller}: {} {path} → {} {}, not {outcome:?}",
                    row.method,
                    reply.status,
                    reply.code()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    cloud.stop().await;
}
