use contracts::PlatformRole;
use domain::{OrderId, UserId};
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};

use super::{by_admin, by_owner, get, sample};
use crate::table::Delivery;
use crate::testbed::{World, cpu, id_of, shopper, store};

const SKU: &str = "9800x3d";

fn by(user: UserId, call: Call) -> Call {
    call.user(user, PlatformRole::Customer)
}

fn reviews(rest: &str) -> String {
    format!("/v1/products/{}/reviews{rest}", id_of(SKU))
}

fn post(path: &str, body: &Value) -> Call {
    Call::new("POST", path).json(body)
}

async fn world() -> World {
    let w = World::with_catalogue().await;
    w.import(&[cpu(SKU, 6_850_000, 12), cpu("other", 1_000_000, 1)]).await;
    w
}

impl World {
    async fn delivered(&self, user: UserId) {
        let row = Delivery {
            user_id: user,
            product_id: id_of(SKU),
            store_id: store(),
            order_id: OrderId::derived("o"),
            delivered_at: self.clock.now(),
            review_id: None,
        };
        self.ctx.table.create(&row).await.unwrap();
    }

    async fn approve(&self, review: &str, revision: u32) -> Reply {
        let path = format!("/v1/admin/reviews/{review}/approve");
        self.manage(by_admin(post(&path, &json!({"revision": revision})))).await
    }

    /// The id of a new review that everybody sees.
    async fn reviewed(&self, user: UserId, rating: u8) -> String {
        self.delivered(user).await;
        let posted = self.manage(by(user, post(&reviews(""), &json!({"rating": rating, "text": "Zo'r"})))).await;
        assert_eq!(posted.status, 201, "{}", posted.body);
        let id = posted.body["review_id"].as_str().unwrap().to_owned();
        assert_eq!(self.approve(&id, 1).await.status, 200);
        id
    }
}

#[tokio::test]
async fn the_sample_review_is_written_and_read() {
    let w = world().await;
    w.delivered(shopper()).await;
    let posted = w.manage(Call::recorded(sample("manage.review"))).await;
    assert_eq!((posted.status, &posted.body["status"]), (201, &json!("PENDING")), "{}", posted.body);
    let again = w.manage(Call::recorded(sample("manage.review"))).await;
    assert_eq!(again.body, posted.body, "a repetition is the same review");
    let mine = w.manage(by(shopper(), get(&reviews("/mine")))).await;
    assert_eq!(mine.body, posted.body);
    let id = posted.body["review_id"].as_str().unwrap();
    let nothing = json!({"sum": 0, "count": 0, "stars": [0, 0, 0, 0, 0]});
    assert_eq!(w.read(Call::recorded(sample("read.reviews"))).await.body["rating"], nothing);
    assert_eq!(w.approve(id, 1).await.body["status"], "APPROVED");
    let read = w.read(Call::recorded(sample("read.reviews"))).await.body;
    assert_eq!(read["rating"], json!({"sum": 5, "count": 1, "stars": [0, 0, 0, 0, 1]}));
    assert_eq!((&read["items"][0]["review_id"], &read["items"][0]["rating"]), (&json!(id), &json!(5)));
    assert!(read["items"][0].get("status").is_none(), "how it came about is nobody's business");
}

#[tokio::test]
async fn page_and_card_show_the_rating_as_soon_as_it_changes() {
    let w = world().await;
    let page = format!("/v1/products/{}", id_of(SKU));
    let before = w.read(get(&page)).await;
    w.reviewed(UserId::derived("a"), 5).await;
    w.reviewed(UserId::derived("b"), 2).await;
    let after = w.read(get(&page).header("if-none-match", before.header("etag").unwrap())).await;
    let rating = json!({"sum": 7, "count": 2, "stars": [0, 1, 0, 0, 1]});
    assert_eq!((after.status, &after.body["rating"]), (200, &rating));
    let listed = |query: &str| get(&format!("/v1/products?category=cpu{query}"));
    let skus = |reply: &Reply| -> Vec<Value> {
        reply.body["items"].as_array().unwrap().iter().map(|card| card["sku"].clone()).collect()
    };
    let good = w.read(listed("&min_rating=3")).await;
    assert_eq!((skus(&good), &good.body["items"][0]["rating"]), (vec![json!(SKU)], &rating));
    assert_eq!(skus(&w.read(listed("&min_rating=4")).await), [Value::Null; 0], "3.5 on average");
    assert_eq!(skus(&w.read(listed("")).await).len(), 2);
    assert_eq!(w.read(listed("&min_rating=6")).await.status, 400);
}

