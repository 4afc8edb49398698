//! What was made and is taken back: lines, addresses, members, products, categories, imports, stores.

use e2e::{Client, Cloud, Person, Shop, cpu_row, ndjson};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_can_be_taken_back() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;
    let shopper = Person::join(&cloud, "shopper", "CUSTOMER").await;
    a_cart_and_an_address(&shop, &shopper).await;
    categories_and_brands(&shop).await;
    products(&cloud, &shop).await;
    imports(&shop).await;
    searches(&cloud, &shop).await;
    stores(&cloud, &shop, &shopper).await;
    cloud.stop().await;
}

async fn a_cart_and_an_address(shop: &Shop, shopper: &Person) {
    let shopper = &shopper.client;
    let line = async || {
        let item = json!({"product_id": shop.product_id, "variant_id": shop.variant_id, "quantity": 2});
        let cart = shopper.post("/v1/cart/items", &item).await.expect_status(201);
        cart.body["lines"][0]["item_id"].as_str().unwrap().to_owned()
    };
    let item_id = line().await;
    let saved = shopper.post("/v1/cart/saved", &json!({"item_id": item_id})).await.expect_status(201);
    assert!(saved.body.to_string().contains(&shop.variant_id), "{}", saved.body);
    let cart = shopper.post(&format!("/v1/cart/saved/{item_id}/restore"), &json!({})).await.expect_status(200);
    assert_eq!(cart.body["lines"][0]["quantity"], 2, "{}", cart.body);
    shopper.post("/v1/cart/saved", &json!({"item_id": item_id})).await.expect_status(201);
    shopper.delete(&format!("/v1/cart/saved/{item_id}")).await.expect_status(204);
    let item_id = line().await;
    shopper.delete(&format!("/v1/cart/items/{item_id}")).await.expect_status(204);
    assert_eq!(shopper.get("/v1/cart").await.expect_status(200).body["lines"], json!([]));

    let address = json!({
        "recipient": "Dilnoza Karimova", "phone": "+998901234567", "region": "UZ-TK", "district": "Chilonzor tumani",
        "street": "Bunyodkor shoh ko'chasi", "house": "12",
    });
    let address = shopper.post("/v1/users/me/addresses", &address).await.expect_status(201).text("address_id");
    shopper.delete(&format!("/v1/users/me/addresses/{address}")).await.expect_status(204);
    shopper.get(&format!("/v1/users/me/addresses/{address}")).await.expect_status(404);
}

async fn products(cloud: &Cloud, shop: &Shop) {
    let (owner, product) = (&shop.owner.client, format!("/v1/products/{}", shop.product_id));
    let specs = json!({"socket": "AM5", "cores": 8, "threads": 16, "base_clock": 4.7, "boost_clock": 5.2, "tdp": 120});
    let page = owner.call("PUT", &format!("{product}/specifications"), Some(&specs)).await.expect_status(200);
    let tdp = page.body["specs"].as_array().unwrap().iter().find(|spec| spec["name"] == "tdp");
    assert_eq!(tdp.and_then(|spec| spec["value"].as_f64()), Some(120.0), "{}", page.body);
    let variant = json!({
        "sku": "ryzen-9800x3d-tray", "options": {"Qadoq": "Tray"}, "stock": 3,
        "price": {"amount": 430_000_000, "currency": "UZS"},
    });
    let page = owner.post(&format!("{product}/variants"), &variant).await.expect_status(201);
    let variants = page.body["variants"].as_array().unwrap();
    let tray = variants.iter().find(|variant| variant["sku"] == "ryzen-9800x3d-tray").unwrap();
    let tray = tray["variant_id"].as_str().unwrap();
    let count = json!({"variant_id": tray, "adjust": -3, "note": "Qaytarildi"});
    let counting = owner.with("idempotency-key", "three-went-back");
    let stock = counting.patch(&format!("{product}/inventory"), &count).await.expect_status(200);
    assert_eq!(stock.body["on_hand"], 0);
    let again = counting.patch(&format!("{product}/inventory"), &count).await.expect_status(200);
    assert_eq!(again.body["on_hand"], 0, "a repeated request moves nothing");
    let left = owner.delete(&format!("{product}/variants/{tray}")).await.expect_status(200);
    assert_eq!(left.body["variants"].as_array().unwrap().len(), 1);

    let off = owner.post(&format!("{product}/unpublish"), &json!({})).await.expect_status(200);
    assert_eq!(off.body["status"], "INACTIVE");
    cloud.client().get(&product).await.expect_status(404);
    owner.post(&format!("{product}/publish"), &json!({})).await.expect_status(200);
    owner.delete(&product).await.expect_status(204);
    cloud.client().get(&product).await.expect_status(404);
    let refused = owner.post(&format!("{product}/publish"), &json!({})).await.expect_status(409);
    assert_eq!(refused.code(), "status-not-possible");
}

async fn categories_and_brands(shop: &Shop) {
    let (owner, admin) = (&shop.owner.client, &shop.admin.client);
    let brand = owner.post("/v1/brands", &json!({"name": "Artel"})).await.expect_status(201);
    assert_eq!(brand.body["status"], "PENDING", "{}", brand.body);
    let taken = owner.post("/v1/brands", &json!({"name": "ARTEL"})).await.expect_status(409);
    assert_eq!((taken.code(), taken.text("slug")), ("brand-taken", brand.text("slug")));
    let in_use = admin.delete("/v1/admin/categories/cpu").await.expect_status(409);
    assert_eq!(in_use.code(), "category-in-use");
    admin.delete("/v1/admin/categories/motherboard").await.expect_status(204);
    owner.get("/v1/categories/motherboard").await.expect_status(404);
}

