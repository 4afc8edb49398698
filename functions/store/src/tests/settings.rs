use contracts::{PaymentMethod, StoreTerms};
use domain::{Money, Region};
use lambda::testing::Call;
use serde_json::{Value, json};

use super::{World, get, world};
use crate::domain::Store;

fn patch(store: &Store, body: &Value) -> Call {
    Call::new("PATCH", &format!("/v1/stores/{}/settings", store.store_id)).json(body)
}

async fn terms(w: &World, store: &Store) -> StoreTerms {
    let reply = w.send(get(&format!("/internal/stores/{}", store.store_id)).function()).await;
    serde_json::from_value(reply.body).unwrap()
}

#[tokio::test]
async fn a_new_store_sells_by_the_platforms_rules() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let settings = w.as_vendor(get(&format!("/v1/stores/{}/settings", store.store_id))).await;
    let expected = json!({
        "reviews": true, "auto_accept": false, "return_policy": null, "shipping_fees": [],
        "free_shipping_from": {"amount": 50_000_000, "currency": "UZS"},
        "payment_methods": ["PAYME", "CASH_ON_DELIVERY"],
        "seo": {"title": null, "description": null, "keywords": []},
    });
    assert_eq!((settings.status, settings.body), (200, expected));
    let terms = terms(&w, &store).await;
    assert_eq!((terms.auto_accept, terms.payment_methods), (false, PaymentMethod::ALL.to_vec()));
    assert!(terms.reviews);
    assert_eq!((terms.shipping_fees, terms.free_shipping_from), (Vec::new(), Money::tiyin(50_000_000)));
}

#[tokio::test]
async fn checkouts_go_by_what_the_staff_set_last() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let change = json!({
        "auto_accept": true, "payment_methods": ["PAYME"], "reviews": false,
        "shipping_fees": [{"region": "UZ-BU", "fee": {"amount": 1_000_000, "currency": "UZS"}}],
        "free_shipping_from": {"amount": 0, "currency": "UZS"},
        "return_policy": {"uz": "14 kun", "ru": "14 дней"},
    });
    let changed = w.as_vendor(patch(&store, &change)).await;
    assert_eq!(changed.status, 200, "{:?}", changed.body);
    assert_eq!((&changed.body["return_policy"]["ru"], &changed.body["reviews"]), (&json!("14 дней"), &json!(false)));
    let now = terms(&w, &store).await;
    assert_eq!((now.auto_accept, now.payment_methods, now.reviews), (true, vec![PaymentMethod::Payme], false));
    assert_eq!(now.shipping_fees, [(Region::Bukhara, Money::tiyin(1_000_000))]);
    assert_eq!(now.free_shipping_from, Money::tiyin(0));
    let back = w.as_vendor(patch(&store, &json!({"free_shipping_from": null, "shipping_fees": []}))).await;
    assert_eq!(back.body["return_policy"]["uz"], "14 kun", "what is not mentioned stays");
    let now = terms(&w, &store).await;
    assert_eq!((now.free_shipping_from, now.shipping_fees), (Money::tiyin(50_000_000), Vec::new()));
}

#[tokio::test]
async fn shoppers_see_on_what_terms_a_store_sells() {
    let w = world().await;
    let store = w.selling("Texno").await;
    let change = json!({"payment_methods": ["PAYME"], "return_policy": {"uz": "14 kun"}, "auto_accept": true});
    assert_eq!(w.as_vendor(patch(&store, &change)).await.status, 200);
    for path in [format!("/v1/stores/{}", store.store_id), "/v1/stores/slug/texno".to_owned()] {
        let page = w.send(get(&path)).await;
        assert_eq!((page.status, &page.body["name"]), (200, &json!("Texno")), "{path}");
        assert_eq!(
            (&page.body["payment_methods"], &page.body["return_policy"]["uz"]),
            (&json!(["PAYME"]), &json!("14 kun"))
        );
        assert_eq!(page.body["free_shipping_from"]["amount"], 50_000_000);
        assert!(page.body.get("auto_accept").is_none(), "how a store works inside is its own business");
    }
}

#[tokio::test]
async fn a_wrong_member_is_named_and_nothing_changes() {
    let w = world().await;
    let store = w.opened("Texno").await;
    let fee = |amount: i64| json!({"region": "UZ-BU", "fee": {"amount": amount, "currency": "UZS"}});
    for (change, field) in [
        (json!({"payment_methods": []}), "payment_methods"),
        (json!({"payment_methods": ["PAYME", "PAYME"]}), "payment_methods"),
        (json!({"shipping_fees": [fee(-1)]}), "shipping_fees"),
        (json!({"shipping_fees": [fee(1), fee(2)]}), "shipping_fees"),
        (json!({"free_shipping_from": {"amount": 1, "currency": "USD"}}), "free_shipping_from"),
        (json!({"return_policy": {"uz": " "}}), "return_policy"),
        (json!({"seo": {"title": {"uz": "x".repeat(71)}}}), "seo.title"),
    ] {
        let mut change = change;
        change["auto_accept"] = json!(true);
        let reply = w.as_vendor(patch(&store, &change)).await;
        let named = reply.body["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(reply.status == 422 && named.starts_with(field), "{change}: {:?}", reply.body);
    }
    assert_eq!(w.as_vendor(patch(&store, &json!({"owner_id": "x"}))).await.status, 400);
    assert!(!terms(&w, &store).await.auto_accept);
    assert_eq!(w.told().await, ["store.opened"]);
}
