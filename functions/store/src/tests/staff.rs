use contracts::{Event, Fact, PlatformRole, StaffRole};
use domain::UserId;
use futures::future::join_all;
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};

use super::{World, get, post, vendor, world};
use crate::domain::{MemberChange, MemberStatus, STAFF_MAX, StaffMember, StaffRefusal, Store};
use crate::ops::{self, StaffError};

fn person(name: &str) -> UserId {
    UserId::derived(name)
}

async fn send_as(w: &World, user: UserId, call: Call) -> Reply {
    w.send(call.user(user, PlatformRole::Customer)).await
}

fn staff(store: &Store) -> String {
    format!("/v1/stores/{}/staff", store.store_id)
}

/// Invites `name` in the vendor's name, and has them accept.
async fn joined(w: &World, store: &Store, name: &str, role: StaffRole) -> UserId {
    let user = person(name);
    ops::invite(&w.ctx, store.store_id, vendor(), user, role, Vec::new()).await.unwrap();
    ops::accept(&w.ctx, store.store_id, user).await.unwrap();
    user
}

async fn works(w: &World, store: &Store, user: UserId) -> bool {
    ops::member(&w.ctx.table, store.store_id, user).await.unwrap().is_some()
}

/// What was told of `user`'s place: the fact and the role.
async fn told_of(w: &World, user: UserId) -> Vec<(&'static str, Option<StaffRole>)> {
    let told = |event: Event| match &event.fact {
        Fact::StaffInvited(staff) | Fact::StaffChanged(staff) if staff.user_id == user => {
            Some((event.id, event.fact.name(), staff.role))
        }
        _ => None,
    };
    let mut told: Vec<_> = w.outbox().await.into_iter().filter_map(told).collect();
    told.sort_by_key(|(id, ..)| *id);
    told.sort_by_key(|(_, name, role)| (*name != "staff.invited", role.is_none()));
    told.into_iter().map(|(_, name, role)| (name, role)).collect()
}

async fn owners(w: &World, store: &Store) -> Vec<UserId> {
    let query = crate::table::all_staff(store.store_id).consistent();
    let rows = w.ctx.table.query_all::<StaffMember>(query, 1_000).await.unwrap();
    rows.iter().filter(|row| row.owns()).map(|row| row.user_id).collect()
}

async fn read(w: &World, store: &Store) -> Store {
    ops::store(&w.ctx, store.store_id).await.unwrap().unwrap().into_row()
}

#[tokio::test]
async fn an_invited_person_is_no_member_until_they_accept() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let (list, manager) = (staff(&store), person("manager"));
    let body = json!({"user_id": manager, "role": "MANAGER"});
    let invited = w.as_vendor(post(&list, &body)).await;
    assert_eq!((invited.status, &invited.body["status"]), (201, &json!("INVITED")), "{:?}", invited.body);
    assert_eq!(w.as_vendor(post(&list, &body)).await.body, invited.body, "a repeated invitation is one");
    assert!(!works(&w, &store, manager).await);
    assert_eq!(send_as(&w, manager, get(&list)).await.status, 403);
    let mine = send_as(&w, manager, get("/v1/stores/invitations")).await;
    assert_eq!(
        (&mine.body["items"][0]["store_name"], &mine.body["items"][0]["role"]),
        (&json!("Texno"), &json!("MANAGER"))
    );
    assert_eq!(send_as(&w, manager, get("/v1/stores/mine")).await.body["items"], json!([]));
    let accept = Call::new("POST", &format!("{list}/accept"));
    assert_eq!(send_as(&w, person("stranger"), accept.clone()).await.status, 404);
    for _ in 0..2 {
        let accepted = send_as(&w, manager, accept.clone()).await;
        assert_eq!((accepted.status, &accepted.body["status"]), (200, &json!("ACTIVE")));
    }
    assert!(works(&w, &store, manager).await);
    assert_eq!(send_as(&w, manager, get("/v1/stores/invitations")).await.body["items"], json!([]));
    assert_eq!(send_as(&w, manager, get("/v1/stores/mine")).await.body["items"][0]["role"], "MANAGER");
    let people = send_as(&w, manager, get(&list)).await;
    assert_eq!((people.status, people.body["items"].as_array().unwrap().len()), (200, 2));
    let again = w.as_vendor(post(&list, &body)).await;
    assert_eq!((again.status, again.body["code"].as_str()), (409, Some("already-member")));
    let manager_role = Some(StaffRole::Manager);
    assert_eq!(told_of(&w, manager).await, [("staff.invited", manager_role), ("staff.changed", manager_role)]);
}

