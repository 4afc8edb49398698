use contracts::{Fact, StoreTerms};
use jiff::SignedDuration;
use lambda::testing::Call;
use serde_json::{Value, json};

use super::{get, post, vendor, world};

fn body() -> Value {
    json!({
        "name": "Texno Do'kon", "type": "BUSINESS", "stir": "301234567", "region": "UZ-TK",
        "contacts": {"phone": "+998 90 123-45-67", "email": "info@texno.example"},
    })
}

#[tokio::test]
async fn a_store_sells_once_an_admin_has_approved_it() {
    let w = world().await;
    let opened = w.as_vendor(post("/v1/stores", &body())).await;
    assert_eq!(opened.status, 201, "{:?}", opened.body);
    assert_eq!((&opened.body["status"], &opened.body["slug"]), (&json!("PENDING"), &json!("texno-dokon")));
    assert_eq!((&opened.body["plan"], &opened.body["products_max"]), (&json!("FREE"), &json!(50)));
    let id = opened.body["store_id"].as_str().unwrap().to_owned();
    let public = [format!("/v1/stores/{id}"), "/v1/stores/slug/texno-dokon".to_owned()];
    for path in &public {
        assert_eq!(w.send(get(path)).await.status, 404, "{path}: nobody sees it yet");
    }
    let approve = format!("/v1/admin/stores/{id}/approve");
    let early = w.as_admin(Call::new("POST", &approve)).await;
    assert_eq!((early.status, &early.body["current_status"]), (409, &json!("PENDING")));
    let submitted = w.as_vendor(Call::new("POST", &format!("/v1/stores/{id}/submit"))).await;
    assert_eq!((submitted.status, &submitted.body["status"]), (200, &json!("UNDER_REVIEW")));
    let waiting = w.as_admin(get("/v1/admin/stores")).await;
    assert_eq!(waiting.body["items"][0]["store_id"], id);
    let approved = w.as_admin(Call::new("POST", &approve)).await;
    assert_eq!((approved.status, &approved.body["status"]), (200, &json!("ACTIVE")));
    for path in &public {
        let reply = w.send(get(path)).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.body["contacts"]["phone"], "+998901234567");
        assert!(reply.body.get("stir").is_none() && reply.body.get("owner_id").is_none());
    }
    assert_eq!(w.send(get("/v1/stores")).await.body["items"].as_array().unwrap().len(), 1);
    let mine = w.as_vendor(get("/v1/stores/mine")).await;
    assert_eq!(
        (&mine.body["items"][0]["role"], &mine.body["items"][0]["stir"]),
        (&json!("OWNER"), &json!("301234567"))
    );
    let told = w.told().await;
    assert_eq!(told, ["store.opened", "audit.recorded", "audit.recorded", "store.approved"]);
}

#[tokio::test]
async fn an_audit_record_says_who_did_what_from_what_to_what() {
    let w = world().await;
    let store = w.opened("Texno").await;
    w.as_vendor(Call::new("POST", &format!("/v1/stores/{}/submit", store.store_id))).await;
    let outbox = w.outbox().await;
    let audit = outbox.iter().find_map(|e| match &e.fact {
        Fact::AuditRecorded(audit) => Some((e, audit)),
        _ => None,
    });
    let (event, audit) = audit.unwrap();
    assert_eq!(event.actor, contracts::Actor::User { id: vendor() });
    assert_eq!((audit.action.as_str(), audit.resource.clone()), ("store.submit", format!("store/{}", store.store_id)));
    assert_eq!((&audit.before["status"], &audit.after["status"]), (&json!("PENDING"), &json!("UNDER_REVIEW")));
}

