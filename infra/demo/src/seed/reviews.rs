//! What buyers say: each reviewer buys, gets what they bought, and writes; an admin approves. What was done before an
//! interruption is found and not done again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use super::stores::Stores;
use super::{Seeding, say, text};
use crate::{Api, Failure, Person, Place};

/// A review a line, in the order of its reviewers.
const REVIEWS: &str = include_str!("../../catalogue/reviews.ndjson");
/// The moves of an order that is paid in cash.
const WAY: [&str; 7] = ["PENDING", "CONFIRMED", "PROCESSING", "PACKED", "SHIPPED", "OUT_FOR_DELIVERY", "DELIVERED"];
/// Under which a reviewer's order is placed once.
const ORDER_KEY: &str = "what-the-reviewer-bought";
/// More would keep a small machine from answering in time.
const SHOPPERS_AT_ONCE: usize = 2;
/// How long a delivery may take to be known where reviews are, and a review to be listed.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);

/// A line of the file.
#[derive(Debug, Deserialize)]
struct Line {
    /// Counted from 1.
    reviewer: usize,
    store: String,
    sku: String,
    rating: u8,
    title: Option<String>,
    text: String,
    /// What the store answers.
    reply: Option<String>,
    /// Reviewers who find it helpful.
    #[serde(default)]
    helpful: Vec<usize>,
}

/// A line with the product that it is about.
struct Review<'a> {
    line: &'a Line,
    product_id: String,
    variant_id: String,
}

/// A review that is there.
struct Written<'a> {
    line: &'a Line,
    /// Its address.
    path: String,
    review_id: String,
    approved: bool,
}

/// Writes the reviews that are missing.
pub(super) async fn write(place: &Place, seeding: &Seeding, people: &[Person], stores: &Stores) -> Result<(), Failure> {
    let lines = lines()?;
    say(&format!("{} reviews by {} shoppers", lines.len(), people.len()));
    let reviews = with_products(seeding, stores, &lines).await?;
    let shoppers = try_join_all(people.iter().map(|person| person.join(place, "CUSTOMER"))).await?;
    let by = |at: usize| reviews.iter().filter(|review| review.line.reviewer == at + 1).collect::<Vec<_>>();
    let mut written = Vec::new();
    for (pair, shoppers) in shoppers.chunks(SHOPPERS_AT_ONCE).enumerate() {
        let first = pair * SHOPPERS_AT_ONCE;
        let wrote = (first..).zip(shoppers).map(|(at, shopper)| buy_and_write(seeding, shopper, by(at)));
        written.extend(try_join_all(wrote).await?.into_iter().flatten());
    }
    approve(seeding, &written).await?;
    try_join_all(written.iter().map(|review| answer(seeding, &shoppers, review))).await?;
    Ok(())
}

fn lines() -> Result<Vec<Line>, Failure> {
    let failed = |error| Failure::Content("reviews.ndjson".to_owned(), error);
    REVIEWS.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).map_err(failed)).collect()
}

async fn with_products<'a>(seeding: &Seeding, stores: &Stores, lines: &'a [Line]) -> Result<Vec<Review<'a>>, Failure> {
    let mut products = BTreeMap::new();
    for (store, id) in stores {
        for card in every(&seeding.vendor, &format!("/v1/stores/{id}/products/all?limit=100")).await? {
            products.insert((store.clone(), text(&card, "sku")?.to_owned()), card);
        }
    }
    let review = |line: &'a Line| {
        let card = products.get(&(line.store.clone(), line.sku.clone()));
        let card =
            card.ok_or_else(|| Failure::Other(format!("a review of {}, which {} lacks", line.sku, line.store)))?;
        let (product_id, variant_id) = (text(card, "product_id")?.to_owned(), text(card, "variant_id")?.to_owned());
        Ok(Review { line, product_id, variant_id })
    };
    lines.iter().map(review).collect()
}

async fn buy_and_write<'a>(
    seeding: &Seeding,
    shopper: &Api,
    reviews: Vec<&Review<'a>>,
) -> Result<Vec<Written<'a>>, Failure> {
    if orders(shopper).await?.is_empty() {
        buy(shopper, &reviews).await?;
    }
    for order in orders(shopper).await? {
        deliver(&seeding.vendor, &order).await?;
    }
    try_join_all(reviews.into_iter().map(|review| written(shopper, review))).await
}

async fn orders(shopper: &Api) -> Result<Vec<Value>, Failure> {
    every(shopper, "/v1/orders?limit=100").await
}

