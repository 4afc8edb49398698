use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;

use super::ensure_user_pools;
use crate::clock::Clock;
use crate::ministack::tests::{FakeInvokeApi, kill_9, start};
use crate::ministack::{Error, Ministack};
use crate::template::model::UserPool;

const PASSWORD: &str = "Passw0rd!long";
const DAY_SECONDS: i64 = 86_400;

fn template() -> UserPool {
    let trigger = "arn:aws:lambda:us-east-1:123456789012:function:pre-token";
    UserPool {
        logical_id: "People".to_owned(),
        properties: json!({
            "UserPoolName": "people-test",
            "UserPoolTier": "ESSENTIALS",
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "Policies": { "PasswordPolicy": { "MinimumLength": 8 } },
            "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaArn": trigger, "LambdaVersion": "V2_0" } },
        }),
        pre_token_function_arn: Some(trigger.to_owned()),
        clients: vec![(
            "Client".to_owned(),
            json!({
                "UserPoolId": "pending-People",
                "ClientName": "backend",
                "GenerateSecret": true,
                "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                "AccessTokenValidity": 15,
                "RefreshTokenValidity": 7,
                "TokenValidityUnits": { "AccessToken": "minutes", "RefreshToken": "days" },
            }),
        )],
    }
}

/// What the pre-token trigger of a service answers: another scope and a claim.
fn scopes() -> Value {
    let access = json!({
        "scopesToAdd": ["shop/api"],
        "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        "claimsToAddOrOverride": { "roles": ["vendor"] },
    });
    json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": access } })
}

/// A pool with its client, and what a backend does with it.
struct Pool {
    ministack: Ministack,
    id: String,
    client_id: String,
    secret: String,
}

impl Pool {
    async fn open(state: &TempDir, invoke_url: &str, clock: &Clock) -> Self {
        let ministack = start(state.path(), invoke_url, clock).await;
        let ids = ensure_user_pools(&ministack, &[template()]).await.unwrap();
        let [id, client_id] = ["People", "Client"].map(|logical_id| ids[logical_id].clone());
        let described = json!({ "UserPoolId": id, "ClientId": client_id });
        let described = ministack.cognito("DescribeUserPoolClient", &described).await.unwrap();
        let secret = described["UserPoolClient"]["ClientSecret"].as_str().unwrap().to_owned();
        Self { ministack, id, client_id, secret }
    }

    async fn register(&self, name: &str) -> Result<(), Error> {
        let user = json!({ "UserPoolId": self.id, "Username": name, "MessageAction": "SUPPRESS" });
        self.ministack.cognito("AdminCreateUser", &user).await?;
        let password = json!({ "UserPoolId": self.id, "Username": name, "Password": PASSWORD, "Permanent": true });
        self.ministack.cognito("AdminSetUserPassword", &password).await.map(drop)
    }

    async fn log_in(&self, name: &str) -> Result<Value, Error> {
        let parameters = json!({ "USERNAME": name, "PASSWORD": PASSWORD, "SECRET_HASH": self.secret_hash(name) });
        self.authenticate("ADMIN_USER_PASSWORD_AUTH", parameters).await
    }

    async fn refresh(&self, name: &str, tokens: &Value) -> Result<Value, Error> {
        let parameters = json!({ "REFRESH_TOKEN": tokens["RefreshToken"], "SECRET_HASH": self.secret_hash(name) });
        self.authenticate("REFRESH_TOKEN_AUTH", parameters).await
    }

    async fn authenticate(&self, flow: &str, parameters: Value) -> Result<Value, Error> {
        let request = json!({
            "UserPoolId": self.id, "ClientId": self.client_id, "AuthFlow": flow, "AuthParameters": parameters,
        });
        let mut answer = self.ministack.cognito("AdminInitiateAuth", &request).await?;
        Ok(answer["AuthenticationResult"].take())
    }

