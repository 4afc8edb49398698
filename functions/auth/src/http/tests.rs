//! The routes through the whole service, and the sample events through their real handlers.

use contracts::{PlatformRole, Service};
use domain::UserId;
use lambda::http::service;
use lambda::testing::{Call, Reply, hostile, is_sound, published};
use serde_json::{Value, json};

use super::{account, public};
use crate::consume::AuthWorker;
use crate::domain::{Password, Session};
use crate::ops::login::session_of;
use crate::ops::super_admin;
use crate::ops::testing::{EMAIL, PASSWORD, World, origin};
use crate::samples;
use crate::table::session_key;

impl World {
    async fn post(&self, path: &str, body: Value) -> Reply {
        Call::new("POST", path).json(&body).send(&service(public(), self.ctx.clone())).await
    }

    async fn own(&self, call: Call) -> Reply {
        let ctx: &crate::Ctx = &self.ctx;
        call.send(&service(account(), ctx.clone())).await
    }

    /// A call with the access token of `signed_in`.
    async fn as_user(&self, method: &str, path: &str, signed_in: &Value) -> Reply {
        let access = signed_in["access_token"].as_str().unwrap();
        let claims = json!({
            "token_use": "access", "scope": "um/api", "um_role": "CUSTOMER", "origin_jti": origin(access),
            "username": self.user().await.to_string(),
        });
        let mut event = Call::new(method, path).event().clone();
        event["requestContext"]["authorizer"] = json!({"jwt": {"scopes": ["um/api"], "claims": claims}});
        self.own(Call::recorded(event)).await
    }

    async fn user(&self) -> UserId {
        crate::ops::account_of(&self.ctx, &EMAIL.parse().unwrap()).await.unwrap().unwrap().id
    }

    /// The session that the sample requests' access tokens name.
    async fn begin_the_sessions_of_the_samples(&self) {
        self.active(EMAIL, PASSWORD).await;
        let token = self.login(EMAIL, PASSWORD).await.unwrap().refresh;
        let row = self.ctx.table.get_consistent::<Session>(session_key(token.user, token.session)).await.unwrap();
        let claims = &samples::read("auth-account.logout")["requestContext"]["authorizer"]["jwt"]["claims"];
        let id = session_of(claims["origin_jti"].as_str().unwrap());
        let user_id = claims["username"].as_str().unwrap().parse().unwrap();
        self.ctx.table.create(&Session { id, user_id, ..row.unwrap().into_row() }).await.unwrap();
    }

    async fn sign_in(&self) -> Value {
        let reply = self.post("/v1/auth/login", json!({"email": EMAIL, "password": PASSWORD})).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        reply.body
    }
}

#[tokio::test]
async fn somebody_registers_proves_the_email_signs_in_goes_on_and_signs_out() {
    let w = World::new().await;
    let register = json!({"email": " Aziza@Example.uz", "password": PASSWORD, "role": "CUSTOMER", "locale": "ru"});
    assert_eq!(w.post("/v1/auth/register", register).await.status, 202);
    assert!(w.mailbox.to(EMAIL)[0].text.contains("код"));
    let early = w.post("/v1/auth/login", json!({"email": EMAIL, "password": PASSWORD})).await;
    assert_eq!((early.status, early.body["code"].as_str()), (401, Some("wrong-credentials")));
    let code = w.mailbox.code(EMAIL);
    let verify =
        || w.post("/v1/auth/verify-email", json!({"email": EMAIL, "code": code.as_str(), "password": PASSWORD}));
    for _ in 0..2 {
        assert_eq!(verify().await.status, 200, "again, when the answer was lost");
    }
    let other = json!({"email": EMAIL, "code": code.as_str(), "password": "Boshqa7!parol"});
    assert_eq!(w.post("/v1/auth/verify-email", other).await.body["code"], "wrong-code");
    let first = w.sign_in().await;
    assert_eq!((first["token_type"].as_str(), first["expires_in"].as_i64()), (Some("Bearer"), Some(900)));
    let second = w.post("/v1/auth/refresh", json!({"refresh_token": first["refresh_token"]})).await;
    assert_eq!((second.status, &second.body["session_id"]), (200, &first["session_id"]));
    let me = w.as_user("GET", "/v1/auth/me", &second.body).await;
    assert_eq!((&me.body["email"], &me.body["status"]), (&json!(EMAIL), &json!("ACTIVE")));
    assert_eq!(w.as_user("POST", "/v1/auth/logout", &second.body).await.status, 204);
    let over = w.post("/v1/auth/refresh", json!({"refresh_token": second.body["refresh_token"]})).await;
    assert_eq!((over.status, over.body["code"].as_str()), (401, Some("session-over")));
}

