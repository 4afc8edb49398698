//! The routes through the whole service, and the sample events through the real handlers.

mod catalogue;
mod images;
mod imports;
mod reviews;
mod standing;

use contracts::{PlatformRole, Service};
use domain::UserId;
use lambda::testing::{Call, Reply, published};
use serde_json::{Value, json};

use super::{inventory, manage, read};
use crate::consume::handle;
use crate::domain::{Import, ImportStatus};
use crate::table::{Delivery, delivery_key, import_key};
use crate::testbed::{World, catalogue, cpu, id_of, owner, shopper, store};

fn sample(name: &str) -> Value {
    let path = format!("{}/../../events/tech-product-{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

impl World {
    async fn read(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(read(), self.reading())).await
    }

    async fn manage(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(manage(), self.intake.clone())).await
    }

    async fn inventory(&self, call: Call) -> Reply {
        call.send(&lambda::http::service(inventory(), self.ctx.clone())).await
    }
}

fn get(path: &str) -> Call {
    Call::new("GET", path)
}

fn by_owner(call: Call) -> Call {
    call.user(owner(), PlatformRole::Vendor)
}

fn by_admin(call: Call) -> Call {
    call.user(UserId::derived("admin"), PlatformRole::Admin)
}

#[tokio::test]
async fn every_sample_request_is_answered() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("9800x3d", 6_850_000, 12)]).await;
    let recorded = |name: &str| Call::recorded(sample(name));
    for name in ["categories", "list", "narrowed", "filters", "brands", "product"] {
        let (name, status) = (format!("read.{name}"), 200);
        let reply = w.read(recorded(&name)).await;
        assert_eq!(reply.status, status, "{name}: {}", reply.body);
    }
    for (name, status) in [
        ("manage.category", 201),
        ("manage.import", 202),
        ("manage.product", 201),
        ("manage.brand", 201),
        ("manage.variant", 201),
    ] {
        let reply = w.manage(recorded(name)).await;
        assert_eq!(reply.status, status, "{name}: {}", reply.body);
    }
    for name in ["inventory.availability", "inventory.count", "inventory.offer", "inventory.reserve"] {
        let reply = w.inventory(recorded(name)).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
    }
    let stock = w.stock("9800x3d").await;
    assert_eq!((stock.on_hand, stock.reserved, stock.available), (15, 2, 13));
}

#[tokio::test]
async fn the_sample_message_works_an_import_off_and_the_sample_tick_sweeps() {
    let w = World::with_catalogue().await;
    let taken = w.manage(Call::recorded(sample("manage.import"))).await;
    let import = w.get::<Import>(import_key(taken.body["import_id"].as_str().unwrap().parse().unwrap())).await.unwrap();
    // The message names an import of its own: the one just taken, under that id.
    let id = "0198e4c2-0000-7000-8000-0000000000a1".parse().unwrap();
    let bytes = w.files.0.lock().unwrap().values().next().unwrap().clone();
    w.files.0.lock().unwrap().insert(crate::file_name(store(), id), bytes);
    w.ctx.table.create(&Import { import_id: id, ..Import::clone(&import) }).await.unwrap();

    let answer = handle(&w.intake, sample("worker.chunk")).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    let import = w.get::<Import>(import_key(id)).await.unwrap();
    assert_eq!((import.status, import.accepted, import.refused), (ImportStatus::Completed, 2, 1));

    w.clock.advance(jiff::SignedDuration::from_secs(60));
    w.queue.sent.lock().unwrap().clear();
    assert_eq!(handle(&w.intake, sample("worker.sweep")).await.unwrap(), Value::Null);
    assert_eq!(w.queue.sent.lock().unwrap().len(), 1, "the import whose message was lost");
}