#[tokio::test]
async fn a_rejected_store_sees_why_and_tries_again() {
    let w = world().await;
    let mut incomplete = body();
    incomplete["stir"] = Value::Null;
    let id = w.as_vendor(post("/v1/stores", &incomplete)).await.body["store_id"].as_str().unwrap().to_owned();
    let submit = || Call::new("POST", &format!("/v1/stores/{id}/submit"));
    let refused = w.as_vendor(submit()).await;
    assert_eq!((refused.status, &refused.body["missing"]), (422, &json!(["stir"])));
    let patch = |body: Value| Call::new("PATCH", &format!("/v1/stores/{id}")).json(&body);
    assert_eq!(w.as_vendor(patch(json!({"stir": "301234567"}))).await.status, 200);
    assert_eq!(w.as_vendor(submit()).await.status, 200);
    let frozen = w.as_vendor(patch(json!({"stir": "309999999"}))).await;
    assert_eq!((frozen.status, &frozen.body["fields"]), (409, &json!(["stir"])));
    let reject = format!("/v1/admin/stores/{id}/reject");
    assert_eq!(w.as_admin(post(&reject, &json!({"reason": ""}))).await.status, 422);
    let rejected = w.as_admin(post(&reject, &json!({"reason": "STIR noto'g'ri"}))).await;
    assert_eq!((rejected.status, &rejected.body["status"]), (200, &json!("PENDING")));
    assert_eq!(w.as_vendor(get("/v1/stores/mine")).await.body["items"][0]["rejection"], "STIR noto'g'ri");
    assert_eq!(w.as_vendor(patch(json!({"stir": "309999999"}))).await.status, 200);
    assert_eq!(w.as_vendor(submit()).await.body["rejection"], Value::Null);
}

#[tokio::test]
async fn a_plan_is_set_by_an_admin_and_reaches_the_other_services() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let terms = async || {
        let reply = w.send(get(&format!("/internal/stores/{}", store.store_id)).function()).await;
        serde_json::from_value::<StoreTerms>(reply.body).unwrap()
    };
    let before = terms().await;
    assert_eq!((before.products_max, before.commission_basis_points), (50, 500));
    assert_eq!(before.free_shipping_from.to_string(), "500 000 so'm");
    let plan = post(&format!("/v1/admin/stores/{}/plan", store.store_id), &json!({"plan": "PREMIUM"}));
    for _ in 0..2 {
        let reply = w.as_admin(plan.clone()).await;
        assert_eq!((reply.status, &reply.body["products_max"]), (200, &json!(5_000)));
    }
    assert_eq!(terms().await.products_max, 5_000);
    assert_eq!(w.told().await, ["store.opened", "audit.recorded"], "the second one changed nothing");
}

#[tokio::test]
async fn lists_of_stores_go_on_where_a_page_ended() {
    let w = world().await;
    for n in 0..5 {
        let store = w.opened(&format!("Texno {n}")).await;
        let id = store.store_id;
        w.ctx.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(w.as_vendor(Call::new("POST", &format!("/v1/stores/{id}/submit"))).await.status, 200);
        assert_eq!(w.as_admin(Call::new("POST", &format!("/v1/admin/stores/{id}/approve"))).await.status, 200);
    }
    for list in ["/v1/stores", "/v1/stores/mine", "/v1/admin/stores?status=ACTIVE"] {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        let sep = if list.contains('?') { '&' } else { '?' };
        loop {
            let path = format!("{list}{sep}limit=2{cursor}");
            let page =
                if list.contains("admin") { w.as_admin(get(&path)).await } else { w.as_vendor(get(&path)).await };
            assert_eq!(page.status, 200, "{:?}", page.body);
            names.extend(page.body["items"].as_array().unwrap().iter().map(|s| s["slug"].as_str().unwrap().to_owned()));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(names, ["texno-0", "texno-1", "texno-2", "texno-3", "texno-4"], "{list}");
    }
}

#[tokio::test]
async fn a_taken_slug_is_a_409_and_a_reserved_one_is_refused() {
    let w = world().await;
    let first = w.as_vendor(post("/v1/stores", &body())).await;
    let again = w.as_vendor(post("/v1/stores", &body())).await;
    assert_eq!((again.status, again.body["code"].as_str()), (409, Some("slug-taken")));
    assert_eq!(again.body["store_id"], first.body["store_id"]);
    let other = contracts::PlatformRole::Vendor;
    let foreign = w.send(post("/v1/stores", &body()).user(domain::UserId::derived("other"), other)).await;
    assert_eq!((foreign.status, foreign.body.get("store_id")), (409, None));
    for (field, wrong) in
        [("slug", json!("mine")), ("stir", json!("1")), ("region", json!("UZ-XX")), ("name", json!("x"))]
    {
        let mut body = body();
        body[field] = wrong;
        assert_eq!(w.as_vendor(post("/v1/stores", &body)).await.status, 400, "{field}");
    }
    let mut bad_mail = body();
    bad_mail["contacts"]["email"] = json!("nobody");
    let reply = w.as_vendor(post("/v1/stores", &bad_mail)).await;
    assert_eq!((reply.status, reply.body["errors"][0]["field"].as_str()), (422, Some("contacts.email")));
}
