use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::{Cloud, PASSWORD, Payme, Person, Shop};
use futures::future::join_all;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn no_account_is_lost_or_half_made_when_everything_is_killed() {
    let cloud = Cloud::start().await;
    let client = cloud.client();
    let emails: Vec<String> = (0..200).map(|n| format!("crash-{n}@shop.example")).collect();
    // Eight at a time; the kill comes in the middle.
    let register = move |email: String| {
        let client = client.clone();
        async move {
            let body = json!({"email": email, "password": PASSWORD, "role": "CUSTOMER"}).to_string().into_bytes();
            let reply = client.try_send("POST", "/v1/auth/register", Some(("application/json", body))).await;
            (email, reply.is_ok_and(|r| r.status == 202))
        }
    };
    let work = tokio::spawn(async move {
        use futures::StreamExt;
        futures::stream::iter(emails).map(register).buffer_unordered(8).collect::<Vec<_>>().await
    });
    e2e::until("registrations are under way", || async {
        let mails = cloud.control().get("/mailbox?limit=200").await.body;
        (mails.as_array()?.len() >= 60).then_some(())
    })
    .await;
    let cloud = cloud.kill_and_start_again().await;
    let outcome = work.await.unwrap();
    let answered: Vec<_> = outcome.iter().filter(|(_, ok)| *ok).map(|(email, _)| email.clone()).collect();
    assert!(answered.len() >= 50 && answered.len() < 200, "the kill came in the middle: {}", answered.len());

    // Every account that was answered with success can be proven, signed in to, and has its profile.
    for email in &answered {
        cloud.client().post("/v1/auth/resend-verification", &json!({"email": email})).await.expect_status(202);
    }
    for chunk in answered.chunks(8) {
        join_all(chunk.iter().map(|email| async {
            Person::verify(&cloud, email).await.expect_status(200);
            let person = Person::sign_in(&cloud, email, PASSWORD).await;
            e2e::within_two_minutes("the profile arrives", || async {
                (person.client.get("/v1/users/me").await.status == 200).then_some(())
            })
            .await;
        }))
        .await;
    }
    // Nobody's email is blocked: who got no answer registers again and signs in.
    let unanswered: Vec<_> = outcome.iter().filter(|(_, ok)| !*ok).take(24).map(|(email, _)| email.clone()).collect();
    for email in &unanswered {
        Person::register(&cloud.client(), email, "CUSTOMER").await.expect_status(202);
        Person::verify(&cloud, email).await.expect_status(200);
        Person::sign_in(&cloud, email, PASSWORD).await;
    }
    cloud.stop().await;
}