#[tokio::test]
async fn a_suspended_or_removed_member_is_out_at_once() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let manager = joined(&w, &store, "manager", StaffRole::Manager).await;
    let one = format!("{}/{manager}", staff(&store));
    let patch = |body: Value| Call::new("PATCH", &one).json(&body);
    let suspended = w.as_vendor(patch(json!({"status": "SUSPENDED"}))).await;
    assert_eq!((suspended.status, &suspended.body["status"]), (200, &json!("SUSPENDED")));
    assert!(!works(&w, &store, manager).await);
    let accept = Call::new("POST", &format!("{}/accept", staff(&store)));
    assert_eq!(send_as(&w, manager, accept.clone()).await.status, 404, "nobody reinstates themselves");
    let back =
        w.as_vendor(patch(json!({"status": "ACTIVE", "role": "VIEWER", "permissions": ["products-write"]}))).await;
    assert_eq!((back.status, &back.body["permissions"]), (200, &json!(["products-write"])));
    assert!(works(&w, &store, manager).await);
    assert_eq!(w.as_vendor(patch(json!({"status": "INVITED"}))).await.body["code"], "invitation-open");
    assert_eq!(w.as_vendor(Call::new("DELETE", &one)).await.status, 204);
    assert!(!works(&w, &store, manager).await);
    assert_eq!(w.as_vendor(Call::new("DELETE", &one)).await.status, 404);
    assert_eq!(send_as(&w, manager, accept).await.status, 404, "an old invitation is over");
    assert_eq!(read(&w, &store).await.members, 1);
    let gone = told_of(&w, manager).await.into_iter().filter(|told| *told == ("staff.changed", None)).count();
    assert_eq!(gone, 2, "suspended, removed");
}

#[tokio::test]
async fn nobody_but_who_manages_staff_changes_it_and_nobody_gives_more_than_they_have() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let (list, id) = (staff(&store), store.store_id);
    let manager = joined(&w, &store, "manager", StaffRole::Manager).await;
    let invite = |role: &str| post(&list, &json!({"user_id": person("new"), "role": role}));
    assert_eq!(send_as(&w, manager, invite("VIEWER")).await.status, 403);
    let patch = |user: UserId, body: Value| Call::new("PATCH", &format!("{list}/{user}")).json(&body);
    assert_eq!(w.as_vendor(patch(manager, json!({"permissions": ["staff-write"]}))).await.status, 200);
    for (role, status) in [("OWNER", 403), ("ACCOUNTANT", 403), ("EMPLOYEE", 201)] {
        assert_eq!(send_as(&w, manager, invite(role)).await.status, status, "{role}");
    }
    for call in [patch(vendor(), json!({"role": "VIEWER"})), Call::new("DELETE", &format!("{list}/{}", vendor()))] {
        assert_eq!(send_as(&w, manager, call).await.status, 403, "owners are touched by owners");
    }
    let own = send_as(&w, manager, patch(manager, json!({"role": "OWNER"}))).await;
    assert_eq!((own.status, own.body["code"].as_str()), (409, Some("own-membership")));
    let other = w.opened("Boshqa").await;
    assert_eq!(send_as(&w, manager, get(&staff(&other))).await.status, 403);
    let foreign = Call::new("DELETE", &format!("{}/{manager}", staff(&other)));
    assert_eq!(w.as_vendor(foreign).await.status, 404, "a member of another store");
    assert!(ops::member(&w.ctx.table, id, manager).await.unwrap().is_some());
}

