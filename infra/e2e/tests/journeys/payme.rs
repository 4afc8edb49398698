//! What Payme's sandbox does with a merchant before it lets one go live.

use e2e::{Cloud, Payme, Person, Reply, Shop};
use serde_json::{Value, json};

/// One piece, with free delivery.
const AMOUNT: i64 = 450_000_000;
const TWELVE_HOURS_MS: i64 = 43_200_000;

const WRONG_AMOUNT: i64 = -31_001;
const UNKNOWN_TRANSACTION: i64 = -31_003;
const HANDED_OVER: i64 = -31_007;
const WRONG_STATE: i64 = -31_008;
const UNKNOWN_ACCOUNT: i64 = -31_050;
const NOT_PAYABLE: i64 = -31_051;
const NOT_PAYME: i64 = -32_504;

/// 24 characters, as Payme's.
fn id(n: u32) -> String {
    format!("{n:024x}")
}

fn error(answer: &Value) -> i64 {
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("not refused: {answer}"))
}

fn millis(placed: &Reply) -> i64 {
    placed.text("placed_at").parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// A checkout that waits for its payment: its id, and the moment in milliseconds.
async fn waiting(cloud: &Cloud, shop: &Shop, name: &str) -> (Person, String, i64) {
    let shopper = Person::join(cloud, name, "CUSTOMER").await;
    shop.add_to_cart(&shopper, 1).await;
    let placed = shop.order_by(&shopper, "paid-by-payme", "PAYME").await.expect_status(201);
    (shopper, placed.text("checkout_id"), millis(&placed))
}

async fn fulfilment(shopper: &Person) -> Value {
    shopper.client.get("/v1/orders").await.expect_status(200).body["items"][0]["fulfilment"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn paymes_sandbox_is_passed() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 10).await;
    let payme = Payme::of(&cloud);
    let (shopper, checkout, time) = waiting(&cloud, &shop, "sandbox").await;

    // Nobody but Payme, whatever is called.
    for stranger in [Payme::with_key(&cloud, "wrong"), Payme::with_key(&cloud, "")] {
        assert_eq!(error(&stranger.check_perform(&checkout, AMOUNT).await), NOT_PAYME);
        assert_eq!(error(&stranger.perform(&id(1)).await), NOT_PAYME);
        assert_eq!(error(&stranger.statement(0, time).await), NOT_PAYME);
    }
    // Wrong amounts and accounts, before and with a transaction.
    for wrong in [AMOUNT - 1, AMOUNT + 1, AMOUNT / 100, 1] {
        assert_eq!(error(&payme.check_perform(&checkout, wrong).await), WRONG_AMOUNT);
        assert_eq!(error(&payme.create(&id(1), time, &checkout, wrong).await), WRONG_AMOUNT);
    }
    for nothing in ["12345", "0198e4c2-0000-7000-8000-000000000001", ""] {
        assert_eq!(error(&payme.check_perform(nothing, AMOUNT).await), UNKNOWN_ACCOUNT);
        assert_eq!(error(&payme.create(&id(1), time, nothing, AMOUNT).await), UNKNOWN_ACCOUNT);
    }
    for answer in [payme.perform(&id(1)).await, payme.cancel(&id(1), 3).await, payme.check(&id(1)).await] {
        assert_eq!(error(&answer), UNKNOWN_TRANSACTION);
    }
    assert_eq!(payme.check_perform(&checkout, AMOUNT).await["result"]["allow"], true);

    // Created, busy for others, cancelled before it was performed: each again is the same.
    let created = payme.create(&id(1), time, &checkout, AMOUNT).await;
    assert_eq!(created["result"]["state"], 1, "{created}");
    assert_eq!(payme.create(&id(1), time, &checkout, AMOUNT).await, created);
    assert_eq!(error(&payme.create(&id(2), time, &checkout, AMOUNT).await), NOT_PAYABLE);
    assert_eq!(error(&payme.check_perform(&checkout, AMOUNT).await), NOT_PAYABLE);
    let order = shopper.client.get("/v1/orders").await.body["items"][0]["order_id"].as_str().unwrap().to_owned();
    let cancel = shopper.client.post(&format!("/v1/orders/{order}/cancel"), &json!({})).await;
    assert_eq!((cancel.status, cancel.code()), (409, "payment-under-way"));
    let cancelled = payme.cancel(&id(1), 3).await;
    assert_eq!(cancelled["result"]["state"], -1, "{cancelled}");
    assert_eq!(payme.cancel(&id(1), 3).await, cancelled);
    assert_eq!(error(&payme.perform(&id(1)).await), WRONG_STATE);

    // Another pays it; performed, and taken back before anything was handed over.
    assert_eq!(payme.create(&id(2), time + 1, &checkout, AMOUNT).await["result"]["state"], 1);
    let performed = payme.perform(&id(2)).await;
    assert_eq!(performed["result"]["state"], 2, "{performed}");
    assert_eq!(payme.perform(&id(2)).await, performed);
    let fiscal = json!({"receipt_id": 1, "status_code": 0, "message": "accepted", "terminal_id": "1", "fiscal_sign": "1",
        "qr_code_url": "https://ofd.soliq.uz/check?r=1", "date": "20261123120000"});
    assert_eq!(payme.set_fiscal_data(&id(2), "PERFORM", &fiscal).await["result"]["success"], true);
    assert_eq!(fulfilment(&shopper).await, "PENDING");
    let reversed = payme.cancel(&id(2), 5).await;
    assert_eq!(reversed["result"]["state"], -2, "{reversed}");
    assert_eq!(payme.cancel(&id(2), 5).await, reversed);
    assert_eq!(payme.check(&id(2)).await["result"]["reason"], 5);
    assert_eq!(fulfilment(&shopper).await, "CANCELLED");
    e2e::until("the piece is back", || async { (shop.available().await == 10).then_some(()) }).await;

    // What was handed over is not taken back.
    let (buyer, shipped, time_of_shipped) = waiting(&cloud, &shop, "handed-over").await;
    payme.create(&id(3), time_of_shipped, &shipped, AMOUNT).await;
    assert_eq!(payme.perform(&id(3)).await["result"]["state"], 2);
    let order = buyer.client.get("/v1/orders").await.body["items"][0]["order_id"].as_str().unwrap().to_owned();
    for to in ["CONFIRMED", "PROCESSING", "PACKED", "SHIPPED"] {
        let path = format!("/v1/stores/{}/orders/{order}/transitions", shop.store_id);
        shop.owner.client.post(&path, &json!({"to": to})).await.expect_status(200);
    }
    assert_eq!(error(&payme.cancel(&id(3), 5).await), HANDED_OVER);
    assert_eq!(fulfilment(&buyer).await, "SHIPPED");

    // The statement has all three by Payme's own times, the oldest first.
    let statement = e2e::until("the statement is whole", || async {
        let statement = payme.statement(time, time_of_shipped).await["result"]["transactions"].clone();
        (statement.as_array()?.len() == 3).then_some(statement)
    })
    .await;
    let of = |member: &str| statement.as_array().unwrap().iter().map(|t| t[member].clone()).collect::<Vec<_>>();
    assert_eq!(of("id"), [id(1), id(2), id(3)]);
    assert_eq!((of("state"), of("amount")), (vec![json!(-1), json!(-2), json!(2)], vec![json!(AMOUNT); 3]));
    assert_eq!(payme.statement(time - 2, time - 1).await["result"]["transactions"], json!([]));
    cloud.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_nobody_performs_ends_after_twelve_hours_and_gives_the_stock_back() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 10).await;
    let payme = Payme::of(&cloud);
    let (shopper, checkout, time) = waiting(&cloud, &shop, "forgetful").await;
    assert_eq!(error(&payme.create(&id(1), time - TWELVE_HOURS_MS, &checkout, AMOUNT).await), WRONG_STATE, "too old");
    assert_eq!(payme.create(&id(1), time, &checkout, AMOUNT).await["result"]["state"], 1);
    // An hour later the thirty minutes are over, but somebody is paying.
    cloud.clock(3_600).await;
    assert_eq!(payme.check(&id(1)).await["result"]["state"], 1);
    assert_eq!(shop.available().await, 9);
    cloud.clock(12 * 3_600 + 60).await;
    assert_eq!(error(&payme.perform(&id(1)).await), WRONG_STATE);
    let ended = payme.check(&id(1)).await;
    assert_eq!((&ended["result"]["state"], &ended["result"]["reason"]), (&json!(-1), &json!(4)));
    e2e::within_two_minutes("the piece is back", || async { (shop.available().await == 10).then_some(()) }).await;
    let shopper = Person::sign_in(&cloud, &shopper.email, e2e::PASSWORD).await;
    let order = shopper.client.get("/v1/orders").await.expect_status(200).body["items"][0].clone();
    assert_eq!((&order["fulfilment"], &order["payment"]), (&json!("CANCELLED"), &json!("CANCELLED")));
    cloud.stop().await;
}