async fn imports(shop: &Shop) {
    let owner = &shop.owner.client;
    let rows = ndjson(&[cpu_row("ryzen-9700x", 3_400_000, 4), cpu_row("ryzen-9600x", 2_600_000, 4)]);
    let announce = async || {
        let path = format!(
            "/v1/stores/{}/imports?category=cpu&map=title=metadata.name&map=brand=metadata.manufacturer&map=sku=opendb_id",
            shop.store_id
        );
        let file = json!({"upload": {"content_length": rows.len(), "content_type": "application/x-ndjson"}});
        let import = owner.post(&path, &file).await.expect_status(202);
        let id = import.text("import_id");
        (format!("/v1/stores/{}/imports/{id}", shop.store_id), import.body["upload"].clone())
    };
    let (uploaded, to) = announce().await;
    let early = owner.post(&format!("{uploaded}/start"), &json!({})).await.expect_status(409);
    assert_eq!(early.code(), "not-uploaded");
    put(&to, rows.clone()).await;
    owner.post(&format!("{uploaded}/start"), &json!({})).await.expect_status(202);
    let import = e2e::within_two_minutes("the uploaded file is imported", || async {
        let import = owner.get(&uploaded).await.expect_status(200);
        (import.body["status"] == "COMPLETED").then_some(import.body)
    })
    .await;
    assert_eq!((&import["accepted"], &import["total"]), (&json!(2), &json!(2)), "{import}");

    let (given_up, _) = announce().await;
    let cancelled = owner.post(&format!("{given_up}/cancel"), &json!({})).await.expect_status(200);
    assert_eq!(cancelled.body["status"], "CANCELLED", "{}", cancelled.body);
    let over = owner.post(&format!("{uploaded}/cancel"), &json!({})).await.expect_status(409);
    assert_eq!(over.code(), "import-over");
}

/// Sends a file to where an upload says.
async fn put(to: &Value, file: Vec<u8>) {
    let client = to["headers"].as_object().unwrap().iter().fold(Client::new(""), |client, (name, value)| {
        if name.eq_ignore_ascii_case("content-type") { client } else { client.with(name, value.as_str().unwrap()) }
    });
    let sent = client.send("PUT", to["url"].as_str().unwrap(), Some(("application/x-ndjson", file))).await;
    sent.expect_status(200);
}

async fn searches(cloud: &Cloud, shop: &Shop) {
    let visitor = "0198e4c2-0000-7000-8000-0000000000aa";
    let search = json!({"id": visitor, "type": "PRODUCT_SEARCH", "at": e2e::now(), "term": "Ryzen"});
    let reports = json!({"visitor_id": visitor, "session_id": visitor, "device": "DESKTOP", "events": [search]});
    cloud.client().post("/v1/analytics/events", &reports).await.expect_status(202);
    let day = (e2e::now().parse::<Timestamp>().unwrap() + 5.hours()).strftime("%F").to_string();
    let found = shop.admin.client.get(&format!("/v1/analytics/search?day={day}")).await.expect_status(200);
    assert_eq!(found.body["terms"][0]["term"], "ryzen", "{}", found.body);
}

async fn stores(cloud: &Cloud, shop: &Shop, shopper: &Person) {
    let (owner, admin, store) = (&shop.owner.client, &shop.admin.client, format!("/v1/stores/{}", shop.store_id));
    let review = |verb: &str| format!("/v1/admin/stores/{}/{verb}", shop.store_id);
    let invite = async || {
        let invitation = json!({"user_id": shopper.id, "role": "VIEWER"});
        owner.post(&format!("{store}/staff"), &invitation).await.expect_status(201);
        shopper.client.post(&format!("{store}/staff/accept"), &json!({})).await.expect_status(200);
    };
    invite().await;
    shopper.client.delete(&format!("{store}/staff/me")).await.expect_status(204);
    invite().await;
    owner.delete(&format!("{store}/staff/{}", shopper.id)).await.expect_status(204);
    let staff = owner.get(&format!("{store}/staff")).await.expect_status(200);
    assert_eq!(staff.body["items"].as_array().unwrap().len(), 1, "{}", staff.body);

    let reason = json!({"reason": "Hujjatlar yetishmaydi"});
    let stopped = admin.post(&review("suspend"), &reason).await.expect_status(200);
    assert_eq!(stopped.body["status"], "SUSPENDED", "{}", stopped.body);
    cloud.client().get(&store).await.expect_status(404);
    let going_on = admin.post(&review("reinstate"), &reason).await.expect_status(200);
    assert_eq!(going_on.body["status"], "ACTIVE", "{}", going_on.body);
    owner.delete(&store).await.expect_status(204);
    cloud.client().get(&store).await.expect_status(404);

    let second = json!({
        "name": "Ikkinchi do'kon", "type": "BUSINESS", "stir": "301234567", "region": "UZ-TK",
        "contacts": {"phone": "+998901234567", "email": "info@texno.example"},
    });
    let second = owner.post("/v1/stores", &second).await.expect_status(201).text("store_id");
    owner.post(&format!("/v1/stores/{second}/submit"), &json!({})).await.expect_status(200);
    let back = admin.post(&format!("/v1/admin/stores/{second}/reject"), &reason).await.expect_status(200);
    assert_eq!(back.body["status"], "PENDING", "{}", back.body);
}
