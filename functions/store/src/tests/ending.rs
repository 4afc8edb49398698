use contracts::{Fact, PlatformRole, StaffRole, StoreStatus, StoreTerms};
use domain::UserId;
use futures::future::join_all;
use lambda::testing::Call;
use serde_json::json;

use super::{World, get, post, vendor, world};
use crate::domain::{StaffRefusal, Step, Store};
use crate::ops::{self, Advance, StaffError};

async fn status(w: &World, store: &Store) -> StoreStatus {
    let reply = w.send(get(&format!("/internal/stores/{}", store.store_id)).function()).await;
    serde_json::from_value::<StoreTerms>(reply.body).unwrap().status
}

#[tokio::test]
async fn a_suspended_store_says_why_and_sells_again_once_it_is_reinstated() {
    let w = world().await;
    let store = w.selling("Texno").await;
    let page = get(&format!("/v1/stores/{}", store.store_id));
    let admin = |action: &str| {
        let path = format!("/v1/admin/stores/{}/{action}", store.store_id);
        post(&path, &json!({"reason": "Shikoyatlar ko'p"}))
    };
    assert_eq!(w.as_vendor(admin("suspend")).await.status, 403);
    let silent = post(&format!("/v1/admin/stores/{}/suspend", store.store_id), &json!({"reason": ""}));
    assert_eq!(w.as_admin(silent).await.status, 422);
    let suspended = w.as_admin(admin("suspend")).await;
    assert_eq!((suspended.status, &suspended.body["status"]), (200, &json!("SUSPENDED")));
    assert_eq!(status(&w, &store).await, StoreStatus::Suspended);
    assert_eq!(w.send(page.clone()).await.status, 404);
    let mine = w.as_vendor(get("/v1/stores/mine")).await;
    assert_eq!(mine.body["items"][0]["suspension"]["reason"], "Shikoyatlar ko'p");
    let again = w.as_admin(admin("suspend")).await;
    assert_eq!((again.status, &again.body["current_status"]), (409, &json!("SUSPENDED")));
    let back = w.as_admin(admin("reinstate")).await;
    assert_eq!((&back.body["status"], &back.body["suspension"]), (&json!("ACTIVE"), &json!(null)));
    assert_eq!((status(&w, &store).await, w.send(page).await.status), (StoreStatus::Active, 200));
    let recorded = w.outbox().await.into_iter().filter_map(|event| match event.fact {
        Fact::AuditRecorded(audit) if !audit.after["reason"].is_null() => Some(audit.action),
        _ => None,
    });
    let mut recorded: Vec<_> = recorded.collect();
    recorded.sort();
    assert_eq!(recorded, ["store.reinstate", "store.suspend"]);
}

#[tokio::test]
async fn whoever_sells_no_more_or_again_is_told_in_an_order_that_can_be_seen() {
    let w = world().await;
    let store = w.selling("Texno").await;
    let admin = UserId::derived("admin");
    for step in [Step::Suspend, Step::Reinstate, Step::Suspend] {
        let reason = Some("Shikoyatlar".to_owned());
        ops::advance(&w.ctx, &Advance { store: store.store_id, step, by: admin, reason }).await.unwrap();
    }
    ops::close(&w.ctx, store.store_id, vendor()).await.unwrap();
    let standing = w.outbox().await.into_iter().filter_map(|event| match event.fact {
        Fact::StoreSuspended(told) => Some((told, "suspended")),
        Fact::StoreReinstated(told) => Some((told, "reinstated")),
        Fact::StoreClosed(told) => Some((told, "closed")),
        _ => None,
    });
    let mut standing: Vec<_> = standing.collect();
    standing.sort_by_key(|(told, _)| told.revision);
    assert!(standing.iter().all(|(told, _)| (told.store_id, told.owner_id) == (store.store_id, vendor())));
    let told: Vec<_> = standing.iter().map(|(_, what)| *what).collect();
    assert_eq!(told, ["suspended", "reinstated", "suspended", "closed"]);
}

#[tokio::test]
async fn an_owner_closes_a_store_for_good() {
    let w = world().await;
    let store = w.selling("Texno").await;
    let (id, manager) = (store.store_id, UserId::derived("manager"));
    ops::invite(&w.ctx, id, vendor(), manager, StaffRole::Manager, Vec::new()).await.unwrap();
    ops::accept(&w.ctx, id, manager).await.unwrap();
    let close = Call::new("DELETE", &format!("/v1/stores/{id}"));
    assert_eq!(w.send(close.clone().user(manager, PlatformRole::Customer)).await.status, 403);
    assert_eq!(status(&w, &store).await, StoreStatus::Active);
    for _ in 0..2 {
        assert_eq!(w.as_vendor(close.clone()).await.status, 204);
    }
    assert_eq!(status(&w, &store).await, StoreStatus::Closed);
    assert_eq!(w.send(get(&format!("/v1/stores/{id}"))).await.status, 404);
    let settings = Call::new("PATCH", &format!("/v1/stores/{id}/settings")).json(&json!({"reviews": false}));
    let invite = post(&format!("/v1/stores/{id}/staff"), &json!({"user_id": UserId::derived("x"), "role": "VIEWER"}));
    for call in [settings, invite] {
        let reply = w.as_vendor(call).await;
        assert_eq!((reply.status, reply.body["code"].as_str()), (409, Some("store-status")));
    }
    for action in ["suspend", "reinstate"] {
        let reply = w.as_admin(post(&format!("/v1/admin/stores/{id}/{action}"), &json!({"reason": "why"}))).await;
        assert_eq!(reply.status, 409, "{action}: nothing leaves CLOSED");
    }
}

#[tokio::test]
async fn a_store_closed_by_many_at_once_is_closed_and_recorded_once() {
    let w = world().await;
    let store = w.selling("Texno").await;
    let results = join_all((0..8).map(|_| ops::close(&w.ctx, store.store_id, vendor()))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let closed = w
        .outbox()
        .await
        .into_iter()
        .filter(|event| matches!(&event.fact, Fact::AuditRecorded(audit) if audit.action == "store.close"));
    assert_eq!(closed.count(), 1);
}

#[tokio::test]
async fn a_closed_store_takes_on_nobody_however_the_closing_races() {
    for _ in 0..4 {
        let w = world().await;
        let store = w.selling("Texno").await;
        let (id, early, late) = (store.store_id, UserId::derived("early"), UserId::derived("late"));
        ops::invite(&w.ctx, id, vendor(), early, StaffRole::Viewer, Vec::new()).await.unwrap();
        let (closed, accepted, invited) = futures::join!(
            ops::close(&w.ctx, id, vendor()),
            ops::accept(&w.ctx, id, early),
            ops::invite(&w.ctx, id, vendor(), late, StaffRole::Viewer, Vec::new()),
        );
        closed.unwrap();
        for result in [accepted, invited] {
            assert!(matches!(result, Ok(_) | Err(StaffError::Refused(StaffRefusal::Closed))), "{result:?}");
        }
        for user in [early, late] {
            let joining = ops::accept(&w.ctx, id, user).await;
            let member = ops::member(&w.ctx.table, id, user).await.unwrap();
            assert_eq!(joining.is_ok(), member.is_some(), "who is in came in before the closing: {joining:?}");
        }
        let refused = ops::invite(&w.ctx, id, vendor(), UserId::derived("x"), StaffRole::Viewer, Vec::new()).await;
        assert!(matches!(refused, Err(StaffError::Refused(StaffRefusal::Closed))), "{refused:?}");
    }
}