/// Kills a function in the middle of its next batch: at its first call, before or after the call took effect.
async fn kill_at_work(cloud: &Cloud, function: &str, when: &str) {
    let fault = json!({"function": function, "nth": 1, "when": when});
    cloud.control().post("/faults", &fault).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_killed_in_the_middle_of_a_batch_loses_nothing() {
    let cloud = Cloud::start().await;
    let mut people = Vec::new();
    for n in 0..12 {
        let function = ["um-dev-user-worker", "um-dev-auth-publisher"][n % 2];
        kill_at_work(&cloud, function, ["before", "after"][n / 2 % 2]).await;
        people.push(Person::join(&cloud, &format!("batch-{n}"), "CUSTOMER").await);
    }
    // What was in flight comes again after its visibility timeout.
    let mut offset_seconds = 0;
    e2e::within_two_minutes("every profile arrives", || {
        offset_seconds += 31;
        let (cloud, people) = (&cloud, &people);
        async move {
            let missing = join_all(people.iter().map(|p| async { p.client.get("/v1/users/me").await.status })).await;
            if missing.iter().all(|status| *status == 200) {
                return Some(());
            }
            // At most fourteen minutes: tokens last fifteen.
            cloud.clock(offset_seconds.min(14 * 60)).await;
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            None
        }
    })
    .await;
    let faults = cloud.control().get("/faults").await.body;
    assert!(faults.as_array().unwrap().iter().all(|fault| fault["fired"] == true), "each struck: {faults}");
    cloud.stop().await;
}

const BUYERS: usize = 40;
/// Three of them in cash: more may not be open at once.
const ROUNDS: usize = 5;
const CHECKOUTS: i64 = 200;
const _: () = assert!(BUYERS * ROUNDS == 200);

/// A checkout from the cart to its payment. Every step may be repeated, and so may all of it; none when nobody answers, or
/// not yet with success.
async fn buy(shop: &Shop, payme: &Payme, buyer: &Person, who: usize, round: usize) -> Option<()> {
    let sent = async |path: &str, step: &str, body: &Value| {
        let client = buyer.client.with("idempotency-key", &format!("{step}-of-round-{round}"));
        let body = ("application/json", body.to_string().into_bytes());
        client.try_send("POST", path, Some(body)).await.ok().filter(|reply| reply.status == 201)
    };
    let item = json!({"product_id": shop.product_id, "variant_id": shop.variant_id, "quantity": 1});
    sent("/v1/cart/items", "adding", &item).await?;
    let method = if round.is_multiple_of(2) { "CASH_ON_DELIVERY" } else { "PAYME" };
    let placed = sent("/v1/orders", "ordering", &Shop::order_body(method)).await?;
    if method == "PAYME" {
        let time = placed.text("placed_at").parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let (id, amount) = (format!("{who:012}{round:012}"), &placed.body["total"]["amount"]);
        let account = json!({"order_id": placed.body["checkout_id"]});
        let create = json!({"id": id, "time": time, "amount": amount, "account": account});
        payme.try_call("CreateTransaction", &create).await?;
        let performed = payme.try_call("PerformTransaction", &json!({"id": id})).await?;
        (performed["result"]["state"] == 2).then_some(())?;
    }
    Some(())
}

/// All checkouts of a buyer; stops when nobody answers any more.
async fn buy_everything(shop: Shop, payme: Payme, buyer: Person, who: usize, done: Arc<AtomicUsize>) {
    for round in 0..ROUNDS {
        let mut patience = 0;
        while buy(&shop, &payme, &buyer, who, round).await.is_none() {
            // The last purchase may still be leaving the cart.
            patience += 1;
            if patience == 20 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        done.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_killed_in_the_middle_of_two_hundred_checkouts_agrees_again() {
    use futures::StreamExt;
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 1_000).await;
    let join = |n| {
        let cloud = &cloud;
        async move { Person::join(cloud, &format!("buyer-{n}"), "CUSTOMER").await }
    };
    let buyers: Vec<_> = futures::stream::iter((0..BUYERS).map(join)).buffered(8).collect().await;
    let done = Arc::new(AtomicUsize::new(0));
    let payme = Payme::of(&cloud);
    let calls: Vec<_> = buyers
        .iter()
        .enumerate()
        .map(|(who, buyer)| buy_everything(shop.clone(), payme.clone(), buyer.clone(), who, Arc::clone(&done)))
        .collect();
    let work = tokio::spawn(futures::stream::iter(calls).buffer_unordered(8).collect::<Vec<()>>());
    e2e::within_two_minutes("checkouts are under way", || async { (done.load(Ordering::Relaxed) >= 60).then_some(()) })
        .await;
    let cloud = cloud.kill_and_start_again().await;
    work.await.unwrap();
    let before = done.load(Ordering::Relaxed);
    assert!(before < BUYERS * ROUNDS, "the kill came in the middle: {before}");

    // Whoever sends the same again gets one order of each, and pays it once.
    let (shop, payme) = (shop.moved_to(&cloud), Payme::of(&cloud));
    let again = |(who, buyer): (usize, &Person)| {
        let (cloud, shop, payme, email) = (&cloud, &shop, &payme, buyer.email.clone());
        async move {
            let buyer = Person::sign_in(cloud, &email, PASSWORD).await;
            for round in 0..ROUNDS {
                let bought = || buy(shop, payme, &buyer, who, round);
                e2e::within_two_minutes("the checkout is done", bought).await;
            }
            let orders = buyer.client.get("/v1/orders").await.expect_status(200).body;
            let orders = orders["items"].as_array().unwrap().clone();
            assert_eq!(orders.len(), ROUNDS, "{orders:?}");
            orders
        }
    };
    let orders: Vec<_> = futures::stream::iter(buyers.iter().enumerate().map(again)).buffered(8).collect().await;
    let orders = orders.concat();
    let paid = orders.iter().filter(|order| order["payment"] == "COMPLETED").count();
    assert_eq!(paid, BUYERS * (ROUNDS / 2), "those by Payme");
    assert!(orders.iter().all(|order| order["fulfilment"] == "PENDING"));

    // Stock, books and numbers agree with the orders.
    let owner = &shop.owner.client;
    let (inventory, books) = (
        format!("/v1/products/{}/inventory", shop.product_id),
        format!("/v1/stores/{}/ledger?limit=100", shop.store_id),
    );
    e2e::within_two_minutes("stock and sales agree with the orders", || async {
        let stock = owner.get(&inventory).await.expect_status(200).body["variants"][0].take();
        let pieces = ["on_hand", "reserved", "available"].map(|member| stock[member].as_i64());
        let sales = shop.sold_today().await;
        let held = pieces == [Some(1_000), Some(CHECKOUTS), Some(1_000 - CHECKOUTS)];
        (held && sales["orders"] == CHECKOUTS && sales["items"] == CHECKOUTS).then_some(())
    })
    .await;
    let total: i64 = orders.iter().map(|order| order["total"]["amount"].as_i64().unwrap()).sum();
    assert_eq!(shop.sold_today().await["revenue"]["amount"], total);
    let books = owner.get(&books).await.expect_status(200).body;
    let payments = books["items"].as_array().unwrap();
    assert_eq!(payments.len(), paid, "each payment is booked once");
    for payment in payments {
        let sum: i64 =
            payment["entries"].as_array().unwrap().iter().map(|e| e["amount"]["amount"].as_i64().unwrap()).sum();
        assert_eq!((&payment["kind"], sum), (&json!("PAYMENT"), 0));
    }
    let queues = cloud.control().get("/queues").await.body;
    let dead = queues.as_array().unwrap().iter().filter(|q| q["queue"].as_str().unwrap().contains("dead"));
    assert!(dead.clone().count() > 0 && dead.clone().all(|q| q["visible"] == 0), "nothing was given up: {queues}");
    cloud.stop().await;
}