#[tokio::test]
async fn no_answer_tells_whether_an_account_exists() {
    let w = World::new().await;
    w.active(EMAIL, PASSWORD).await;
    let answers = |email: &'static str| {
        let w = &w;
        async move {
            let wrong = json!({"email": email, "password": "Boshqa7!parol"});
            let register = json!({"email": email, "password": "Boshqa7!parol", "role": "VENDOR"});
            [
                w.post("/v1/auth/login", wrong.clone()).await,
                w.post("/v1/auth/verify-email", json!({"email": email, "code": "000000", "password": PASSWORD})).await,
                w.post("/v1/auth/resend-verification", json!({"email": email})).await,
                w.post("/v1/auth/register", register).await,
            ]
        }
    };
    let (known, unknown) = (answers(EMAIL).await, answers("unknown@example.uz").await);
    assert_eq!(known, unknown);
    assert_eq!(known.map(|reply| reply.status), [401, 422, 202, 202]);
    for _ in 0..5 {
        w.post("/v1/auth/login", json!({"email": EMAIL, "password": "wrong"})).await;
    }
    let locked = w.post("/v1/auth/login", json!({"email": EMAIL, "password": PASSWORD})).await;
    let unknown = w.post("/v1/auth/login", json!({"email": "unknown@example.uz", "password": PASSWORD})).await;
    assert_eq!(locked, unknown);
}

#[tokio::test]
async fn a_registration_that_breaks_a_rule_names_the_field() {
    let w = World::new().await;
    for (body, field) in [
        (json!({"email": "no", "password": PASSWORD, "role": "CUSTOMER"}), "email"),
        (json!({"email": EMAIL, "password": "Password1!", "role": "CUSTOMER"}), "password"),
        (json!({"email": EMAIL, "password": PASSWORD, "role": "SUPER_ADMIN"}), "role"),
    ] {
        let reply = w.post("/v1/auth/register", body).await;
        assert_eq!((reply.status, &reply.body["errors"][0]["field"]), (422, &json!(field)));
    }
    assert_eq!(w.credentials.users(), 0);
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_told_in_the_readers_language() {
    let w = World::new().await;
    let told = |language: &'static str| {
        let register = json!({"email": EMAIL, "password": "short", "role": "CUSTOMER"});
        let call = Call::new("POST", "/v1/auth/register").json(&register).header("accept-language", language);
        let public = service(public(), w.ctx.clone());
        async move { call.send(&public).await.body["errors"][0]["message"].clone() }
    };
    assert_eq!(told("uz").await, "8 tadan 128 tagacha belgi bo'lishi kerak");
    assert_eq!(told("ru").await, "должно быть от 8 до 128 символов");
    assert_eq!(told("en").await, "must have 8 to 128 characters");
}

