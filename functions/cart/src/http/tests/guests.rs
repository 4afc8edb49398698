use domain::UserId;
use futures::future::join_all;
use jiff::SignedDuration;
use lambda::testing::{Call, Reply};
use serde_json::json;

use super::{add, item_of, show, stocked};
use crate::domain::SESSIONS_PER_HOUR_MAX;
use crate::testkit::{offer, shopper, world};

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["code"].as_str().unwrap_or_default())
}

fn open() -> Call {
    Call::new("POST", "/v1/cart/session")
}

#[tokio::test]
async fn a_guest_fills_a_cart_of_their_own() {
    let (w, a) = stocked().await;
    let (mine, other) = (w.session().await, w.session().await);
    assert_eq!(w.as_guest(&mine, add(&a, 2)).await.status, 201);
    let cart = w.as_guest(&mine, show()).await.body;
    assert_eq!(
        (&cart["lines"][0]["quantity"], &cart["status"], &cart["version"]),
        (&json!(2), &json!("ACTIVE"), &json!(2))
    );
    assert_eq!(w.as_guest(&other, show()).await.body["lines"], json!([]));
    let path = format!("/v1/cart/items/{}", item_of(&cart, 0));
    assert_eq!(w.as_guest(&other, Call::new("DELETE", &path)).await.status, 404);
    assert_eq!(w.as_guest(&mine, Call::new("PATCH", &path).json(&json!({"quantity": 3}))).await.status, 200);
    assert_eq!(w.as_guest(&mine, Call::new("DELETE", "/v1/cart")).await.status, 204);
}

#[tokio::test]
async fn who_comes_with_nothing_is_told_to_open_a_session() {
    let (w, a) = stocked().await;
    let quote = Call::new("POST", "/v1/cart/quote").json(&json!({}));
    for call in [show(), add(&a, 1), Call::new("DELETE", "/v1/cart"), quote, Call::new("GET", "/v1/cart/saved")] {
        let reply = w.send(call).await;
        assert_eq!(code(&reply), (401, "cart-session-required"));
        assert_eq!(reply.body["open"], "/v1/cart/session");
    }
    assert_eq!(
        code(&w.send(Call::new("POST", "/v1/cart/merge").json(&json!({"session": "x"}))).await),
        (401, "unauthenticated")
    );
}

#[tokio::test]
async fn no_forged_or_foreign_session_opens_a_cart() {
    let (w, a) = stocked().await;
    let (mine, other) = (w.session().await, w.session().await);
    w.as_guest(&mine, add(&a, 1)).await;
    let (id, secret) = mine.split_once('.').unwrap();
    let foreign = other.split_once('.').unwrap().1;
    let user = UserId::derived("shopper");
    for forged in [
        format!("{id}.{foreign}"),
        format!("{user}.{secret}"),
        format!("{id}."),
        format!("{id}.{secret}="),
        id.to_owned(),
        "null".to_owned(),
        String::new(),
    ] {
        for call in [show(), add(&a, 1), Call::new("DELETE", "/v1/cart")] {
            assert_eq!(code(&w.as_guest(&forged, call).await), (401, "cart-session-over"), "{forged}");
        }
        let merge = Call::new("POST", "/v1/cart/merge").json(&json!({"session": forged}));
        let status = if forged.is_empty() { 422 } else { 401 };
        assert_eq!(w.by(shopper(), merge).await.status, status, "{forged}");
    }
    assert_eq!(w.as_guest(&mine, show()).await.body["lines"][0]["quantity"], 1);
}

#[tokio::test]
async fn a_wrong_token_is_never_a_guest_and_a_right_one_never_the_sessions_cart() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    w.as_guest(&session, add(&a, 1)).await;
    let wrong = show().bearer("forged").header("cart-session", &session);
    assert_eq!(code(&w.send(wrong).await), (401, "unauthenticated"));
    let mine = w.by(shopper(), show().header("cart-session", &session)).await;
    assert_eq!((mine.status, &mine.body["lines"]), (200, &json!([])));
}

#[tokio::test]
async fn a_session_lives_a_day_after_its_last_change() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    let hours = |n| w.ctx.clock.advance(SignedDuration::from_hours(n));
    hours(23);
    assert_eq!(w.as_guest(&session, add(&a, 1)).await.status, 201);
    hours(23);
    assert_eq!(w.as_guest(&session, show()).await.body["lines"][0]["quantity"], 1);
    hours(1);
    for call in [show(), add(&a, 1)] {
        assert_eq!(code(&w.as_guest(&session, call).await), (401, "cart-session-over"));
    }
    let merge = Call::new("POST", "/v1/cart/merge").json(&json!({"session": session}));
    assert_eq!(code(&w.by(shopper(), merge).await), (401, "cart-session-over"));
}

#[tokio::test]
async fn a_shoppers_cart_is_empty_after_thirty_days_and_goes_on() {
    let (w, a) = stocked().await;
    w.by(shopper(), add(&a, 1)).await;
    w.ctx.clock.advance(SignedDuration::from_hours(30 * 24));
    let cart = w.by(shopper(), show()).await.body;
    assert_eq!((&cart["status"], &cart["lines"], &cart["version"]), (&json!("EXPIRED"), &json!([]), &json!(1)));
    w.shelf.put(&offer("b"));
    let cart = w.by(shopper(), add(&offer("b"), 1)).await.body;
    assert_eq!((&cart["status"], &cart["version"]), (&json!("ACTIVE"), &json!(2)));
    assert_eq!(cart["lines"].as_array().unwrap().len(), 1, "nothing comes back");
}

#[tokio::test]
async fn an_address_opens_so_many_sessions_an_hour_and_no_more() {
    let w = world().await;
    let max = SESSIONS_PER_HOUR_MAX as usize;
    let replies = join_all((0..max + 5).map(|_| w.send(open()))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), max);
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status != 201).collect();
    assert!(refused.iter().all(|reply| code(reply) == (429, "too-many-cart-sessions")));
    assert_eq!(refused[0].header("retry-after"), Some("3600"));
    let mut elsewhere = open().event().clone();
    elsewhere["requestContext"]["http"]["sourceIp"] = "203.0.113.8".into();
    assert_eq!(w.send(Call::recorded(elsewhere)).await.status, 201, "another address");
    w.ctx.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(w.send(open()).await.status, 201, "the next hour");
}

#[tokio::test]
async fn additions_of_one_guest_at_the_same_moment_all_count() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    let replies = join_all((0..10).map(|_| w.as_guest(&session, add(&a, 1)))).await;
    assert!(replies.iter().all(|reply| reply.status == 201));
    assert_eq!(w.as_guest(&session, show()).await.body["lines"][0]["quantity"], 10);
}
