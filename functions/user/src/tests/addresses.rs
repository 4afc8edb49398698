use contracts::DeliveryAddress;
use domain::UserId;
use lambda::testing::{Call, Reply};
use serde_json::{Value, json};

use super::{World, get, world};

const LIST: &str = "/v1/users/me/addresses";

fn body() -> Value {
    json!({
        "recipient": " Aziza Karimova ", "phone": "+998 90 123-45-67", "region": "UZ-TK", "district": "Yunusobod",
        "mahalla": "Bog'ishamol", "street": "Amir Temur", "house": "12A", "postal_code": "100084",
        "location": {"latitude": 41.31, "longitude": 69.24},
    })
}

async fn add(w: &World, user: UserId, body: &Value) -> Reply {
    w.as_user(user, Call::new("POST", LIST).json(body)).await
}

#[tokio::test]
async fn an_address_is_added_read_changed_and_removed() {
    let w = world().await;
    let user = UserId::derived("u");
    let added = add(&w, user, &body()).await;
    assert_eq!(added.status, 201, "{:?}", added.body);
    assert_eq!((&added.body["type"], &added.body["is_default"]), (&json!("HOME"), &json!(true)));
    assert_eq!((&added.body["recipient"], &added.body["phone"]), (&json!("Aziza Karimova"), &json!("+998901234567")));
    let path = format!("{LIST}/{}", added.body["address_id"].as_str().unwrap());
    assert_eq!(w.as_user(user, get(&path)).await.body, added.body);
    let change = json!({"house": "14", "mahalla": null, "label": "Uy"});
    let changed = w.as_user(user, Call::new("PATCH", &path).json(&change)).await;
    assert_eq!((changed.status, &changed.body["house"], &changed.body["mahalla"]), (200, &json!("14"), &Value::Null));
    assert_eq!(w.as_user(user, get(LIST)).await.body["items"], json!([changed.body]));
    assert_eq!(w.as_user(user, Call::new("DELETE", &path)).await.status, 204);
    assert_eq!(w.as_user(user, Call::new("DELETE", &path)).await.status, 404);
    assert_eq!(w.as_user(user, get(LIST)).await.body["items"], json!([]));
}

#[tokio::test]
async fn every_wrong_member_is_named() {
    let w = world().await;
    let user = UserId::derived("u");
    let mut wrong = body();
    for (field, value) in [
        ("recipient", json!("  ")),
        ("phone", json!("+7 900 123 45 67")),
        ("region", json!("UZ-XX")),
        ("house", json!("")),
        ("postal_code", json!("10008")),
        ("landmark", json!("a\u{7}b")),
        ("location", json!({"latitude": 55.75, "longitude": 37.62})),
    ] {
        wrong[field] = value;
    }
    let reply = add(&w, user, &wrong).await;
    assert_eq!(reply.status, 422);
    let named = reply.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap());
    let mut named: Vec<_> = named.collect();
    named.sort_unstable();
    assert_eq!(named, ["house", "landmark", "location", "phone", "postal_code", "recipient", "region"]);
    let mut foreign = body();
    foreign["postal_code"] = json!("140100");
    let reply = add(&w, user, &foreign).await;
    assert_eq!((reply.status, reply.body["errors"][0]["field"].as_str()), (422, Some("postal_code")));
    let mut unknown = body();
    unknown["user_id"] = json!("x");
    assert_eq!(add(&w, user, &unknown).await.status, 400);
    assert_eq!(w.as_user(user, get(LIST)).await.body["items"], json!([]));
}

#[tokio::test]
async fn one_address_is_the_default_and_another_takes_its_place() {
    let w = world().await;
    let user = UserId::derived("u");
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(add(&w, user, &body()).await.body["address_id"].as_str().unwrap().to_owned());
    }
    let defaults = async || {
        let list = w.as_user(user, get(LIST)).await.body;
        let items = list["items"].as_array().unwrap().clone();
        let ids =
            items.iter().filter(|a| a["is_default"] == true).map(|a| a["address_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(defaults().await, [ids[0].clone()]);
    let put = Call::new("PUT", &format!("{LIST}/{}/default", ids[1]));
    for _ in 0..2 {
        let reply = w.as_user(user, put.clone()).await;
        assert_eq!((reply.status, &reply.body["is_default"]), (200, &json!(true)));
    }
    assert_eq!(defaults().await, [ids[1].clone()]);
    assert_eq!(w.as_user(user, Call::new("DELETE", &format!("{LIST}/{}", ids[1]))).await.status, 204);
    assert_eq!(defaults().await, [ids[2].clone()]);
}

#[tokio::test]
async fn the_twenty_first_address_is_refused() {
    let w = world().await;
    let user = UserId::derived("u");
    for _ in 0..20 {
        assert_eq!(add(&w, user, &body()).await.status, 201);
    }
    let reply = add(&w, user, &body()).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str(), &reply.body["max"]),
        (409, Some("addresses-full"), &json!(20))
    );
}

#[tokio::test]
async fn a_repeated_request_with_its_key_adds_nothing() {
    let w = world().await;
    let user = UserId::derived("u");
    let keyed = |body: &Value| Call::new("POST", LIST).json(body).header("idempotency-key", "address-1");
    let first = w.as_user(user, keyed(&body())).await;
    let again = w.as_user(user, keyed(&body())).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body["address_id"], again.body["address_id"]);
    let mut other = body();
    other["house"] = json!("99");
    let reused = w.as_user(user, keyed(&other)).await;
    assert_eq!((reused.status, reused.body["code"].as_str()), (422, Some("idempotency-key-reused")));
}

#[tokio::test]
async fn nobody_reaches_an_address_of_somebody_else() {
    let w = world().await;
    let (user, other) = (UserId::derived("u"), UserId::derived("v"));
    add(&w, other, &body()).await;
    let added = add(&w, user, &body()).await.body;
    let id = added["address_id"].as_str().unwrap();
    let path = format!("{LIST}/{id}");
    for call in [
        get(&path),
        Call::new("PATCH", &path).json(&json!({"house": "1"})),
        Call::new("DELETE", &path),
        Call::new("PUT", &format!("{path}/default")),
    ] {
        assert_eq!(w.as_user(other, call.clone()).await.status, 404, "{}", call.event()["rawPath"]);
        assert_eq!(w.send(call).await.status, 401);
    }
    assert_eq!(w.as_user(user, get(&path)).await.body, added);
    let internal = |user: UserId| get(&format!("/internal/users/{user}/addresses/{id}"));
    assert_eq!(w.send(internal(other).function()).await.status, 404);
    assert_eq!(w.as_user(user, internal(user)).await.status, 403);
    let reply = w.send(internal(user).function()).await;
    let address: DeliveryAddress = serde_json::from_value(reply.body).unwrap();
    assert_eq!((address.house.as_str(), address.street.as_str()), ("12A", "Bog'ishamol, Amir Temur"));
    assert_eq!(address.postal_code.as_deref(), Some("100084"));
}