#[tokio::test]
async fn a_stranger_who_registers_an_address_never_chooses_its_password() {
    const STRANGER: &str = "Begona7!parol";
    // Before the owner, after the owner, and both.
    for order in [&[STRANGER, PASSWORD][..], &[PASSWORD, STRANGER], &[STRANGER, PASSWORD, STRANGER]] {
        let w = World::new().await;
        for password in order {
            let register = json!({"email": EMAIL, "password": password, "role": "CUSTOMER"});
            assert_eq!(w.post("/v1/auth/register", register).await.status, 202);
            w.clock.advance(jiff::SignedDuration::from_mins(1));
        }
        let verify = json!({"email": EMAIL, "code": w.mailbox.code(EMAIL).as_str(), "password": PASSWORD});
        assert_eq!(w.post("/v1/auth/verify-email", verify).await.status, 200);
        let stranger = w.post("/v1/auth/login", json!({"email": EMAIL, "password": STRANGER})).await;
        assert_eq!((stranger.status, stranger.body["code"].as_str()), (401, Some("wrong-credentials")));
        w.sign_in().await;
    }
}

#[tokio::test]
async fn a_password_that_breaks_the_rules_costs_no_try_of_the_code() {
    let w = World::new().await;
    w.register(EMAIL).await.unwrap();
    for _ in 0..6 {
        let weak = json!({"email": EMAIL, "code": "000000", "password": "Password1!"});
        let reply = w.post("/v1/auth/verify-email", weak).await;
        assert_eq!((reply.status, &reply.body["errors"][0]["field"]), (422, &json!("password")));
    }
    w.verify(EMAIL, PASSWORD).await.unwrap();
    w.sign_in().await;
}

#[tokio::test]
async fn registering_does_not_tell_by_a_login_whether_the_address_was_free() {
    let w = World::new().await;
    w.active(EMAIL, PASSWORD).await;
    let probe = |email: &'static str| {
        let w = &w;
        async move {
            let register = json!({"email": email, "password": "Begona7!parol", "role": "CUSTOMER"});
            assert_eq!(w.post("/v1/auth/register", register).await.status, 202);
            w.post("/v1/auth/login", json!({"email": email, "password": "Begona7!parol"})).await
        }
    };
    assert_eq!(probe(EMAIL).await, probe("free@example.uz").await);
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_only() {
    let w = World::new().await;
    w.active(EMAIL, PASSWORD).await;
    let (one, two, three) = (w.sign_in().await, w.sign_in().await, w.sign_in().await);
    let list = w.as_user("GET", "/v1/auth/sessions?limit=2", &one).await.body;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let rest = format!("/v1/auth/sessions?limit=2&cursor={}", list["next_cursor"].as_str().unwrap());
    let rest = w.as_user("GET", &rest, &one).await.body;
    let all: Vec<_> = [&list, &rest].iter().flat_map(|page| page["items"].as_array().unwrap().clone()).collect();
    let current: Vec<_> = all.iter().filter(|s| s["is_current"] == true).map(|s| &s["id"]).collect();
    assert_eq!((all.len(), current), (3, vec![&one["session_id"]]));
    let second = format!("/v1/auth/sessions/{}", two["session_id"].as_str().unwrap());
    let stranger = Call::new("DELETE", &second).user(UserId::derived("stranger"), PlatformRole::Customer);
    assert_eq!(w.own(stranger).await.status, 404);
    assert_eq!(w.as_user("DELETE", "/v1/auth/sessions/nonsense", &one).await.status, 404);
    assert_eq!(w.as_user("DELETE", &second, &one).await.status, 204);
    assert_eq!(w.as_user("DELETE", "/v1/auth/sessions", &three).await.status, 204);
    for (session, status) in [(&one, 401), (&two, 401), (&three, 200)] {
        let refreshed = w.post("/v1/auth/refresh", json!({"refresh_token": session["refresh_token"]})).await;
        assert_eq!(refreshed.status, status);
    }
    let history = w.as_user("GET", "/v1/auth/login-history", &three).await.body;
    let items = history["items"].as_array().unwrap();
    assert!(items.len() == 3 && items.iter().all(|item| item["success"] == true && item["ip"] == "203.0.113.7"));
}

