use contracts::{Member, PlatformRole, StaffRole};
use domain::{StoreId, UserId};
use lambda::testing::Call;
use serde_json::json;

use super::{get, post, vendor, world};
use crate::domain::{MemberStatus, StaffMember};
use crate::table;

#[tokio::test]
async fn only_a_vendor_opens_a_store() {
    let w = world().await;
    let body =
        json!({"name": "Texno", "type": "INDIVIDUAL", "region": "UZ-TK", "contacts": {"phone": "+998901234567"}});
    for (role, status) in [
        (PlatformRole::Customer, 403),
        (PlatformRole::Admin, 403),
        (PlatformRole::SuperAdmin, 403),
        (PlatformRole::Vendor, 201),
    ] {
        assert_eq!(w.send(post("/v1/stores", &body).user(vendor(), role)).await.status, status, "{role:?}");
    }
    assert_eq!(w.send(post("/v1/stores", &body)).await.status, 401);
}

#[tokio::test]
async fn a_member_who_was_removed_is_out_at_once() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let (manager, id) = (UserId::derived("manager"), store.store_id);
    let row = StaffMember { role: StaffRole::Manager, ..StaffMember::owner(id, manager, store.opened_at) };
    w.ctx.table.create(&row).await.unwrap();
    let patch = |name: &str| {
        let call = Call::new("PATCH", &format!("/v1/stores/{id}")).json(&json!({ "name": name }));
        call.user(manager, PlatformRole::Customer)
    };
    assert_eq!(w.send(patch("Texno 2")).await.status, 200);
    let member = get(&format!("/internal/stores/{id}/members/{manager}")).function();
    let reply = w.send(member.clone()).await;
    let asked: Member = serde_json::from_value(reply.body).unwrap();
    assert_eq!((asked.role, asked.permissions), (StaffRole::Manager, StaffRole::Manager.permissions().to_vec()));
    let read = w.ctx.table.get_consistent::<StaffMember>(table::staff(id, manager)).await.unwrap().unwrap();
    w.ctx.table.replace(&read, StaffMember { status: MemberStatus::Suspended, ..row }).await.unwrap();
    assert_eq!(w.send(patch("Texno 3")).await.status, 403);
    assert_eq!(w.send(member).await.status, 404);
}

#[tokio::test]
async fn strangers_change_nothing_and_learn_nothing() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let stranger = UserId::derived("stranger");
    let (id, other) = (store.store_id, StoreId::derived("no store"));
    for path in [format!("/v1/stores/{id}/submit"), format!("/v1/stores/{other}/submit")] {
        assert_eq!(w.send(Call::new("POST", &path).user(stranger, PlatformRole::Vendor)).await.status, 403);
        assert_eq!(w.send(Call::new("POST", &path)).await.status, 401);
    }
    for action in ["approve", "reject", "plan"] {
        let call = post(&format!("/v1/admin/stores/{id}/{action}"), &json!({}));
        assert_eq!(w.as_vendor(call).await.status, 403, "{action}");
    }
    let approve = Call::new("POST", &format!("/v1/admin/stores/{other}/approve"));
    assert_eq!(w.as_admin(approve).await.status, 404);
    let nobody = w.send(get(&format!("/internal/stores/{id}/members/{stranger}")).function()).await;
    assert_eq!(nobody.status, 404);
    assert_eq!(w.send(get(&format!("/internal/stores/{id}")).user(vendor(), PlatformRole::Vendor)).await.status, 403);
    let mine = w.send(get("/v1/stores/mine").user(stranger, PlatformRole::Vendor)).await;
    assert_eq!(mine.body["items"], json!([]));
}
