//! Access, problems and bodies through the whole service.

use axum::Json;
use axum::extract::Path;
use contracts::{Member, Permission, PlatformRole, StaffRole};
use domain::{Reason, Slug, SlugError, StoreId, UserId};
use futures::future::BoxFuture;
use garde::Validate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::Membership;
use crate::calls::CallError;
use crate::testing::{Call, Reply};

#[derive(Clone)]
struct Ctx(Gate);

impl Gated for Ctx {
    fn gate(&self) -> &Gate {
        &self.0
    }
}

/// One store with one owner.
struct OneStore;

fn store() -> StoreId {
    StoreId::derived("store")
}

fn owner() -> UserId {
    UserId::derived("owner")
}

impl Membership for OneStore {
    fn member(&self, store_id: StoreId, user_id: UserId) -> BoxFuture<'_, Result<Option<Member>, CallError>> {
        let permissions = StaffRole::Owner.permissions().to_vec();
        let member = Member { store_id, user_id, role: StaffRole::Owner, permissions };
        Box::pin(async move { Ok((store_id == store() && user_id == owner()).then_some(member)) })
    }
}

#[derive(Deserialize, Validate, schemars::JsonSchema)]
struct Named {
    #[garde(length(min = 3), custom(readable))]
    name: String,
}

async fn ok() -> Json<Value> {
    Json(json!({"ok": true}))
}

async fn named(Body(named): Body<Named>) -> Json<Value> {
    Json(json!({"name": named.name}))
}

async fn reserved() -> Result<Json<Value>, Problem> {
    let word: Result<Slug, SlugError> = "admin".parse();
    word.map(|_| Json(json!({}))).map_err(|error| Problem::field("slug", error.reason()))
}

async fn of_row(
    staff: StaffGuard,
    axum::extract::State(ctx): axum::extract::State<Ctx>,
) -> Result<Json<Value>, Problem> {
    staff.check(&ctx, store()).await?;
    Ok(Json(json!({"ok": true})))
}

async fn panics(Path(_): Path<String>) -> Json<Value> {
    panic!("the test's panic")
}

async fn send(call: Call) -> Reply {
    let routes = Routes::new("test")
        .get("/public", Access::Public, "", ok)
        .get("/reserved", Access::Public, "", reserved)
        .get("/shopper", Access::Shopper, "", ok)
        .get("/vendor", Access::Vendor, "", ok)
        .get("/admin", Access::Admin, "", ok)
        .get("/stores/{store_id}/x", Access::Staff(Permission::StoreWrite), "", ok)
        .get("/row", Access::StaffOf(Permission::StoreWrite), "", of_row)
        .get("/internal", Access::Internal, "", ok)
        .get("/panics/{id}", Access::Public, "", panics)
        .post("/named", Access::Public, "", named);
    call.send(&service(routes, Ctx(Gate::new().with_membership(OneStore)))).await
}

fn get(path: &str) -> Call {
    Call::new("GET", path)
}

#[tokio::test]
async fn each_access_lets_in_whom_it_names_and_nobody_else() {
    let (customer, admin) = (PlatformRole::Customer, PlatformRole::Admin);
    let stranger = UserId::derived("stranger");
    let mine = format!("/stores/{}/x", store());
    let other = format!("/stores/{}/x", StoreId::derived("other"));
    for (call, status) in [
        (get("/public"), 200),
        (get("/shopper"), 401),
        (get("/shopper").user(stranger, customer), 200),
        (get("/shopper").function(), 401),
        (get("/vendor"), 401),
        (get("/vendor").user(stranger, customer), 403),
        (get("/vendor").user(stranger, admin), 403),
        (get("/vendor").user(stranger, PlatformRole::Vendor), 200),
        (get("/admin"), 401),
        (get("/admin").user(stranger, customer), 403),
        (get("/admin").user(stranger, admin), 200),
        (get(&mine), 401),
        (get(&mine).user(stranger, customer), 403),
        (get(&mine).user(stranger, admin), 403),
        (get(&mine).user(owner(), customer), 200),
        (get(&other).user(owner(), customer), 403),
        (get("/stores/documents/x").user(owner(), customer), 404),
        (get("/row"), 401),
        (get("/row").user(stranger, admin), 403),
        (get("/row").user(owner(), customer), 200),
        (get("/internal"), 403),
        (get("/internal").user(stranger, admin), 403),
        (get("/internal").function(), 200),
        (get("/nowhere"), 404),
        (Call::new("DELETE", "/public"), 405),
    ] {
        assert_eq!(send(call.clone()).await.status, status, "{:?}", call.event()["rawPath"]);
    }
}

