//! The route: always HTTP 200, whatever came; and the sample events.

use lambda::testing::{Call, Reply};

use super::*;
use crate::table::Payment;
use crate::testkit::sample;

async fn send(w: &World, body: &str) -> Reply {
    let call = Call::new("POST", "/v1/webhooks/payme").header("authorization", &basic(PAYME_KEY));
    w.send(call.text("application/json", body)).await
}

#[tokio::test]
async fn the_status_is_200_whatever_came() {
    let w = world().await;
    let refused = w.send(Call::new("GET", "/v1/webhooks/payme")).await;
    assert_eq!((refused.status, code(&refused.body)), (200, -32_300));
    let nobody = w.send(Call::new("POST", "/v1/webhooks/payme").text("text/plain", "{}")).await;
    assert_eq!((nobody.status, code(&nobody.body)), (200, -32_504));
    let huge = format!("{{\"id\":1,\"method\":\"{}\"}}", "x".repeat(100_000));
    for (body, expected) in [
        ("", -32_700),
        ("{", -32_700),
        (huge.as_str(), -32_700),
        ("null", -32_600),
        (r#"{"id":1,"method":"CheckTransaction"}"#, -32_600),
        (r#"{"id":1,"method":"ChangePassword","params":{}}"#, -32_601),
        (r#"{"id":1,"method":"CheckTransaction","params":{"id":"x"}}"#, -31_003),
    ] {
        let reply = send(&w, body).await;
        assert_eq!((reply.status, code(&reply.body)), (200, expected), "{}", reply.body);
        for language in ["uz", "ru", "en"] {
            assert!(reply.body["error"]["message"][language].as_str().is_some_and(|text| !text.is_empty()));
        }
    }
    assert_eq!(send(&w, r#"{"id":1,"method":"Pay","params":{}}"#).await.body["error"]["data"], "Pay");
}

#[tokio::test]
async fn a_table_that_is_gone_is_an_internal_error_and_still_200() {
    let w = world().await;
    let table = dynamodb::Table::new(testing::DynamoDb::start().await.client(), "um-test-nothing");
    let gone = crate::Ctx { table, ..w.ctx.clone() };
    let body = json!({"id": 1, "method": "CheckTransaction", "params": {"id": ID}}).to_string();
    let call = Call::new("POST", "/v1/webhooks/payme").header("authorization", &basic(PAYME_KEY)).text("", &body);
    let reply = call.send(&lambda::http::service(crate::http::api(), gone)).await;
    assert_eq!((reply.status, code(&reply.body)), (200, -32_400));
}

/// A checkout that waits for its payment under the id that the sample events name.
async fn waiting_as_in_the_samples(w: &World) {
    let real = whole(w, waiting(w).await).await.payment;
    let asked = sample("order-api.payme-check-perform")["body"].as_str().unwrap().to_owned();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let checkout_id = asked["params"]["account"]["order_id"].as_str().unwrap().parse().unwrap();
    w.ctx.table.create(&Payment { checkout_id, ..Payment::clone(&real) }).await.unwrap();
}

#[tokio::test]
async fn every_sample_of_paymes_calls_is_answered() {
    let w = world().await;
    waiting_as_in_the_samples(&w).await;
    for (name, member, expected) in [
        ("check-perform", "/allow", json!(true)),
        ("create", "/state", json!(1)),
        ("check", "/state", json!(1)),
        ("perform", "/state", json!(2)),
        ("set-fiscal-data", "/success", json!(true)),
        ("cancel", "/state", json!(-2)),
        ("statement", "/transactions/0/state", json!(-2)),
    ] {
        let reply = w.send(Call::recorded(sample(&format!("order-api.payme-{name}")))).await;
        assert_eq!(reply.status, 200, "{name}");
        assert_eq!(reply.body["result"].pointer(member), Some(&expected), "{name}: {}", reply.body);
    }
    let refused = w.send(Call::recorded(sample("order-api.payme-wrong-key"))).await;
    assert_eq!((refused.status, code(&refused.body)), (200, -32_504));
}
