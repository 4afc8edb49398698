use e2e::{Client, Cloud, Person, Reply};
use serde_json::json;

async fn refresh(client: &Client, token: &str) -> Reply {
    client.post("/v1/auth/refresh", &json!({"refresh_token": token})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_refresh_token_ends_its_session() {
    let cloud = Cloud::start().await;
    let person = Person::join(&cloud, "replayed", "CUSTOMER").await;
    let client = cloud.client();
    let second = refresh(&client, &person.refresh_token).await.expect_status(200).text("refresh_token");
    let third = refresh(&client, &second).await.expect_status(200).text("refresh_token");
    assert_ne!(second, third);
    // Past any grace for an answer that was lost.
    cloud.clock(60).await;
    assert_eq!(refresh(&client, &person.refresh_token).await.status, 401, "the first token is spent");
    assert_eq!(refresh(&client, &third).await.status, 401, "and its replay ended the session");
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refreshed_access_token_works() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let person = Person::join(cloud, "refreshed", "CUSTOMER").await;
    let access = refresh(&cloud.client(), &person.refresh_token).await.expect_status(200).text("access_token");
    assert_eq!(cloud.client().token(&access).get("/v1/auth/me").await.expect_status(200).text("id"), person.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_ends_the_session() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let person = Person::join(cloud, "leaving", "CUSTOMER").await;
    assert!(person.client.post("/v1/auth/logout", &json!({})).await.status < 300);
    assert_eq!(refresh(&cloud.client(), &person.refresh_token).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_session_can_never_be_refreshed_again() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let phone = Person::join(cloud, "two-devices", "CUSTOMER").await;
    let laptop = Person::sign_in(cloud, &phone.email, e2e::PASSWORD).await;
    let sessions = laptop.client.get("/v1/auth/sessions").await.expect_status(200);
    assert_eq!(sessions.body["items"].as_array().unwrap().len(), 2);
    let phone_session = phone.refresh_token.split('.').next().unwrap();
    laptop.client.delete(&format!("/v1/auth/sessions/{phone_session}")).await.expect_status(204);
    assert_eq!(refresh(&cloud.client(), &phone.refresh_token).await.status, 401);
    refresh(&cloud.client(), &laptop.refresh_token).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_to_sign_in_is_in_the_history() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let person = Person::join(cloud, "historic", "CUSTOMER").await;
    let wrong = json!({"email": person.email, "password": "Notogri-Parol-1!"});
    cloud.client().post("/v1/auth/login", &wrong).await.expect_status(401);
    let history = person.client.get("/v1/auth/login-history").await.expect_status(200);
    let success: Vec<_> = history.body["items"].as_array().unwrap().iter().map(|i| i["success"].as_bool()).collect();
    assert_eq!(success, [Some(false), Some(true)], "newest first");
}
