use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::stores::Stores;
use super::{Seeding, say, text};
use crate::Failure;

/// Products that get their image at the same time.
const CONCURRENCY: usize = 8;

macro_rules! drawings {
    ($($category:literal),+ $(,)?) => {
        [$(($category, include_str!(concat!("../../images/", $category, ".svg")))),+]
    };
}

/// What products of a category look like.
const DRAWINGS: [(&str, &str); 8] =
    drawings!["cpu", "motherboard", "memory", "gpu", "psu", "case", "storage", "laptop"];

/// Shows the drawing of its category on every product that has no image.
pub(super) async fn show(seeding: &Seeding, stores: &Stores) -> Result<(), Failure> {
    let names = names(seeding).await?;
    let mut bare = Vec::new();
    for store in stores.values() {
        bare.extend(without_image(seeding, store).await?);
    }
    say(&format!("{} images", bare.len()));
    stream::iter(&bare).map(|card| show_one(seeding, card, &names)).buffer_unordered(CONCURRENCY).try_collect().await
}

/// What categories are called, in every language.
async fn names(seeding: &Seeding) -> Result<BTreeMap<String, Value>, Failure> {
    let categories = seeding.admin.get("/v1/categories?limit=100").await?;
    let named = |category: &Value| Ok((text(category, "slug")?.to_owned(), category["names"].clone()));
    categories["items"].as_array().into_iter().flatten().map(named).collect()
}

/// The products of a store that have no image, as lists show them.
async fn without_image(seeding: &Seeding, store: &str) -> Result<Vec<Value>, Failure> {
    let (mut bare, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = seeding.vendor.get(&format!("/v1/stores/{store}/products/all?limit=100{cursor}")).await?;
        let cards = page["items"].as_array().into_iter().flatten();
        bare.extend(cards.filter(|card| card["image"].is_null()).cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(bare),
        }
    }
}

/// Announces the drawing, puts it where it is told to, confirms it. What was announced before an interruption is gone on
/// with: the key is the same.
async fn show_one(seeding: &Seeding, card: &Value, names: &BTreeMap<String, Value>) -> Result<(), Failure> {
    let (product, category) = (text(card, "product_id")?, text(card, "category")?);
    // Somebody who uses the demo may have put products of other kinds on sale.
    let Some((_, drawing)) = DRAWINGS.iter().find(|(slug, _)| *slug == category) else { return Ok(()) };
    let images = format!("/v1/products/{product}/images");
    let alt = names.get(category).ok_or_else(|| Failure::Other(format!("no category {category}")))?;
    let new = json!({"content_type": "image/svg+xml", "content_length": drawing.len(), "alt": alt});
    let announced = seeding.vendor.post_once(&images, "demo-drawing", &new).await?;
    if let Some(upload) = announced["upload"].as_object() {
        let url = upload["url"].as_str().ok_or_else(|| Failure::Other(format!("no address in {announced}")))?;
        let headers = [("content-type", "image/svg+xml")];
        seeding.vendor.put_file(url, &headers, drawing.as_bytes().to_vec()).await?;
    }
    let id = text(&announced, "image_id")?;
    seeding.vendor.post(&format!("{images}/{id}/confirm"), &json!({})).await.map(|_| ())
}