    fn secret_hash(&self, name: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(name.as_bytes());
        mac.update(self.client_id.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }

    /// The claims of an access token, its signature checked with the published keys.
    async fn verified(&self, tokens: &Value) -> Value {
        let token = tokens["AccessToken"].as_str().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let keys: JwkSet = http.get(self.ministack.jwks_url(&self.id)).send().await.unwrap().json().await.unwrap();
        let key = keys.find(&decode_header(token).unwrap().kid.unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_issuer(&[format!("https://cognito-idp.us-east-1.amazonaws.com/{}", self.id)]);
        decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
    }
}

fn refusal(result: Result<Value, Error>) -> String {
    match result {
        Err(Error::Refused { body, .. }) => body,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_log_in_asks_the_trigger_once_and_carries_its_scope() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    pool.register("ann").await.unwrap();
    let tokens = pool.log_in("ann").await.unwrap();

    let claims = pool.verified(&tokens).await;
    assert_eq!(claims["scope"], "shop/api");
    assert_eq!(claims["roles"], json!(["vendor"]));
    assert_eq!(claims["client_id"], json!(pool.client_id));
    assert_eq!(claims["token_use"], "access");
    {
        let events = trigger.events.lock().unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["triggerSource"], "TokenGeneration_Authentication");
        assert_eq!(events[0]["version"], "2");
        assert_eq!(events[0]["userName"], "ann");
    }
    pool.refresh("ann", &tokens).await.unwrap();
    assert_eq!(trigger.events.lock().unwrap()[1]["triggerSource"], "TokenGeneration_RefreshTokens");
    pool.ministack.stop().await;
}

#[tokio::test]
async fn without_its_trigger_nobody_logs_in() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    pool.register("ann").await.unwrap();
    let tokens = pool.log_in("ann").await.unwrap();

    trigger.take_away();
    for refused in [pool.log_in("ann").await, pool.refresh("ann", &tokens).await] {
        let refused = refusal(refused);
        assert!(refused.contains("UnexpectedLambdaException"), "{refused}");
    }
    trigger.fail_with("no such tenant");
    let refused = refusal(pool.log_in("ann").await);
    assert!(refused.contains("UserLambdaValidationException"), "{refused}");
    assert!(refused.contains("PreTokenGeneration failed with error no such tenant."), "{refused}");
    for garbage in [json!("text"), json!({}), json!([1])] {
        trigger.return_only(garbage);
        let refused = refusal(pool.log_in("ann").await);
        assert!(refused.contains("InvalidLambdaResponseException"), "{refused}");
    }
    pool.ministack.stop().await;
}

#[tokio::test]
async fn a_token_without_the_user_scope_cannot_change_its_user() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    pool.register("ann").await.unwrap();
    let tokens = pool.log_in("ann").await.unwrap();
    let change = json!({ "AccessToken": tokens["AccessToken"], "UserAttributes": [{ "Name": "name", "Value": "x" }] });
    let refused = refusal(pool.ministack.cognito("UpdateUserAttributes", &change).await);
    assert!(refused.contains("NotAuthorizedException"), "{refused}");
    pool.ministack.stop().await;
}

#[tokio::test]
async fn accounts_that_were_answered_survive_kill_9() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    pool.register("first").await.unwrap();
    let tokens = pool.log_in("first").await.unwrap();
    let revoked = pool.log_in("first").await.unwrap();
    let revoke = json!({ "Token": revoked["RefreshToken"], "ClientId": pool.client_id, "ClientSecret": pool.secret });
    pool.ministack.cognito("RevokeToken", &revoke).await.unwrap();

    // 200 registrations at once, of which the kill cuts off some.
    let names: Vec<String> = (0..200).map(|number| format!("user-{number}")).collect();
    let answered = std::sync::Mutex::new(Vec::new());
    let half = tokio::sync::Notify::new();
    let registrations = futures::future::join_all(names.iter().map(|name| async {
        if pool.register(name).await.is_ok() {
            let mut answered = answered.lock().unwrap();
            answered.push(name.clone());
            if answered.len() == names.len() / 2 {
                half.notify_one();
            }
        }
    }));
    let kill = async {
        half.notified().await;
        kill_9(&pool.ministack).await;
    };
    tokio::join!(registrations, kill);
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() >= names.len() / 2);

    let again = Pool::open(&state, &trigger.url, &clock).await;
    assert_eq!((&again.id, &again.client_id, &again.secret), (&pool.id, &pool.client_id, &pool.secret));
    for name in &answered {
        again.log_in(name).await.unwrap_or_else(|cause| panic!("{name} was answered and is lost: {cause}"));
    }
    again.verified(&tokens).await;
    again.refresh("first", &tokens).await.unwrap();
    let refused = refusal(again.refresh("first", &revoked).await);
    assert!(refused.contains("revoked"), "{refused}");
    // Whoever was cut off can register again, whether or not the first half had happened.
    for name in names.iter().filter(|name| !answered.contains(name)) {
        let exists = json!({ "UserPoolId": again.id, "Username": name });
        if again.ministack.cognito("AdminGetUser", &exists).await.is_ok() {
            again.ministack.cognito("AdminDeleteUser", &exists).await.unwrap();
        }
        again.register(name).await.unwrap();
        again.log_in(name).await.unwrap();
    }
    again.ministack.stop().await;
}

