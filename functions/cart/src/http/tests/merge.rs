use contracts::Offer;
use domain::UserId;
use futures::future::{join, join_all};
use lambda::testing::Call;
use serde_json::{Value, json};

use super::{add, show, stocked};
use crate::testkit::{World, offer, shopper, world};

fn merge(session: &str) -> Call {
    Call::new("POST", "/v1/cart/merge").json(&json!({"session": session}))
}

/// Quantities in the order of the lines.
fn quantities(cart: &Value) -> Vec<u64> {
    cart["lines"].as_array().unwrap().iter().map(|line| line["quantity"].as_u64().unwrap()).collect()
}

async fn guest_with(w: &World, offer: &Offer, quantity: u32) -> String {
    let session = w.session().await;
    w.shelf.put(offer);
    assert_eq!(w.as_guest(&session, add(offer, quantity)).await.status, 201);
    session
}

#[tokio::test]
async fn what_a_guest_chose_is_in_the_shoppers_cart() {
    let (w, a) = stocked().await;
    let session = guest_with(&w, &offer("b"), 3).await;
    w.as_guest(&session, add(&a, 30)).await;
    w.by(shopper(), add(&a, 30)).await;
    let reply = w.by(shopper(), merge(&session)).await;
    assert_eq!((reply.status, quantities(&reply.body["cart"])), (200, vec![50, 3]), "{}", reply.body);
    let cut = &reply.body["cut"];
    assert_eq!((cut.as_array().unwrap().len(), &cut[0]["wanted"], &cut[0]["kept"]), (1, &json!(60), &json!(50)));
    assert_eq!(reply.body["not_taken"], json!([]));
    assert_eq!(w.by(shopper(), show()).await.body, reply.body["cart"]);
    let after = w.as_guest(&session, show()).await;
    assert_eq!((after.status, &after.body["code"]), (401, &json!("cart-session-over")), "its token opens nothing");
    assert_eq!(w.as_guest(&session, add(&a, 1)).await.status, 401);
}

#[tokio::test]
async fn a_repeated_merge_and_two_tabs_at_once_merge_once() {
    let (w, a) = stocked().await;
    let session = guest_with(&w, &a, 30).await;
    w.by(shopper(), add(&a, 30)).await;
    let replies = join_all((0..8).map(|_| w.by(shopper(), merge(&session)))).await;
    for reply in replies.iter().chain([&w.by(shopper(), merge(&session)).await]) {
        assert_eq!((reply.status, &reply.body), (200, &replies[0].body));
        assert_eq!(reply.body["cut"][0]["wanted"], 60);
    }
    let cart = w.by(shopper(), show()).await.body;
    assert_eq!((quantities(&cart), &cart["version"]), (vec![50], &json!(2)));
}

#[tokio::test]
async fn a_repeated_merge_shows_the_cart_as_it_is_now() {
    let (w, a) = stocked().await;
    let session = guest_with(&w, &a, 2).await;
    w.by(shopper(), merge(&session)).await;
    w.by(shopper(), Call::new("DELETE", "/v1/cart")).await;
    let again = w.by(shopper(), merge(&session)).await;
    assert_eq!((again.status, quantities(&again.body["cart"])), (200, vec![]), "nothing comes back");
}

#[tokio::test]
async fn a_cart_goes_to_one_shopper_only() {
    let (w, a) = stocked().await;
    let session = guest_with(&w, &a, 2).await;
    let people: Vec<_> = (0..4).map(|n| UserId::derived(&format!("person {n}"))).collect();
    let replies = join_all(people.iter().map(|person| w.by(*person, merge(&session)))).await;
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401]);
    let mut pieces = 0;
    for person in people {
        pieces += quantities(&w.by(person, show()).await.body).iter().sum::<u64>();
    }
    assert_eq!(pieces, 2);
}

#[tokio::test]
async fn whatever_is_added_while_carts_merge_is_in_one_of_them_or_refused() {
    let (w, a) = stocked().await;
    let session = guest_with(&w, &a, 1).await;
    let guest = join_all((0..6).map(|_| w.as_guest(&session, add(&a, 1))));
    let mine = join_all((0..6).map(|_| w.by(shopper(), add(&a, 1))));
    let (merged, (guest, mine)) = join(w.by(shopper(), merge(&session)), join(guest, mine)).await;
    assert_eq!(merged.status, 200);
    assert!(mine.iter().all(|reply| reply.status == 201));
    assert!(guest.iter().all(|reply| [201, 401].contains(&reply.status)));
    let added = guest.iter().filter(|reply| reply.status == 201).count() as u64;
    assert_eq!(quantities(&w.by(shopper(), show()).await.body), [1 + added + 6]);
}

#[tokio::test]
async fn lines_without_room_are_listed_and_stay_with_the_guest() {
    let w = world().await;
    let session = guest_with(&w, &offer("one more"), 7).await;
    w.fill(100, 100).await;
    let reply = w.by(shopper(), merge(&session)).await;
    assert_eq!((reply.status, quantities(&reply.body["cart"]).len()), (200, 100));
    let left = &reply.body["not_taken"];
    assert_eq!((left.as_array().unwrap().len(), &left[0]["wanted"], &left[0]["kept"]), (1, &json!(7), &json!(0)));
    assert_eq!(left[0]["variant_id"], json!(offer("one more").variant_id));
    let token: crate::domain::SessionToken = session.parse().unwrap();
    let kept = w.item(contracts::CartOwner::Session(token.id)).await;
    assert_eq!(kept["lines"].as_l().unwrap().len(), 1);
}

#[tokio::test]
async fn an_empty_guests_cart_changes_nothing_but_its_end() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    let reply = w.by(shopper(), merge(&session)).await;
    assert_eq!((reply.status, &reply.body["cart"]["version"]), (200, &json!(0)));
    w.by(shopper(), add(&a, 1)).await;
    assert_eq!(w.by(shopper(), show()).await.body["version"], 1);
    assert_eq!(w.as_guest(&session, show()).await.status, 401);
}
