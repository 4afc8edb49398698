use super::*;

fn skus(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap()).collect()
}

impl World {
    async fn posted(&self, path: &str, body: &Value) -> Reply {
        self.manage(by_owner(Call::new("POST", path).json(body))).await
    }
}

#[tokio::test]
async fn a_list_is_narrowed_by_what_the_filters_offer() {
    let w = World::with_catalogue().await;
    let mut rows: Vec<_> = (0..4).map(|n| cpu(&format!("p-{n}"), 1_000_000 + n, 3)).collect();
    rows[1]["socket"] = "AM4".into();
    rows[2]["cores"]["total"] = 16.into();
    rows[3]["metadata"]["manufacturer"] = "Intel".into();
    w.import(&rows).await;
    let filters = w.read(get("/v1/categories/cpu/filters")).await.body;
    let spec = |name: &str| filters["specs"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone();
    assert_eq!(filters["products"], 4);
    let values = json!([{"value": "AM4", "products": 1}, {"value": "AM5", "products": 3}]);
    assert_eq!((spec("socket")["values"].clone(), spec("socket")["source"].clone()), (values, Value::Null));
    assert_eq!((spec("cores")["min"].as_f64(), spec("cores")["max"].as_f64()), (Some(8.0), Some(16.0)));
    assert_eq!(filters["brands"][0], json!({"slug": "amd", "name": "AMD", "products": 3}));
    assert_eq!(filters["price"]["max"]["amount"], 100_000_300);
    for (query, expected) in [
        ("spec.socket=AM4", &["p-1"][..]),
        ("spec%5Bsocket%5D=am5&spec.socket=AM4&sort=price", &["p-0", "p-1", "p-2", "p-3"]),
        ("spec.cores=9..&sort=-price", &["p-2"]),
        ("brand=intel", &["p-3"]),
        ("max_price=100000100&sort=-price", &["p-1", "p-0"]),
        ("condition=USED", &[]),
        ("utm_source=x&brand=intel", &["p-3"]),
    ] {
        for scope in ["category=cpu", ""] {
            let page = w.read(get(&format!("/v1/products?{query}&{scope}"))).await;
            assert_eq!(skus(&page.body), expected, "{query} {scope}");
        }
    }
    for (query, said) in [("spec.colour=red", "spec.colour"), ("spec.cores=many", "spec.cores"), ("sort=best", "sort")]
    {
        let refused = w.read(get(&format!("/v1/products?category=cpu&{query}"))).await;
        assert_eq!(refused.status, 400);
        assert!(refused.body["detail"].as_str().unwrap().contains(said), "{}", refused.body);
    }
}

#[tokio::test]
async fn a_brand_is_listed_once_it_is_verified() {
    let w = World::with_catalogue().await;
    let made = w.posted("/v1/brands", &json!({"name": "be quiet!"})).await;
    assert_eq!((made.status, made.body["slug"].as_str()), (201, Some("be-quiet")));
    let again = w.posted("/v1/brands", &json!({"name": "Be Quiet"})).await;
    assert_eq!(
        (again.status, again.body["code"].as_str(), again.body["slug"].as_str()),
        (409, Some("brand-taken"), Some("be-quiet"))
    );
    let listed = || async { w.read(get("/v1/brands")).await.body["items"].as_array().unwrap().len() };
    assert_eq!(listed().await, 0);
    let waiting = w.manage(by_admin(get("/v1/admin/brands"))).await.body;
    assert_eq!(waiting["items"][0]["status"], "PENDING");
    let verified = w.manage(by_admin(Call::new("POST", "/v1/admin/brands/be-quiet/verify"))).await;
    assert_eq!((verified.status, verified.body["verified"].as_bool()), (200, Some(true)));
    assert_eq!((listed().await, w.read(get("/v1/brands/be-quiet")).await.status), (1, 200));
    let renamed = Call::new("PATCH", "/v1/admin/brands/be-quiet").json(&json!({"name": "Noctua"}));
    let renamed = w.manage(by_admin(renamed).header("accept-language", "ru")).await;
    assert_eq!((renamed.status, renamed.body["errors"][0]["code"].as_str()), (422, Some("other-brand")));
    assert!(renamed.body["errors"][0]["message"].as_str().unwrap().contains("написание"));
}

#[tokio::test]
async fn a_draft_is_seen_by_its_store_alone() {
    let w = World::with_catalogue().await;
    let specs = json!({"socket": "AM5", "cores": 8, "threads": 16, "base_clock": 4.7});
    let price = json!({"amount": 685_000_000, "currency": "UZS"});
    let new = json!({"sku": "a", "category": "cpu", "price": price, "title": {"uz": "Ryzen"}, "brand": "AMD"});
    let made = w.posted(&format!("/v1/stores/{}/products", store()), &new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (page, slug) = (format!("/v1/products/{}", id_of("a")), made.body["slug"].as_str().unwrap());
    let hidden = [page.clone(), format!("/v1/products/slug/{slug}"), format!("{page}/price-history")];
    for path in &hidden {
        assert_eq!(w.read(get(path)).await.status, 404, "{path}");
    }
    let own = by_owner(get(&format!("/v1/stores/{}/products/{}", store(), id_of("a"))));
    assert_eq!(w.manage(own).await.body["status"], "DRAFT");
    let early = w.posted(&format!("{page}/publish"), &Value::Null).await;
    assert_eq!((early.status, early.body["errors"].as_array().unwrap().len()), (422, 3));
    let wrong = by_owner(Call::new("PUT", &format!("{page}/specifications")).json(&json!({"socket": "X", "wings": 2})));
    let wrong = w.manage(wrong.header("accept-language", "en")).await;
    assert_eq!((wrong.status, wrong.body["errors"].as_array().unwrap().len()), (422, 2));
    let said = w.manage(by_owner(Call::new("PUT", &format!("{page}/specifications")).json(&specs))).await;
    assert_eq!(said.status, 200, "{}", said.body);
    assert_eq!(w.posted(&format!("{page}/publish"), &Value::Null).await.body["status"], "ACTIVE");
    for path in &hidden {
        assert_eq!(w.read(get(path)).await.status, 200, "{path}");
    }
    assert_eq!(w.posted(&format!("{page}/unpublish"), &Value::Null).await.body["status"], "INACTIVE");
    assert_eq!(w.read(get(&page)).await.status, 404);
    assert_eq!(w.manage(by_owner(Call::new("DELETE", &page))).await.status, 204);
    let back = w.posted(&format!("{page}/publish"), &Value::Null).await;
    assert_eq!((back.status, back.body["code"].as_str()), (409, Some("status-not-possible")));
}

#[tokio::test]
async fn variants_are_added_changed_and_removed_by_staff_and_change_the_page() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let page = format!("/v1/products/{}", id_of("a"));
    let tag = w.read(get(&page)).await.header("etag").unwrap().to_owned();
    let new = json!({
        "sku": "a-tray", "options": {"Qadoq": "OEM"}, "price": {"amount": 90_000_000, "currency": "UZS"}, "stock": 2,
    });
    let stranger = Call::new("POST", &format!("{page}/variants")).json(&new).user(shopper(), PlatformRole::Vendor);
    assert_eq!(w.manage(stranger).await.status, 403);
    let added = w.posted(&format!("{page}/variants"), &new).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let changed = w.read(get(&page).header("if-none-match", &tag)).await;
    assert_eq!((changed.status, changed.body["variants"].as_array().unwrap().len()), (200, 2));
    let list = w.read(get("/v1/products?category=cpu")).await.body;
    assert_eq!(
        (list["items"][0]["price"]["amount"].as_i64(), list["items"][0]["variants"].as_u64()),
        (Some(90_000_000), Some(2))
    );
    let all = w.manage(by_owner(get(&format!("/v1/stores/{}/products/all", store())))).await.body;
    assert_eq!(skus(&all), ["a"], "a variant is no product");
    let variant = format!("{page}/variants/{}", added.body["variants"][1]["variant_id"].as_str().unwrap());
    let dearer = json!({"price": {"amount": 95_000_000, "currency": "UZS"}});
    assert_eq!(w.manage(by_owner(Call::new("PATCH", &variant).json(&dearer))).await.status, 200);
    let id = added.body["variants"][1]["variant_id"].as_str().unwrap();
    let prices = w.read(get(&format!("{page}/price-history?variant_id={id}"))).await.body;
    assert_eq!(
        (
            prices["price"]["amount"].as_i64(),
            prices["lowest_in_30_days"]["amount"].as_i64(),
            prices["items"].as_array().unwrap().len()
        ),
        (Some(95_000_000), Some(90_000_000), 1)
    );
    let availability = w.inventory(get(&format!("{page}/availability"))).await.body;
    assert_eq!(availability["variants"].as_array().unwrap().len(), 2);
    assert_eq!(w.manage(by_owner(Call::new("DELETE", &variant))).await.status, 200);
    let gone = w.manage(by_owner(Call::new("DELETE", &variant))).await;
    assert_eq!(gone.status, 404);
    let default = format!("{page}/variants/{}", added.body["variants"][0]["variant_id"].as_str().unwrap());
    let kept = w.manage(by_owner(Call::new("DELETE", &default))).await;
    assert_eq!((kept.status, kept.body["code"].as_str()), (409, Some("default-variant")));
}

#[tokio::test]
async fn a_retired_category_is_seen_by_admins_alone() {
    let w = World::with_catalogue().await;
    let retire = || by_admin(Call::new("DELETE", "/v1/admin/categories/motherboard"));
    assert_eq!(w.manage(retire()).await.status, 204);
    assert_eq!(w.manage(retire()).await.status, 204, "again is the same");
    assert_eq!(w.read(get("/v1/categories/motherboard")).await.status, 404);
    let hidden = w.manage(by_admin(get("/v1/admin/categories"))).await.body;
    assert_eq!(
        (hidden["items"][0]["slug"].as_str(), hidden["items"][0]["retired"].as_bool()),
        (Some("motherboard"), Some(true))
    );
    let again = w.manage(by_admin(Call::new("POST", "/v1/admin/categories").json(&catalogue("motherboard")))).await;
    assert_eq!((again.status, again.body["code"].as_str()), (409, Some("slug-taken")));
}
