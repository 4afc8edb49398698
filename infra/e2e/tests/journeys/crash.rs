use e2e::{Cloud, PASSWORD, Person, Shop};
use futures::future::join_all;
use serde_json::json;

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

#[tokio::test(flavor = "multi_thread")]
async fn no_sale_is_lost_or_doubled_when_everything_is_killed() {
    let cloud = Cloud::start().await;
    let shop = Shop::open(&cloud, 1_000).await;
    let buyers = join_all((0..40).map(|n| {
        let cloud = &cloud;
        async move { Person::join(cloud, &format!("buyer-{n}"), "CUSTOMER").await }
    }))
    .await;
    join_all(buyers.iter().map(|buyer| shop.add_to_cart(buyer, 1))).await;
    let work = {
        let calls: Vec<_> = buyers.iter().map(|buyer| shop.prepared_order(buyer, "when-it-crashes")).collect();
        tokio::spawn(async move {
            use futures::StreamExt;
            futures::stream::iter(calls).buffer_unordered(6).collect::<Vec<_>>().await
        })
    };
    let (first, list) = (&buyers[0], "/v1/orders");
    e2e::until("orders are under way", || async {
        let reply = first.client.get(list).await;
        (!reply.body["items"].as_array()?.is_empty()).then_some(())
    })
    .await;
    let cloud = cloud.kill_and_start_again().await;
    work.await.unwrap();
    let shop = shop.moved_to(&cloud);

    // Whoever sends the same request again gets an order, and one only.
    let buyers = join_all(buyers.iter().map(|b| Person::sign_in(&cloud, &b.email, PASSWORD))).await;
    let orders = e2e::within_two_minutes("every shopper has one order", || async {
        let replies = join_all(buyers.iter().map(|b| shop.order(b, "when-it-crashes"))).await;
        replies.iter().all(|r| r.status == 201).then_some(replies)
    })
    .await;
    assert_eq!(orders.len(), 40);
    for buyer in &buyers {
        assert_eq!(buyer.client.get(list).await.body["items"].as_array().unwrap().len(), 1);
    }
    e2e::within_two_minutes("stock and sales agree", || async {
        (shop.available().await == 960 && shop.sold_today().await["orders"] == 40).then_some(())
    })
    .await;
    cloud.stop().await;
}