#[tokio::test]
async fn a_problem_speaks_the_readers_language() {
    for (language, title) in [("ru-RU", "Войдите в систему"), ("en", "Sign in first"), ("de", "Tizimga kiring")]
    {
        let reply = send(get("/shopper").header("accept-language", language)).await;
        assert_eq!(reply.body["title"], title);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert_eq!(reply.body["code"], "unauthenticated");
        assert_eq!(reply.body["request_id"], "test-request");
    }
}

#[tokio::test]
async fn a_bad_body_is_told_what_is_wrong_with_it() {
    let post = || Call::new("POST", "/named");
    assert_eq!(send(post().json(&json!({"name": "abc"}))).await.body, json!({"name": "abc"}));
    assert_eq!(send(post().text("text/plain", "{}")).await.status, 415);
    assert_eq!(send(post().text("application/json", "{")).await.status, 400);
    let reply = send(post().json(&json!({"name": "ab"}))).await;
    assert_eq!((reply.status, reply.body["errors"][0]["field"].as_str()), (422, Some("name")));
}

#[tokio::test]
async fn broken_rules_are_told_in_the_readers_language() {
    let message =
        async |call: Call| send(call).await.body["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    for (language, short, unseen, of_the_service) in [
        ("uz", "uzunligi kamida 3", "ko'rinadigan belgilar", "band"),
        ("ru-RU", "длина должна быть не меньше 3", "видимых символов", "занято"),
        ("en", "a length of at least 3", "visible characters", "reserved"),
    ] {
        let post =
            |name: &str| Call::new("POST", "/named").header("accept-language", language).json(&json!({"name": name}));
        assert!(message(post("ab")).await.contains(short), "{language}");
        assert!(message(post("\u{7}\u{7}\u{7}")).await.contains(unseen), "{language}");
        assert!(
            message(get("/reserved").header("accept-language", language)).await.contains(of_the_service),
            "{language}"
        );
    }
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    let reply = send(get("/panics/1")).await;
    assert_eq!((reply.status, reply.body["code"].as_str()), (500, Some("internal")));
    assert!(!reply.body.to_string().contains("the test's panic"));
}

#[tokio::test]
async fn only_an_access_token_of_ours_makes_a_caller() {
    let claims = |changes: &[(&str, Value)]| {
        let mut claims =
            json!({"token_use": "access", "scope": "um/api", "username": owner().to_string(), "um_role": "CUSTOMER"});
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        Claims::read(claims.as_object().unwrap())
    };
    assert_eq!(claims(&[]).unwrap().user_id, owner());
    for (name, wrong) in [
        ("token_use", json!("id")),
        ("scope", json!("aws.cognito.signin.user.admin")),
        ("scope", json!("um/apiary")),
        ("username", json!("somebody")),
        ("um_role", json!("ROOT")),
        ("um_role", Value::Null),
    ] {
        assert_eq!(claims(&[(name, wrong.clone())]), None, "{name} = {wrong}");
    }
}

#[tokio::test]
async fn a_path_is_not_cut_at_what_its_parameter_holds() {
    for sign in ["?", "#"] {
        let mut event = get("/public").event().clone();
        event["rawPath"] = format!("/public{sign}/elsewhere").into();
        let reply = send(Call::recorded(event)).await;
        assert_eq!((reply.status, &reply.body["code"]), (404, &json!("not-found")), "{sign}");
    }
}