#[tokio::test]
async fn the_sample_event_of_a_delivered_order_lets_its_buyer_review() {
    let w = World::start().await;
    for _ in 0..2 {
        let answer = handle(&w.intake, sample("worker.delivered")).await.unwrap();
        assert_eq!(answer["batchItemFailures"], json!([]));
    }
    let (buyer, product) = ("0198e4c2-0000-7000-8000-000000000001", "0198e4c2-0000-7000-8000-000000000007");
    let key = delivery_key(buyer.parse().unwrap(), product.parse().unwrap());
    assert!(w.get::<Delivery>(key).await.is_some());
}

#[tokio::test]
async fn a_poison_message_fails_alone() {
    let w = World::with_catalogue().await;
    let import = w.take(&[cpu("a", 1_000_000, 1)]).await;
    let record = |id: &str, body: String| json!({"messageId": id, "body": body, "eventSource": "aws:sqs"});
    let good = json!({"import_id": import.import_id}).to_string();
    let batch = json!({"Records": [record("poison", "{}".into()), record("good", good)]});
    let answer = handle(&w.intake, batch).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": "poison"}]));
    assert_eq!(w.reload(&import).await.status, ImportStatus::Completed);
}

#[test]
fn what_the_outbox_holds_goes_to_its_subscribers() {
    let told = published(sample("publisher.outbox"));
    let told: Vec<_> = told.iter().map(|(to, event)| (*to, event.fact.name())).collect();
    let expected = [
        (Service::Auth, "audit.recorded"),
        (Service::User, "import.finished"),
        (Service::Analytics, "review.submitted"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn the_catalogues_categories_can_be_posted_and_are_read_in_order() {
    let w = World::start().await;
    for name in ["motherboard", "cpu"] {
        let post = by_admin(Call::new("POST", "/v1/admin/categories").json(&catalogue(name)));
        assert_eq!(w.manage(post).await.status, 201);
    }
    let list = w.read(get("/v1/categories")).await.body;
    let slugs: Vec<_> = list["items"].as_array().unwrap().iter().map(|c| c["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["cpu", "motherboard"]);
    let template = w.read(get("/v1/categories/cpu/spec-template")).await.body;
    assert_eq!(template["fields"][0]["type"], "select");
    let hide = by_admin(Call::new("PATCH", "/v1/admin/categories/cpu").json(&json!({"visible": false})));
    assert_eq!(w.manage(hide).await.status, 200);
    assert_eq!(w.read(get("/v1/categories/cpu")).await.status, 404);
    assert_eq!(w.read(get("/v1/categories")).await.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_page_is_not_sent_again_until_it_changes() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let path = format!("/v1/products/{}", id_of("a"));
    let page = w.read(get(&path)).await;
    let tag = page.header("etag").unwrap().to_owned();
    assert_eq!(
        (page.body["price"]["amount"].as_i64(), page.body["specs"][0]["value"].as_str()),
        (Some(100_000_000), Some("AM5"))
    );
    let unchanged = w.read(get(&path).header("if-none-match", &format!("\"x\", W/{tag}"))).await;
    assert_eq!((unchanged.status, unchanged.body, unchanged.headers.len() > 1), (304, Value::Null, true));
    let slug = page.body["slug"].as_str().unwrap();
    assert_eq!(w.read(get(&format!("/v1/products/slug/{slug}"))).await.body, page.body);
    let dearer = json!({"price": {"amount": 120_000_000, "currency": "UZS"}});
    let patched = w.manage(by_owner(Call::new("PATCH", &path).json(&dearer))).await;
    assert_eq!(patched.status, 200, "{}", patched.body);
    let changed = w.read(get(&path).header("if-none-match", &tag)).await;
    assert_eq!((changed.status, changed.body["price"]["amount"].as_i64()), (200, Some(120_000_000)));
}

#[tokio::test]
async fn lists_go_on_where_a_page_ended_and_show_what_is_on_sale() {
    let w = World::with_catalogue().await;
    let rows: Vec<_> = (0..25).map(|n| cpu(&format!("cpu-{n:02}"), 1_000_000, 3)).collect();
    w.import(&rows).await;
    let off = Call::new("PATCH", &format!("/v1/products/{}", id_of("cpu-03"))).json(&json!({"status": "INACTIVE"}));
    assert_eq!(w.manage(by_owner(off)).await.status, 200);
    for path in ["/v1/products?category=cpu&limit=20".to_owned(), format!("/v1/stores/{}/products?limit=20", store())] {
        let first = w.read(get(&path)).await.body;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = w.read(get(&format!("{path}&cursor={cursor}"))).await.body;
        let count = |page: &Value| page["items"].as_array().unwrap().len();
        assert_eq!((count(&first), count(&second)), (20, 4), "{path}");
        let foreign = w.read(get(&format!("/v1/products?category=motherboard&cursor={cursor}"))).await;
        assert_eq!(foreign.status, 400);
    }
    let all = w.manage(by_owner(get(&format!("/v1/stores/{}/products/all?limit=100", store())))).await.body;
    assert_eq!(all["items"].as_array().unwrap().len(), 25);
    assert_eq!(w.read(get(&format!("/v1/products/{}", id_of("cpu-03")))).await.status, 404);
    let everything = w.read(get("/v1/products?limit=100")).await.body;
    assert_eq!(everything["items"].as_array().unwrap().len(), 24);
    assert_eq!(w.read(get("/v1/products?category=nowhere")).await.status, 404);
}

#[tokio::test]
async fn only_staff_of_the_store_change_its_products_and_stock() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let product = format!("/v1/products/{}", id_of("a"));
    let stranger = |call: Call| call.user(shopper(), PlatformRole::Vendor);
    let change = || Call::new("PATCH", &product).json(&json!({"model": "X"}));
    let count = || {
        let count = Call::new("PATCH", &format!("{product}/inventory")).json(&json!({"adjust": 1}));
        count.header("idempotency-key", "a-delivery")
    };
    assert_eq!(w.manage(stranger(change())).await.status, 403);
    assert_eq!(w.inventory(stranger(count())).await.status, 403);
    assert_eq!(w.inventory(stranger(get(&format!("{product}/inventory")))).await.status, 403);
    assert_eq!(w.manage(by_owner(change())).await.status, 200);
    for _ in 0..2 {
        assert_eq!(w.inventory(by_owner(count())).await.body["on_hand"], 4);
    }
    let movements = w.inventory(by_owner(get(&format!("{product}/inventory/movements")))).await.body;
    assert_eq!(movements["items"].as_array().unwrap().len(), 2);
    let import = w.take(&[cpu("b", 1_000_000, 1)]).await.import_id;
    let foreign = format!("/v1/stores/{}/imports/{import}", domain::StoreId::derived("other"));
    assert_eq!(w.manage(by_owner(get(&foreign))).await.status, 403);
}

#[tokio::test]
async fn a_refused_row_is_explained_to_the_vendor() {
    let w = World::with_catalogue().await;
    let import = w.import(&[cpu("a", 1_000_000, 3), cpu("a", 1_000_000, 3)]).await;
    let path = format!("/v1/stores/{}/imports/{}", store(), import.import_id);
    let shown = w.manage(by_owner(get(&path))).await.body;
    assert_eq!(
        (shown["status"].as_str(), shown["accepted"].as_u64(), shown["refused"].as_u64()),
        (Some("COMPLETED"), Some(1), Some(1))
    );
    let refusals = w.manage(by_owner(get(&format!("{path}/refusals")))).await.body;
    let row = &refusals["items"][0];
    assert_eq!((row["row"].as_u64(), row["sku"].as_str()), (Some(2), Some("a")));
    assert_eq!(
        (row["reasons"][0]["code"].as_str(), row["reasons"][0]["value"].as_str()),
        (Some("duplicate-sku"), Some("1"))
    );
    assert!(row["reasons"][0]["reason"]["ru"].as_str().unwrap().contains("SKU"));
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_is_told_why() {
    let w = World::with_catalogue().await;
    let post = |query: &str| by_owner(Call::new("POST", &format!("/v1/stores/{}/imports?{query}", store())));
    let ndjson = |query: &str, body: &str| post(query).text("application/x-ndjson", body);
    for (call, status, code) in [
        (ndjson("", "{}"), 400, "bad-parameter"),
        (ndjson("category=cpu&map=colour=x", "{}"), 400, "bad-parameter"),
        (ndjson("category=nowhere", "{}"), 422, "invalid"),
        (ndjson("category=cpu", " \n"), 422, "bad-file"),
        (ndjson("category=cpu", "[{}]"), 422, "bad-file"),
        (post("category=cpu").text("text/csv", "\u{1f}\u{fffd}"), 422, "bad-file"),
        (post("category=cpu").text("application/gzip", "{}"), 422, "bad-file"),
        (ndjson("category=cpu", "{}").header("content-encoding", "br"), 415, "unsupported-file-type"),
        (post("category=cpu").text("application/xml", "<a/>"), 415, "unsupported-file-type"),
        (post("category=cpu").text("application/json", "{}"), 400, "malformed-body"),
        (ndjson("category=cpu&map=specs.colour=x", "{}"), 422, "invalid"),
        (ndjson("category=cpu", &"x".repeat(4 * 1024 * 1024 + 1)), 413, "file-too-large"),
    ] {
        let reply = w.manage(call).await;
        assert_eq!((reply.status, reply.body["code"].as_str()), (status, Some(code)), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_body_that_was_unpacked_on_its_way_is_read_as_it_is() {
    let w = World::with_catalogue().await;
    let post = by_owner(Call::new("POST", &format!("/v1/stores/{}/imports?category=cpu", store())));
    let sent = w.manage(post.text("application/x-ndjson", "{}").header("content-encoding", "gzip")).await;
    assert_eq!((sent.status, sent.body["total"].as_u64()), (202, Some(1)));
}

#[tokio::test]
async fn a_reservation_goes_through_the_internal_api() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let path = format!("/internal/reservations/{}", domain::ReservationId::derived("r"));
    let request = json!(w.request(&[("a", 2)]).await);
    let put = || Call::new("PUT", &path).json(&request).function();
    let held = w.inventory(put()).await;
    assert_eq!((held.status, held.body["status"].as_str()), (200, Some("HELD")));
    assert_eq!(w.inventory(put()).await.body, held.body);
    let other = format!("/internal/reservations/{}", domain::ReservationId::derived("s"));
    let short = w.inventory(Call::new("PUT", &other).json(&request).function()).await;
    assert_eq!((short.status, short.body["code"].as_str()), (409, Some("stock-short")));
    assert_eq!(short.body["lines"][0]["available"], 1);
    let post = |step: &str, body: Value| Call::new("POST", &format!("{path}/{step}")).json(&body).function();
    let longer = w.inventory(post("extend", json!({"hold_for_seconds": 86_400}))).await;
    assert_eq!(longer.body["expires_at"], json!(w.clock.now() + jiff::SignedDuration::from_hours(24)));
    assert_eq!(w.inventory(post("commit", json!({}))).await.body["status"], "COMMITTED");
    let late = w.inventory(post("release", json!({}))).await;
    assert_eq!((late.status, late.body["code"].as_str()), (409, Some("reservation-committed")));
    let never = w.inventory(Call::new("POST", &format!("{other}/release")).json(&json!({})).function()).await;
    assert_eq!((never.status, never.body["status"].as_str()), (200, Some("RELEASED")));
    let late = w.inventory(Call::new("PUT", &other).json(&request).function()).await;
    assert_eq!((late.status, late.body["code"].as_str()), (409, Some("reservation-released")));
}