#[tokio::test]
async fn every_kind_of_change_survives_kill_9() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    for name in ["changed", "disabled", "member", "deleted", "signed-out"] {
        pool.register(name).await.unwrap();
    }
    let tokens = pool.log_in("signed-out").await.unwrap();
    let attributes = json!([{ "Name": "locale", "Value": "uz" }]);
    for (operation, name, mut body) in [
        ("AdminUpdateUserAttributes", "changed", json!({ "UserAttributes": attributes })),
        ("AdminDisableUser", "disabled", json!({})),
        ("CreateGroup", "", json!({ "GroupName": "staff" })),
        ("AdminAddUserToGroup", "member", json!({ "GroupName": "staff" })),
        ("AdminDeleteUser", "deleted", json!({})),
        ("AdminUserGlobalSignOut", "signed-out", json!({})),
    ] {
        body["UserPoolId"] = json!(pool.id);
        if !name.is_empty() {
            body["Username"] = json!(name);
        }
        pool.ministack.cognito(operation, &body).await.unwrap();
    }
    let in_pool = json!({ "UserPoolId": pool.id });
    let users = pool.ministack.cognito("ListUsers", &in_pool).await.unwrap();
    kill_9(&pool.ministack).await;

    let again = Pool::open(&state, &trigger.url, &clock).await;
    let by_name = |users: Value| {
        let mut users = users["Users"].as_array().unwrap().clone();
        users.sort_by_key(|user| user["Username"].to_string());
        users
    };
    assert_eq!(by_name(again.ministack.cognito("ListUsers", &in_pool).await.unwrap()), by_name(users));
    let of_member = json!({ "UserPoolId": again.id, "Username": "member" });
    let groups = again.ministack.cognito("AdminListGroupsForUser", &of_member).await.unwrap();
    assert_eq!(groups["Groups"][0]["GroupName"], "staff");
    let refused = refusal(again.log_in("disabled").await);
    assert!(refused.contains("NotAuthorizedException"), "{refused}");
    refusal(again.log_in("deleted").await);
    let refused = refusal(again.refresh("signed-out", &tokens).await);
    assert!(refused.contains("revoked"), "{refused}");
    again.ministack.stop().await;
}

#[tokio::test]
async fn tokens_live_by_the_shared_clock() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    pool.register("ann").await.unwrap();
    let tokens = pool.log_in("ann").await.unwrap();

    clock.set_offset_seconds(6 * DAY_SECONDS);
    let later = pool.refresh("ann", &tokens).await.unwrap();
    let claims = pool.verified(&later).await;
    let issued = claims["iat"].as_i64().unwrap();
    assert!((issued - clock.now().as_second()).abs() < 60, "{issued}");
    assert_eq!(claims["exp"].as_i64().unwrap() - issued, 15 * 60);
    clock.set_offset_seconds(8 * DAY_SECONDS);
    let refused = refusal(pool.refresh("ann", &tokens).await);
    assert!(refused.contains("Refresh Token has expired"), "{refused}");
    pool.ministack.stop().await;
}

#[tokio::test]
async fn a_changed_template_reaches_the_pool_that_is_there() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let trigger = FakeInvokeApi::answering(scopes()).await;
    let pool = Pool::open(&state, &trigger.url, &clock).await;
    let mut changed = template();
    changed.properties["Policies"]["PasswordPolicy"]["MinimumLength"] = json!(20);
    changed.clients[0].1["AccessTokenValidity"] = json!(30);
    let ids = ensure_user_pools(&pool.ministack, &[changed]).await.unwrap();
    assert_eq!((&ids["People"], &ids["Client"]), (&pool.id, &pool.client_id));
    let refused = pool.register("ann").await.unwrap_err();
    assert!(refused.to_string().contains("InvalidPasswordException"), "{refused}");
    let described = json!({ "UserPoolId": pool.id, "ClientId": pool.client_id });
    let described = pool.ministack.cognito("DescribeUserPoolClient", &described).await.unwrap();
    assert_eq!(described["UserPoolClient"]["AccessTokenValidity"], 30);
    assert_eq!(described["UserPoolClient"]["ClientSecret"], json!(pool.secret));
    pool.ministack.stop().await;
}

#[tokio::test]
async fn a_property_without_a_body_here_is_named() {
    let (state, clock) = (tempfile::tempdir().unwrap(), Clock::default());
    let ministack = start(state.path(), "http://127.0.0.1:9", &clock).await;
    let mut pool = template();
    pool.properties["SmsConfiguration"] = json!({});
    let error = ensure_user_pools(&ministack, &[pool]).await.unwrap_err();
    assert_eq!(error.to_string(), "People: SmsConfiguration is not supported by the laptop cloud");
    ministack.stop().await;
}
