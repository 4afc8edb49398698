use e2e::{Cloud, PASSWORD, Person};
use futures::future::join_all;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_registrations_of_one_email_at_once_make_one_account() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let email = "twenty@shop.example";
    let client = cloud.client();
    let replies = join_all((0..20).map(|_| Person::register(&client, email, "CUSTOMER"))).await;
    for reply in &replies {
        assert_eq!(reply.status, 202, "{}", reply.body);
        assert_eq!(reply.body, replies[0].body, "no answer tells that the account exists");
    }
    Person::verify(cloud, email).await.expect_status(200);
    let ids = join_all((0..3).map(|_| Person::sign_in(cloud, email, PASSWORD))).await;
    assert!(ids.iter().all(|person| person.id == ids[0].id));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_of_a_new_account_arrives_by_events() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let person = Person::join(cloud, "profile", "CUSTOMER").await;
    let me = e2e::until("the profile arrives", || async {
        let reply = person.client.get("/v1/users/me").await;
        (reply.status == 200).then_some(reply)
    })
    .await;
    assert_eq!((me.text("user_id"), me.text("language")), (person.id.clone(), "en".to_owned()));
    let changed = person.client.patch("/v1/users/me", &json!({"display_name": "Nodira"})).await.expect_status(200);
    assert_eq!(changed.text("display_name"), "Nodira");
    assert_eq!(person.client.get("/v1/users/me").await.text("display_name"), "Nodira");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_failed_logins_lock_an_account_and_tell_nobody_whether_it_exists() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let person = Person::join(cloud, "locked", "CUSTOMER").await;
    let attempt = async |email: &str| {
        let wrong = json!({"email": email, "password": "Notogri-Parol-1!"});
        cloud.client().post("/v1/auth/login", &wrong).await
    };
    for _ in 0..5 {
        let (real, absent) = (attempt(&person.email).await, attempt("nobody@shop.example").await);
        assert_eq!((real.status, real.code()), (401, absent.code()));
    }
    let right = json!({"email": person.email, "password": PASSWORD});
    assert_eq!(cloud.client().post("/v1/auth/login", &right).await.status, 401, "locked, whatever the password");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_proven_cannot_sign_in() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let email = "unproven@shop.example";
    Person::register(&cloud.client(), email, "CUSTOMER").await.expect_status(202);
    let body = json!({"email": email, "password": PASSWORD});
    let reply = cloud.client().post("/v1/auth/login", &body).await;
    assert_eq!((reply.status, reply.code()), (401, "wrong-credentials"), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_registers_an_address_never_chooses_its_password() {
    let shared = Cloud::shared().await;
    let cloud = &*shared;
    let (email, theirs) = ("coveted@shop.example", "Begona-Parol-1!");
    let register = json!({"email": email, "password": theirs, "role": "CUSTOMER"});
    cloud.client().post("/v1/auth/register", &register).await.expect_status(202);
    Person::register(&cloud.client(), email, "CUSTOMER").await.expect_status(202);
    Person::verify(cloud, email).await.expect_status(200);
    let reply = cloud.client().post("/v1/auth/login", &json!({"email": email, "password": theirs})).await;
    assert_eq!((reply.status, reply.code()), (401, "wrong-credentials"), "{}", reply.body);
    Person::sign_in(cloud, email, PASSWORD).await;
}