/// One of each, paid in cash.
async fn buy(shopper: &Api, reviews: &[&Review<'_>]) -> Result<(), Failure> {
    let cart = shopper.get("/v1/cart").await?;
    let lines = cart["lines"].as_array().into_iter().flatten();
    let there: BTreeSet<_> = lines.filter_map(|line| line["product_id"].as_str()).collect();
    for review in reviews.iter().filter(|review| !there.contains(review.product_id.as_str())) {
        let item = json!({"product_id": review.product_id, "variant_id": review.variant_id, "quantity": 1});
        shopper.post("/v1/cart/items", &item).await?;
    }
    let order = json!({
        "payment_method": "CASH_ON_DELIVERY",
        "address": {
            "recipient": "Sharhlovchi", "phone": "+998901234567", "region": "UZ-TK", "district": "Mirobod tumani",
            "street": "Nukus ko'chasi", "house": "5",
        },
    });
    shopper.post_once("/v1/orders", ORDER_KEY, &order).await?;
    Ok(())
}

/// From where an order is to the shopper's door.
async fn deliver(vendor: &Api, order: &Value) -> Result<(), Failure> {
    let (store, id, now) = (text(order, "store_id")?, text(order, "order_id")?, text(order, "fulfilment")?);
    let at = WAY.iter().position(|step| *step == now);
    let at = at.ok_or_else(|| Failure::Other(format!("the order {id} of a reviewer is {now}")))?;
    for to in &WAY[at + 1..] {
        vendor.post(&format!("/v1/stores/{store}/orders/{id}/transitions"), &json!({"to": to})).await?;
    }
    Ok(())
}

async fn written<'a>(shopper: &Api, review: &Review<'a>) -> Result<Written<'a>, Failure> {
    let (line, path) = (review.line, format!("/v1/products/{}/reviews", review.product_id));
    let words = json!({"rating": line.rating, "title": line.title, "text": line.text});
    let own = match shopper.find(&format!("{path}/mine")).await? {
        Some(own) => own,
        None => until("a delivery is known", || shopper.post_unless(&path, "not-delivered", &words)).await?,
    };
    let (review_id, approved) = (text(&own, "review_id")?.to_owned(), own["status"] == "APPROVED");
    Ok(Written { line, path: format!("{path}/{review_id}"), review_id, approved })
}

/// Approves what waits of `written`, as it is read.
async fn approve(seeding: &Seeding, written: &[Written<'_>]) -> Result<(), Failure> {
    let mut left: BTreeSet<_> = written.iter().filter(|w| !w.approved).map(|w| w.review_id.clone()).collect();
    let until = Instant::now() + KNOWN_WITHIN;
    while !left.is_empty() {
        for review in every(&seeding.admin, "/v1/admin/reviews?status=PENDING&limit=100").await? {
            let id = text(&review, "review_id")?;
            if left.contains(id) {
                let decision = json!({"revision": review["revision"]});
                seeding.admin.post(&format!("/v1/admin/reviews/{id}/approve"), &decision).await?;
                left.remove(id);
            }
        }
        if !left.is_empty() {
            pause(until, "reviews are listed").await?;
        }
    }
    Ok(())
}

/// What the store and other shoppers say of a review.
async fn answer(seeding: &Seeding, shoppers: &[Api], review: &Written<'_>) -> Result<(), Failure> {
    if let Some(reply) = &review.line.reply {
        seeding.vendor.put(&format!("{}/reply", review.path), &json!({"text": reply})).await?;
    }
    for shopper in review.line.helpful.iter().filter_map(|reviewer| shoppers.get(reviewer.checked_sub(1)?)) {
        shopper.put(&format!("{}/helpful", review.path), &json!({})).await?;
    }
    Ok(())
}

/// Every item of a list; `path` has a query already.
async fn every(api: &Api, path: &str) -> Result<Vec<Value>, Failure> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(&format!("{path}{cursor}")).await?;
        items.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

async fn until<F>(what: &str, mut attempt: impl FnMut() -> F) -> Result<Value, Failure>
where
    F: Future<Output = Result<Option<Value>, Failure>>,
{
    let until = Instant::now() + KNOWN_WITHIN;
    loop {
        if let Some(done) = attempt().await? {
            return Ok(done);
        }
        pause(until, what).await?;
    }
}

async fn pause(until: Instant, what: &str) -> Result<(), Failure> {
    if Instant::now() > until {
        return Err(Failure::Other(format!("{} seconds are over before {what}", KNOWN_WITHIN.as_secs())));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reviews_a_product_twice_or_finds_their_own_review_helpful() {
        let lines = lines().unwrap();
        let reviewed: BTreeSet<_> = lines.iter().map(|line| (line.reviewer, &line.sku)).collect();
        assert_eq!(reviewed.len(), lines.len());
        for line in &lines {
            assert!(!line.helpful.contains(&line.reviewer) && (1..=5).contains(&line.rating), "{line:?}");
        }
    }
}
