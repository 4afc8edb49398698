use contracts::Offer;
use lambda::testing::Call;
use serde_json::json;

use super::{add, item_of, show, stocked};
use crate::testkit::shopper;

#[tokio::test]
async fn a_line_is_saved_for_later_and_restored() {
    let (w, a) = stocked().await;
    let cart = w.by(shopper(), add(&a, 4)).await.body;
    let id = item_of(&cart, 0);
    let save = || Call::new("POST", "/v1/cart/saved").json(&json!({"item_id": id}));
    let saved = w.by(shopper(), save()).await;
    assert_eq!((saved.status, &saved.body["items"][0]["quantity"]), (201, &json!(4)));
    let again = w.by(shopper(), save()).await;
    assert_eq!((again.status, &again.body), (201, &saved.body), "a request that comes twice is answered alike");
    let cart = w.by(shopper(), show()).await.body;
    assert_eq!((&cart["lines"], &cart["saved"]), (&json!([]), &json!(1)));
    let restore = || Call::new("POST", &format!("/v1/cart/saved/{id}/restore"));
    w.shelf.put(&Offer { available: 3, ..a.clone() });
    let short = w.by(shopper(), restore()).await;
    assert_eq!((short.status, &short.body["code"]), (409, &json!("stock-short")));
    w.shelf.put(&a);
    let cart = w.by(shopper(), restore()).await;
    assert_eq!((cart.status, &cart.body["lines"][0]["quantity"], &cart.body["saved"]), (200, &json!(4), &json!(0)));
    let again = w.by(shopper(), restore()).await;
    assert_eq!((again.status, again.body), (200, cart.body));
    assert_eq!(w.by(shopper(), Call::new("DELETE", &format!("/v1/cart/saved/{id}"))).await.status, 404);
}

#[tokio::test]
async fn saved_lines_are_ones_own() {
    let (w, a) = stocked().await;
    let session = w.session().await;
    let id = item_of(&w.as_guest(&session, add(&a, 1)).await.body, 0);
    let save = Call::new("POST", "/v1/cart/saved").json(&json!({"item_id": id}));
    assert_eq!(w.by(shopper(), save.clone()).await.status, 404);
    assert_eq!(w.as_guest(&session, save).await.status, 201);
    let path = format!("/v1/cart/saved/{id}");
    for call in [Call::new("DELETE", &path), Call::new("POST", &format!("{path}/restore"))] {
        assert_eq!(w.by(shopper(), call).await.status, 404);
    }
    assert_eq!(w.as_guest(&session, Call::new("DELETE", &path)).await.status, 204);
    let saved = w.as_guest(&session, Call::new("GET", "/v1/cart/saved")).await;
    assert_eq!((saved.status, saved.body), (200, json!({"items": []})));
}
