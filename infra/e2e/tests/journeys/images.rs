//! A picture on its way: announced, put to the bucket as it was said, checked, looked at, taken away.

use e2e::{Client, Cloud, PASSWORD, Person, Reply, Shop};
use serde_json::{Value, json};

const DRAWING: &[u8] = include_bytes!("../../../demo/images/cpu.svg");
/// As long as the drawing.
const SCRIPT: &str =
    "<svg xmlns='http://www.w3.org/2000/svg'><script>fetch('https://elsewhere.example')</script></svg>";

/// What a browser does with an address that carries its own right: no token goes with it.
async fn put(announced: &Reply, content_type: &str, bytes: &[u8]) -> Reply {
    Client::new("").send("PUT", &announced.upload_url(), Some((content_type, bytes.to_vec()))).await
}

fn drawing() -> Value {
    let alt = json!({"uz": "Protsessor", "ru": "Процессор", "en": "A processor"});
    json!({"content_type": "image/svg+xml", "content_length": DRAWING.len(), "alt": alt})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_looked_at_once_it_was_checked_and_until_it_is_taken_away() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 5).await;
    let (owner, guest) = (&shop.owner.client, cloud.client());
    let product = format!("/v1/products/{}", shop.product_id);
    let images = format!("{product}/images");

    let announced = owner.post(&images, &drawing()).await.expect_status(201);
    let id = announced.text("image_id");
    let confirm = format!("{images}/{id}/confirm");
    let early = owner.post(&confirm, &json!({})).await.expect_status(409);
    assert_eq!(early.code(), "not-uploaded");
    // The address is for that type and length alone, and for putting alone.
    put(&announced, "image/svg+xml", &DRAWING[1..]).await.expect_status(403);
    put(&announced, "text/html", DRAWING).await.expect_status(403);
    let url = announced.upload_url();
    guest_get(&url).await.expect_status(403);
    let elsewhere = url.replace("/incoming/", "/images/");
    Client::new("").send("PUT", &elsewhere, Some(("image/svg+xml", DRAWING.to_vec()))).await.expect_status(403);
    // A page of another origin asks first, and may.
    let page = Client::new("").with("origin", "https://shop.example").with("access-control-request-method", "PUT");
    let asked = page.with("access-control-request-headers", "content-type").send("OPTIONS", &url, None).await;
    assert!(asked.expect_status(200).header("access-control-allow-origin").is_some());
    // What is put there and is no drawing to be looked at is not shown.
    let mut script = SCRIPT.as_bytes().to_vec();
    script.resize(DRAWING.len(), b' ');
    put(&announced, "image/svg+xml", &script).await.expect_status(200);
    let refused = owner.post(&confirm, &json!({})).await.expect_status(422);
    assert_eq!(refused.code(), "bad-image");
    assert!(refused.text("detail").contains("<script>"), "{}", refused.body);
    guest.get(&format!("/v1/images/{id}")).await.expect_status(404);

    put(&announced, "image/svg+xml", DRAWING).await.expect_status(200);
    owner.post(&confirm, &json!({})).await.expect_status(200);
    let page = guest.get(&product).await.expect_status(200);
    let image = &page.body["images"][0];
    assert_eq!(
        (&image["primary"], &image["width"], &image["alt"]["en"]),
        (&json!(true), &json!(400), &json!("A processor"))
    );
    let card = guest.get("/v1/products?category=cpu").await.expect_status(200).body["items"][0]["image"].clone();
    assert_eq!(card, json!({"image_id": id, "url": image["url"]}));

    // The address on the page leads to the picture, as it was checked.
    let leads = guest.get(image["url"].as_str().unwrap()).await.expect_status(302);
    let location = leads.header("location").unwrap().to_owned();
    let shown = guest_get(&location).await.expect_status(200);
    assert_eq!(shown.body.as_str().map(str::as_bytes), Some(DRAWING));
    assert_eq!(shown.header("content-type"), Some("image/svg+xml"));
    assert_eq!(shown.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert!(shown.header("content-disposition").unwrap().starts_with("attachment"), "opened by itself it is saved");
    let bare = location.split('?').next().unwrap();
    guest_get(bare).await.expect_status(403);
    // Whoever still has the first address changes nothing by it.
    put(&announced, "image/svg+xml", &script).await.expect_status(200);
    owner.post(&confirm, &json!({})).await.expect_status(200);
    assert_eq!(guest_get(&location).await.body.as_str().map(str::as_bytes), Some(DRAWING));

    // Taken away: at once for whoever asks, within minutes for whoever has an address.
    owner.delete(&format!("{images}/{id}")).await.expect_status(204);
    guest.get(&format!("/v1/images/{id}")).await.expect_status(404);
    assert_eq!(guest.get(&product).await.body["images"], json!([]));
    cloud.clock(120).await;
    e2e::within_two_minutes("the object is gone", || async {
        (guest_get(&location).await.status == 404).then_some(())
    })
    .await;

    // Announced and never confirmed: its place is free after an hour.
    owner.post(&images, &drawing()).await.expect_status(201);
    cloud.clock(4_000).await;
    let owner = Person::sign_in(&cloud, &shop.owner.email, PASSWORD).await.client;
    e2e::within_two_minutes("its place is free", || async {
        let listed = owner.get(&images).await.expect_status(200);
        listed.body["awaited"].as_array()?.is_empty().then_some(())
    })
    .await;
    cloud.stop().await;
}

async fn guest_get(url: &str) -> Reply {
    Client::new("").get(url).await
}