#[tokio::test]
async fn the_last_owner_stays_and_another_one_stands_for_the_store_when_the_first_leaves() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let leave = Call::new("DELETE", &format!("{}/me", staff(&store)));
    let last = w.as_vendor(leave.clone()).await;
    assert_eq!((last.status, last.body["code"].as_str()), (409, Some("last-owner")));
    let second = joined(&w, &store, "second", StaffRole::Owner).await;
    assert_eq!(w.as_vendor(leave.clone()).await.status, 204);
    assert_eq!(owners(&w, &store).await, [second]);
    let now = read(&w, &store).await;
    assert_eq!((now.owner_id, now.members), (second, 1));
    assert_eq!(send_as(&w, second, leave.clone()).await.status, 409);
    assert_eq!(w.as_vendor(leave).await.status, 404);
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    for round in 0..8 {
        let w = world().await;
        let store = w.opened("Texno").await;
        let second = joined(&w, &store, "second", StaffRole::Owner).await;
        let id = store.store_id;
        let demote = MemberChange { role: Some(StaffRole::Viewer), ..MemberChange::default() };
        let suspend = MemberChange { status: Some(MemberStatus::Suspended), ..MemberChange::default() };
        let results = match round % 4 {
            0 => {
                join_all(
                    [(vendor(), second), (second, vendor())].map(|(by, of)| ops::remove_member(&w.ctx, id, by, of)),
                )
                .await
            }
            1 => join_all([vendor(), second].map(|me| ops::leave(&w.ctx, id, me))).await,
            2 => {
                join_all(
                    [(vendor(), second, &demote), (second, vendor(), &suspend)]
                        .map(async |(by, of, change)| ops::change_member(&w.ctx, id, by, of, change).await.map(|_| ())),
                )
                .await
            }
            _ => {
                let (removed, left) =
                    futures::join!(ops::remove_member(&w.ctx, id, vendor(), second), ops::leave(&w.ctx, id, vendor()),);
                vec![removed, left]
            }
        };
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "round {round}: {results:?}");
        let owners = owners(&w, &store).await;
        assert_eq!(owners.len(), 1, "round {round}");
        assert_eq!(read(&w, &store).await.owner_id, owners[0], "round {round}: who stands for the store owns it");
    }
}

#[tokio::test]
async fn races_for_the_last_place_fill_it_once() {
    let w = world().await;
    let store = w.opened("Texno").await;
    for n in 2..STAFF_MAX {
        ops::invite(&w.ctx, store.store_id, vendor(), person(&n.to_string()), StaffRole::Viewer, Vec::new())
            .await
            .unwrap();
    }
    let invite =
        |n: u32| ops::invite(&w.ctx, store.store_id, vendor(), person(&format!("x{n}")), StaffRole::Viewer, Vec::new());
    let results = join_all((0..4).map(invite)).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "{results:?}");
    let full = |r: &&Result<_, StaffError>| matches!(r, Err(StaffError::Refused(StaffRefusal::Full)));
    assert_eq!(results.iter().filter(full).count(), 3);
    assert_eq!(read(&w, &store).await.members, STAFF_MAX);
}

#[tokio::test]
async fn an_invitation_that_is_accepted_and_withdrawn_at_once_ends_one_way() {
    for _ in 0..4 {
        let w = world().await;
        let store = w.opened("Texno").await;
        let (id, invited) = (store.store_id, person("invited"));
        ops::invite(&w.ctx, id, vendor(), invited, StaffRole::Employee, Vec::new()).await.unwrap();
        let (accepted, removed) =
            futures::join!(ops::accept(&w.ctx, id, invited), ops::remove_member(&w.ctx, id, vendor(), invited));
        removed.unwrap();
        assert!(matches!(accepted, Ok(_) | Err(StaffError::NotFound)), "{accepted:?}");
        assert!(!works(&w, &store, invited).await, "removed is removed");
        assert_eq!(read(&w, &store).await.members, 1);
    }
}

#[tokio::test]
async fn every_change_of_the_staff_is_recorded_with_what_was_and_what_is() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let manager = joined(&w, &store, "manager", StaffRole::Manager).await;
    let role = MemberChange { role: Some(StaffRole::Viewer), ..MemberChange::default() };
    for _ in 0..2 {
        ops::change_member(&w.ctx, store.store_id, vendor(), manager, &role).await.unwrap();
    }
    ops::remove_member(&w.ctx, store.store_id, vendor(), manager).await.unwrap();
    let audits = w.outbox().await.into_iter().filter_map(|event| match event.fact {
        Fact::AuditRecorded(audit) => Some((audit.action, audit.before["role"].clone(), audit.after["role"].clone())),
        _ => None,
    });
    let mut audits: Vec<_> = audits.collect();
    audits.sort_by_key(|(action, ..)| action.clone());
    let record = |action: &str, before: Value, after: Value| (format!("store.staff.{action}"), before, after);
    let expected = [
        record("accept", json!("MANAGER"), json!("MANAGER")),
        record("change-member", json!("MANAGER"), json!("VIEWER")),
        record("invite", Value::Null, json!("MANAGER")),
        record("remove-member", json!("VIEWER"), Value::Null),
    ];
    assert_eq!(audits, expected, "the second change changed nothing");
}
