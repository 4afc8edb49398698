//! Whoever got a product says what it is like.

use e2e::{Cloud, Person};
use serde_json::json;

use super::market::Market;

/// Her review of the processor, from the moment it was delivered until everybody sees it; others have not got one.
pub(super) async fn is_written_approved_and_seen(cloud: &Cloud, market: &Market, shopper: &Person, other: &Person) {
    let page = format!("/v1/products/{}", market.processor.product_id);
    let (reviews, unread) = (format!("{page}/reviews"), cloud.client().get(&page).await.expect_status(200));
    let words =
        json!({"rating": 4, "title": "Tez va sovuq", "text": "Ikki haftadan beri ishlatyapman, shovqini yo'q."});
    assert_eq!(other.client.post(&reviews, &words).await.code(), "not-delivered");
    let written = e2e::until("the delivery is known where reviews are", || async {
        let reply = shopper.client.post(&reviews, &words).await;
        (reply.status == 201).then_some(reply)
    })
    .await;
    assert_eq!(shopper.client.post(&reviews, &words).await.expect_status(201).body, written.body, "again is the same");
    let of_all = cloud.client().get(&reviews).await.expect_status(200).body;
    assert_eq!((&of_all["items"], &of_all["rating"]["count"]), (&json!([]), &json!(0)), "nobody has read it");
    assert_eq!(unread.body["rating"], of_all["rating"]);

    let review = written.text("review_id");
    let waiting = market.admin.client.get("/v1/admin/reviews?status=PENDING").await.expect_status(200).body;
    assert_eq!(waiting["items"][0]["review_id"], review.as_str());
    let approve = format!("/v1/admin/reviews/{review}/approve");
    let decision = json!({"revision": waiting["items"][0]["revision"]});
    for _ in 0..2 {
        let approved = market.admin.client.post(&approve, &decision).await.expect_status(200);
        assert_eq!(approved.body["status"], "APPROVED");
    }

    let rating = json!({"sum": 4, "count": 1, "stars": [0, 0, 0, 1, 0]});
    let known = unread.header("etag").unwrap();
    let seen = cloud.client().with("if-none-match", known).get(&page).await.expect_status(200).body;
    assert_eq!(seen["rating"], rating);
    let card = cloud.client().get("/v1/products?category=cpu&min_rating=4").await.expect_status(200).body;
    assert_eq!((card["items"].as_array().unwrap().len(), &card["items"][0]["rating"]), (1, &rating));
    let one = format!("{reviews}/{review}");
    other.client.call("PUT", &format!("{one}/helpful"), None).await.expect_status(204);
    let reply = json!({"text": "Rahmat, xaridingiz bilan!"});
    market.chilonzor.owner.client.call("PUT", &format!("{one}/reply"), Some(&reply)).await.expect_status(200);
    let item = cloud.client().get(&reviews).await.expect_status(200).body["items"][0].take();
    assert_eq!(
        (&item["title"], &item["helpful"], &item["reply"]["text"]),
        (&words["title"], &json!(1), &reply["text"])
    );
}