#[tokio::test]
async fn sample_requests_are_answered() {
    let w = World::new().await;
    let public = service(public(), w.ctx.clone());
    for (name, status) in [
        ("register", 202),
        ("resend-verification", 202),
        ("verify-email-wrong", 422),
        ("login-unknown", 401),
        ("refresh-over", 401),
    ] {
        let reply = Call::recorded(samples::read(&format!("auth-public.{name}"))).send(&public).await;
        assert_eq!(reply.status, status, "{name}: {:?}", reply.body);
    }
    w.begin_the_sessions_of_the_samples().await;
    for name in ["login-history", "sessions", "logout", "audit-logs"] {
        let reply = w.own(Call::recorded(samples::read(&format!("auth-account.{name}")))).await;
        assert!((200..300).contains(&reply.status), "{name}: {:?}", reply.body);
    }
}

#[tokio::test]
async fn nothing_that_anybody_sends_is_our_fault() {
    let w = World::new().await;
    w.begin_the_sessions_of_the_samples().await;
    let public = service(public(), w.ctx.clone());
    for name in ["register", "resend-verification", "verify-email-wrong", "login-unknown", "refresh-over"] {
        for call in hostile(&samples::read(&format!("auth-public.{name}"))) {
            let event = call.event().clone();
            let reply = call.send(&public).await;
            assert!(is_sound(&reply), "{name}: {reply:?}: {event}");
        }
    }
    for name in ["login-history", "sessions", "logout", "audit-logs"] {
        for call in hostile(&samples::read(&format!("auth-account.{name}"))) {
            let event = call.event().clone();
            let reply = w.own(call).await;
            assert!(is_sound(&reply), "{name}: {reply:?}: {event}");
        }
    }
}

#[tokio::test]
async fn the_workers_samples_write_the_audit_log_that_admins_read() {
    let w = World::new().await;
    let worker = AuthWorker::of(crate::Ctx::clone(&w.ctx), w.credentials.clone());
    for _ in 0..2 {
        let answer = lambda::worker::handle(&worker, samples::read("auth-worker.audit")).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
    }
    lambda::worker::handle(&worker, samples::read("auth-worker.tick")).await.unwrap();
    let admin = |query: &str| {
        let call = Call::new("GET", &format!("/v1/admin/audit-logs?{query}"));
        w.own(call.user(UserId::derived("admin"), PlatformRole::Admin))
    };
    let by_resource = admin("resource=store/0198e4c2-0000-7000-8000-000000000003").await;
    let by_actor = admin("actor=0198e4c2-0000-7000-8000-000000000001").await;
    assert_eq!((by_resource.status, &by_resource.body), (200, &by_actor.body));
    assert_eq!(by_actor.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(by_actor.body["items"][0]["action"], "store.approve");
    let (long_resource, long_actor) =
        (format!("resource={}", "a".repeat(3_000)), format!("actor={}", "a".repeat(3_000)));
    for wrong in ["", "resource=a&actor=b", "actor=", &long_resource, &long_actor] {
        assert_eq!(admin(wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_publishers_sample_is_told_to_those_who_subscribed() {
    let told = published(samples::read("auth-publisher.outbox"));
    let told: Vec<_> = told.iter().map(|(to, event)| (*to, event.fact.name())).collect();
    assert_eq!(told, [(Service::Analytics, "user.registered"), (Service::User, "user.registered")]);
}

#[tokio::test]
async fn the_first_super_admin_signs_in_with_their_role() {
    let w = World::new().await;
    let email = EMAIL.parse().unwrap();
    super_admin::create(&w.ctx, &email, &Password::parse(PASSWORD, &email).unwrap()).await.unwrap();
    let signed_in = w.sign_in().await;
    let me = w.as_user("GET", "/v1/auth/me", &signed_in).await;
    assert_eq!(me.body["role"], "SUPER_ADMIN");
}
