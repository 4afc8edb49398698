use super::*;
use crate::table::{Picture, PictureState};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x20\x08\x06\0\0\0\0\0\0\0";

impl World {
    async fn owned(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.manage(by_owner(Call::new(method, path).json(body))).await
    }

    /// Announces a picture and puts its file.
    async fn put_image(&self, path: &str, alt: &str) -> String {
        let new = json!({"content_type": "image/png", "content_length": PNG.len(), "alt": {"uz": alt}});
        let announced = self.owned("POST", path, &new).await;
        assert_eq!((announced.status, announced.body["upload"]["method"].as_str()), (201, Some("PUT")));
        let id = announced.body["image_id"].as_str().unwrap().to_owned();
        self.files.0.lock().unwrap().insert(format!("incoming/{id}"), PNG.to_vec());
        id
    }
}

#[tokio::test]
async fn a_page_and_a_card_show_the_images_of_a_product() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let product = format!("/v1/products/{}", id_of("a"));
    let images = format!("{product}/images");
    let bare = w.read(get(&product)).await;
    assert_eq!(bare.body["images"], json!([]));
    let mut ids = Vec::new();
    for alt in ["Old tomoni", "Orqa tomoni"] {
        let id = w.put_image(&images, alt).await;
        assert_eq!(w.read(get(&format!("/v1/images/{id}"))).await.status, 404, "not confirmed");
        let confirmed = w.owned("POST", &format!("{images}/{id}/confirm"), &json!({})).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.body);
        ids.push(id);
    }
    let page = w.read(get(&product)).await;
    assert_ne!(page.header("etag"), bare.header("etag"));
    let [first, second] = [&ids[0], &ids[1]];
    let shown = json!({
        "image_id": first, "url": format!("/v1/images/{first}"), "content_type": "image/png", "width": 64, "height": 32,
        "alt": {"uz": "Old tomoni"}, "primary": true,
    });
    assert_eq!((&page.body["images"][0], &page.body["images"][1]["primary"]), (&shown, &json!(false)));
    let card = |list: Reply| list.body["items"][0]["image"].clone();
    let of = |id: &str| json!({"image_id": id, "url": format!("/v1/images/{id}")});
    assert_eq!(card(w.read(get("/v1/products?category=cpu")).await), of(first));
    let change = json!({"primary": true, "position": 1, "alt": {"uz": "Orqadan", "ru": "Сзади", "en": "From behind"}});
    let changed = w.owned("PATCH", &format!("{images}/{second}"), &change).await;
    assert_eq!((changed.status, changed.body["images"][0]["alt"]["ru"].as_str()), (200, Some("Сзади")));
    assert_eq!(card(w.read(get("/v1/products?category=cpu")).await), of(second));

    let leads = w.read(get(&format!("/v1/images/{second}"))).await;
    assert_eq!((leads.status, leads.header("cache-control")), (302, Some("public, max-age=900")));
    assert_eq!(leads.header("location"), Some(&*format!("https://bucket.example/images/{second}?signed")));
    let removed = w.manage(by_owner(Call::new("DELETE", &format!("{images}/{second}")))).await;
    assert_eq!((removed.status, w.read(get(&format!("/v1/images/{second}"))).await.status), (204, 404));
    assert_eq!(card(w.read(get("/v1/products?category=cpu")).await), of(first));
}

#[tokio::test]
async fn what_is_wrong_with_an_image_is_told() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("a", 1_000_000, 3)]).await;
    let images = format!("/v1/products/{}/images", id_of("a"));
    let new = |content_type: &str, length: u64, alt: &str| json!({"content_type": content_type, "content_length": length, "alt": {"uz": alt}});
    for (body, status, code) in [
        (new("image/gif", 9, "a"), 400, "malformed-body"),
        (new("image/png", 0, "a"), 422, "invalid"),
        (new("image/png", 5 * 1024 * 1024 + 1, "a"), 422, "invalid"),
        (new("image/svg+xml", 256 * 1024 + 1, "a"), 422, "invalid"),
        (new("image/png", 9, " "), 422, "invalid"),
    ] {
        let reply = w.owned("POST", &images, &body).await;
        assert_eq!((reply.status, reply.body["code"].as_str()), (status, Some(code)), "{body} {}", reply.body);
    }
    let id = w.put_image(&images, "a").await;
    let confirm = format!("{images}/{id}/confirm");
    w.files.0.lock().unwrap().insert(format!("incoming/{id}"), vec![b'x'; PNG.len()]);
    let bad = w.owned("POST", &confirm, &json!({})).await;
    let told = (bad.status, bad.body["code"].as_str(), bad.body["detail"].as_str());
    assert_eq!(told, (422, Some("bad-image"), Some("the file is no image/png")));
    w.files.0.lock().unwrap().clear();
    let missing = w.owned("POST", &confirm, &json!({})).await;
    assert_eq!((missing.status, missing.body["code"].as_str()), (409, Some("not-uploaded")));
    let early = w.owned("PATCH", &format!("{images}/{id}"), &json!({"primary": true})).await;
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("not-uploaded")));
    for _ in 0..9 {
        w.put_image(&images, "a").await;
    }
    let eleventh = w.owned("POST", &images, &new("image/png", 9, "a")).await;
    assert_eq!((eleventh.status, eleventh.body["code"].as_str()), (409, Some("images-limit")));
    let stranger = Call::new("POST", &confirm).json(&json!({})).user(shopper(), PlatformRole::Vendor);
    assert_eq!(w.manage(stranger).await.status, 403);
    let listed = w.manage(by_owner(get(&images))).await;
    assert_eq!(listed.body["awaited"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn the_sample_requests_of_images_are_answered() {
    let w = World::with_catalogue().await;
    w.import(&[cpu("9800x3d", 6_850_000, 12)]).await;
    assert_eq!(w.manage(Call::recorded(sample("manage.product"))).await.status, 201);
    for _ in 0..2 {
        let announced = w.manage(Call::recorded(sample("manage.image"))).await;
        assert_eq!(announced.status, 201, "{}", announced.body);
    }
    let unknown = w.read(Call::recorded(sample("read.image"))).await;
    assert_eq!(unknown.status, 404);
    let picture = Picture {
        image_id: "0198e4c2-0000-7000-8000-0000000000b1".parse().unwrap(),
        product_id: id_of("9800x3d"),
        media_type: crate::domain::MediaType::Png,
        length: 9,
        alt: domain::Localized::same("a"),
        state: PictureState::Shown,
        look_at: None,
        created_at: w.clock.now(),
    };
    w.ctx.table.create(&picture).await.unwrap();
    assert_eq!(w.read(Call::recorded(sample("read.image"))).await.status, 302);
}