#[tokio::test]
async fn reviews_are_read_a_page_at_a_time_the_newest_first() {
    let w = world().await;
    let mut newest = Vec::new();
    for n in 0..3 {
        w.clock.advance(jiff::SignedDuration::from_secs(1));
        newest.insert(0, json!(w.reviewed(UserId::derived(&n.to_string()), 4).await));
    }
    let ids = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|review| review["review_id"].clone()).collect()
    };
    let first = w.read(get(&reviews("?limit=2"))).await.body;
    let second = w.read(get(&reviews(&format!("?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())))).await;
    assert_eq!([ids(&first), ids(&second.body)].concat(), newest);
    assert_eq!(w.read(get(&format!("/v1/products/{}/reviews", id_of("none")))).await.status, 404);
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_in_the_readers_language() {
    let w = world().await;
    let (author, other) = (UserId::derived("a"), UserId::derived("b"));
    let good = json!({"rating": 4, "text": "Yaxshi"});
    let stranger = w.manage(by(other, post(&reviews(""), &good)).header("accept-language", "uz")).await;
    assert_eq!((stranger.status, stranger.body["code"].as_str()), (409, Some("not-delivered")));
    assert!(stranger.body["title"].as_str().unwrap().contains("olgan xaridor"));
    let id = w.reviewed(author, 1).await;
    let wrong = post(&reviews(""), &json!({"rating": 9, "text": " "}));
    let wrong = w.manage(by(author, wrong).header("accept-language", "ru")).await;
    let told: Vec<_> = wrong.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!((wrong.status, told), (422, vec!["rating", "text"]));
    assert!(wrong.body["errors"][0]["message"].as_str().unwrap().contains("от 1 до 5"));
    let twice = w.manage(by(author, post(&reviews(""), &good))).await;
    assert_eq!((twice.body["code"].as_str(), twice.body["review_id"].as_str()), (Some("already-reviewed"), Some(&*id)));
    let own = w.manage(by(author, Call::new("PUT", &reviews(&format!("/{id}/helpful"))))).await;
    assert_eq!((own.status, own.body["code"].as_str()), (409, Some("own-review")));
    w.stores.terms.lock().unwrap().reviews = false;
    w.delivered(other).await;
    let off = w.manage(by(other, post(&reviews(""), &good))).await;
    assert_eq!((off.status, off.body["code"].as_str()), (409, Some("reviews-off")));
    let unread = w.approve(&id, 7).await;
    assert_eq!((unread.status, &unread.body["revision"]), (409, &json!(2)));
}

#[tokio::test]
async fn the_author_changes_the_store_answers_readers_judge_and_an_admin_decides() {
    let w = world().await;
    let (author, reader) = (UserId::derived("a"), UserId::derived("b"));
    let id = w.reviewed(author, 1).await;
    let one = reviews(&format!("/{id}"));
    let answer = Call::new("PUT", &format!("{one}/reply")).json(&json!({"text": "Almashtirib beramiz"}));
    assert_eq!(w.manage(by(reader, answer.clone())).await.status, 403);
    assert_eq!(w.manage(by_owner(answer)).await.body["reply"]["text"], "Almashtirib beramiz");
    for method in ["PUT", "PUT", "DELETE", "DELETE", "PUT"] {
        let voted = w.manage(by(reader, Call::new(method, &format!("{one}/helpful")))).await;
        assert_eq!(voted.status, 204, "{}", voted.body);
    }
    assert_eq!(w.read(get(&reviews(""))).await.body["items"][0]["helpful"], 1);
    let report = post(&format!("{one}/report"), &json!({"reason": "SPAM", "note": "Reklama"}));
    assert_eq!(w.manage(by(reader, report)).await.status, 204);
    let reported = w.manage(by_admin(get("/v1/admin/reviews?reported=true"))).await.body;
    assert_eq!((&reported["items"][0]["reports"], &reported["items"][0]["revision"]), (&json!(1), &json!(2)));
    let why = w.manage(by_admin(get(&format!("/v1/admin/reviews/{id}/reports")))).await.body;
    assert_eq!((&why["items"][0]["reason"], &why["items"][0]["note"]), (&json!("SPAM"), &json!("Reklama")));
    let others = w.manage(by(reader, Call::new("PATCH", &one).json(&json!({"rating": 5})))).await;
    assert_eq!(others.status, 404);
    let edited = Call::new("PATCH", &one).json(&json!({"rating": 4, "title": "Almashtirdi"}));
    let edited = w.manage(by(author, edited)).await;
    assert_eq!((edited.status, &edited.body["status"]), (200, &json!("PENDING")), "{}", edited.body);
    let waiting = w.manage(by_admin(get("/v1/admin/reviews"))).await.body;
    assert_eq!(waiting["items"][0]["title"], "Almashtirdi");
    let reject = post(&format!("/v1/admin/reviews/{id}/reject"), &json!({"revision": 3, "reason": "Reklama"}));
    assert_eq!(w.manage(by_admin(reject)).await.body["status"], "REJECTED");
    let mine = w.manage(by(author, get(&reviews("/mine")))).await.body;
    assert_eq!(mine["rejection"], "Reklama");
    assert_eq!(w.manage(by(author, Call::new("DELETE", &one))).await.status, 204);
    assert_eq!(w.manage(by(author, get(&reviews("/mine")))).await.status, 404);
}
