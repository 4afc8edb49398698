//! A catalogue that is too large for a call: announced, put into the bucket, started, worked off.

use e2e::{Client, Cloud, Person, Reply, Shop, cpu_row, ndjson};
use serde_json::{Value, json};

/// Rows of some 2.4 KB each, so that the file is more than a call takes: 4 MB.
const ROWS: usize = 2_000;

fn catalogue(price_som: u64) -> Vec<u8> {
    let row = |n: usize| {
        let mut row = cpu_row(&format!("bulk-{n}"), price_som, 5);
        row["description"] = "Bulk ".repeat(400).trim_end().into();
        row
    };
    ndjson(&(0..ROWS).map(row).collect::<Vec<_>>())
}

/// A store's way to its imports, for whoever asks.
struct Imports<'a>(&'a Client, &'a str);

impl Imports<'_> {
    async fn announce(&self, length: usize) -> Reply {
        const MAPPING: &str = "map=title=metadata.name&map=brand=metadata.manufacturer&map=sku=opendb_id";
        let path = format!("/v1/stores/{}/imports?category=cpu&{MAPPING}", self.1);
        let file = json!({"upload": {"content_length": length, "content_type": "application/x-ndjson"}});
        self.0.post(&path, &file).await
    }

    async fn start(&self, id: &str) -> Reply {
        self.0.post(&format!("/v1/stores/{}/imports/{id}/start", self.1), &json!({})).await
    }

    async fn cancel(&self, id: &str) -> Reply {
        self.0.post(&format!("/v1/stores/{}/imports/{id}/cancel", self.1), &json!({})).await
    }

    async fn get(&self, id: &str) -> Reply {
        self.0.get(&format!("/v1/stores/{}/imports/{id}", self.1)).await
    }

    /// The import once `ready` says so.
    async fn once(&self, id: &str, ready: impl Fn(&Value) -> bool) -> Value {
        e2e::within_two_minutes("the import moves", || async {
            let import = self.get(id).await.expect_status(200).body;
            ready(&import).then_some(import)
        })
        .await
    }
}

/// Sends a file to where an announcement said, without a token.
async fn put(announced: &Reply, media_type: &str, file: &[u8]) -> Reply {
    Client::new("").send("PUT", &announced.upload_url(), Some((media_type, file.to_vec()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_by_the_bucket_and_is_worked_off() {
    const NDJSON: &str = "application/x-ndjson";
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;
    let ours = Imports(&shop.owner.client, &shop.store_id);
    let other = Person::join(&cloud, "other-owner", "VENDOR").await;
    let other_store = Shop::open_store(&other, &shop.admin, "Boshqa Do'kon").await;
    let file = catalogue(2_000_000);
    assert!(file.len() > 4 * 1024 * 1024, "{} bytes", file.len());

    let announced = ours.announce(file.len()).await.expect_status(202);
    let id = announced.text("import_id");
    put(&announced, NDJSON, &file[1..]).await.expect_status(403);
    put(&announced, "text/csv", &file).await.expect_status(403);
    assert_eq!(ours.start(&id).await.expect_status(409).code(), "not-uploaded");

    // Another store's staff reaches it neither by our store's address nor by theirs.
    let trespassing = Imports(&other.client, &shop.store_id);
    let elsewhere = Imports(&other.client, &other_store);
    trespassing.announce(file.len()).await.expect_status(403);
    for (foreign, status) in [(&trespassing, 403), (&elsewhere, 404)] {
        foreign.get(&id).await.expect_status(status);
        foreign.start(&id).await.expect_status(status);
        foreign.cancel(&id).await.expect_status(status);
    }

    put(&announced, NDJSON, &file).await.expect_status(200);
    for _ in 0..2 {
        let started = ours.start(&id).await.expect_status(202);
        assert_ne!(started.body["status"], "UPLOADING", "{}", started.body);
    }
    let done = ours.once(&id, |import| import["status"] == "COMPLETED").await;
    assert_eq!(
        (&done["total"], &done["accepted"], &done["refused"]),
        (&json!(ROWS), &json!(ROWS), &json!(0)),
        "{done}"
    );
    assert_eq!(ours.start(&id).await.expect_status(202).body["status"], "COMPLETED", "once is enough");

    // The same again, dearer, is stopped in the middle; rows done until then stay, and its place is free.
    let dearer = catalogue(3_000_000);
    let announced = ours.announce(dearer.len()).await.expect_status(202);
    let id = announced.text("import_id");
    put(&announced, NDJSON, &dearer).await.expect_status(200);
    ours.start(&id).await.expect_status(202);
    ours.once(&id, |import| import["done"].as_u64() > Some(0)).await;
    let stopped = ours.cancel(&id).await.expect_status(200).body;
    assert_eq!(stopped["status"], "CANCELLED", "{stopped}");
    assert!(stopped["done"].as_u64() < Some(ROWS as u64), "{stopped}");
    let rest = [ours.announce(1).await.expect_status(202), ours.announce(1).await.expect_status(202)];
    let refused = ours.announce(1).await.expect_status(409);
    assert_eq!((refused.code(), refused.body["imports"].as_array().map(Vec::len)), ("imports-limit", Some(2)));
    for import in rest {
        ours.cancel(&import.text("import_id")).await.expect_status(200);
    }
    let later = ours.get(&id).await.expect_status(200).body;
    assert_eq!((&later["status"], &later["done"]), (&stopped["status"], &stopped["done"]), "nothing moves any more");
    cloud.stop().await;
}
