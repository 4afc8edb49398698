use domain::UserId;
use lambda::testing::Call;
use serde_json::{Value, json};

use super::{get, world};

fn patch(body: &Value) -> Call {
    Call::new("PATCH", "/v1/users/me").json(body)
}

#[tokio::test]
async fn a_profile_is_there_once_the_registration_has_arrived() {
    let w = world().await;
    let early = w.as_user(UserId::derived("u"), get("/v1/users/me")).await;
    assert_eq!((early.status, early.body["code"].as_str()), (404, Some("profile-not-ready")));
    assert_eq!(early.header("retry-after"), Some("1"));
    let user = w.registered("u").await;
    let reply = w.as_user(user, get("/v1/users/me")).await;
    let expected = json!({
        "user_id": user.to_string(), "display_name": null, "username": null, "date_of_birth": null, "gender": null,
        "bio": null, "language": "ru", "currency": "UZS", "timezone": "Asia/Tashkent",
        "joined_at": "2026-11-23T06:00:00Z", "updated_at": "2026-11-23T06:00:00Z",
    });
    assert_eq!((reply.status, reply.body), (200, expected));
}

#[tokio::test]
async fn a_second_registration_event_does_not_undo_changes() {
    let w = world().await;
    let user = w.registered("u").await;
    assert_eq!(w.as_user(user, patch(&json!({"display_name": "Aziza"}))).await.status, 200);
    w.registered("u").await;
    assert_eq!(w.as_user(user, get("/v1/users/me")).await.body["display_name"], "Aziza");
}

#[tokio::test]
async fn a_merge_patch_sets_keeps_and_removes() {
    let w = world().await;
    let user = w.registered("u").await;
    let all = json!({
        "display_name": " Aziza ", "username": "aziza", "date_of_birth": "1990-02-28", "gender": "FEMALE",
        "bio": "Salom\ndunyo", "language": "en", "currency": "USD", "timezone": "asia/samarkand",
    });
    let reply = w.as_user(user, patch(&all)).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    let reply = w.as_user(user, patch(&json!({"bio": null}))).await;
    let body = &reply.body;
    assert_eq!(body["bio"], Value::Null);
    assert_eq!((&body["display_name"], &body["username"]), (&json!("Aziza"), &json!("aziza")));
    assert_eq!((&body["date_of_birth"], &body["gender"]), (&json!("1990-02-28"), &json!("FEMALE")));
    assert_eq!((&body["language"], &body["currency"]), (&json!("en"), &json!("USD")));
    assert_eq!(body["timezone"], "Asia/Samarkand");
    assert_eq!(w.as_user(user, get("/v1/users/me")).await.body, reply.body);
}

#[tokio::test]
async fn every_wrong_member_is_named_and_nothing_is_changed() {
    let w = world().await;
    let user = w.registered("u").await;
    let wrong = json!({
        "display_name": "", "username": "Me", "date_of_birth": "1990-2-28", "gender": "X", "bio": "\u{0}",
        "language": "de", "currency": "XYZ!", "timezone": null,
    });
    let reply = w.as_user(user, patch(&wrong)).await;
    assert_eq!(reply.status, 422);
    let fields: Vec<_> =
        reply.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    let all = ["display_name", "username", "date_of_birth", "gender", "bio", "language", "currency", "timezone"];
    assert_eq!(fields, all);
    let reply = w.as_user(user, patch(&json!({"date_of_birth": "2026-11-24", "display_name": "A"}))).await;
    assert_eq!((reply.status, reply.body["errors"][0]["field"].as_str()), (422, Some("date_of_birth")));
    assert_eq!(w.as_user(user, patch(&json!({"role": "ADMIN"}))).await.status, 400);
    assert_eq!(w.as_user(user, get("/v1/users/me")).await.body["display_name"], Value::Null);
}

#[tokio::test]
async fn a_taken_username_is_a_409() {
    let w = world().await;
    let (one, other) = (w.registered("one").await, w.registered("other").await);
    let claim = json!({"username": "aziza"});
    assert_eq!(w.as_user(one, patch(&claim)).await.status, 200);
    let reply = w.as_user(other, patch(&claim)).await;
    assert_eq!((reply.status, reply.body["code"].as_str()), (409, Some("username-taken")));
    assert_eq!(w.as_user(one, patch(&claim)).await.status, 200, "one's own name may be sent again");
}

#[tokio::test]
async fn strangers_see_the_public_part() {
    let w = world().await;
    let user = w.registered("u").await;
    w.as_user(user, patch(&json!({"date_of_birth": "1990-02-28", "username": "aziza"}))).await;
    let public = w.send(get(&format!("/v1/users/{user}"))).await;
    let expected = json!({
        "user_id": user.to_string(), "display_name": null, "username": "aziza", "bio": null,
        "joined_at": "2026-11-23T06:00:00Z",
    });
    assert_eq!((public.status, public.body), (200, expected));
    let nobody = UserId::derived("nobody");
    assert_eq!(w.send(get(&format!("/v1/users/{nobody}"))).await.status, 404);
}

#[tokio::test]
async fn the_regions_are_those_of_the_country() {
    let w = world().await;
    let reply = w.send(get("/v1/regions")).await;
    assert_eq!(reply.header("cache-control"), Some("public, max-age=86400"));
    let items = reply.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 14);
    let city = json!({
        "code": "UZ-TK", "name": "Toshkent shahri", "delivery_fee": {"amount": 1_500_000, "currency": "UZS"},
        "delivery_days": 1, "postal_prefix": "100",
    });
    assert_eq!(items[0], city);
}

#[tokio::test]
async fn a_private_profile_is_seen_by_nobody_else() {
    let w = world().await;
    let user = w.registered("u").await;
    let public = get(&format!("/v1/users/{user}"));
    assert_eq!(w.send(public.clone()).await.status, 200);
    for privacy in ["PRIVATE", "FRIENDS"] {
        let patch = Call::new("PATCH", "/v1/users/me/preferences").json(&json!({ "privacy": privacy }));
        assert_eq!(w.as_user(user, patch).await.status, 200);
        assert_eq!(w.send(public.clone()).await.status, 404, "{privacy}");
    }
    assert_eq!(w.as_user(user, get("/v1/users/me")).await.status, 200);
}
