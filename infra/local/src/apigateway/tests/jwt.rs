use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::Router;
use axum::routing::get;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Api, header, operation};

const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool";
const CLIENT: &str = "client1";

/// An issuer whose keys can be changed, and how often they were asked for.
#[derive(Clone, Default)]
struct Issuer {
    keys: Arc<Mutex<Vec<Jwk>>>,
    fetches: Arc<Mutex<usize>>,
}

impl Issuer {
    async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let this = self.clone();
        let router = Router::new().route(
            "/jwks.json",
            get(async move || {
                *this.fetches.lock().unwrap() += 1;
                axum::Json(JwkSet { keys: this.keys.lock().unwrap().clone() })
            }),
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    fn publish(&self, kid: &str, key: &EncodingKey) {
        let mut jwk = Jwk::from_encoding_key(key, Algorithm::RS256).unwrap();
        jwk.common.key_id = Some(kid.to_owned());
        self.keys.lock().unwrap().push(jwk);
    }

    fn fetches(&self) -> usize {
        *self.fetches.lock().unwrap()
    }
}

/// Where the PKCS#1 key begins in the PKCS#8 form of a key of 2,048 bits.
const PKCS1_AT: usize = 26;

static KEYS: LazyLock<[EncodingKey; 2]> = LazyLock::new(|| [generated(), generated()]);

fn generated() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    EncodingKey::from_rsa_der(&der.as_ref()[PKCS1_AT..])
}

fn key_1() -> &'static EncodingKey {
    &KEYS[0]
}

fn key_2() -> &'static EncodingKey {
    &KEYS[1]
}

/// An API with an open route, a route for tokens, and one that asks for a scope.
async fn api(issuer: &Issuer) -> Api {
    let authorizer = json!({ "x-amazon-apigateway-authorizer": {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "jwtConfiguration": { "issuer": ISSUER, "audience": ["other", CLIENT] },
    } });
    let definition = json!({
        "security": [{ "Pool": [] }],
        "components": { "securitySchemes": { "Pool": authorizer } },
        "paths": {
            "/open": { "get": operation(&json!({ "security": [] })) },
            "/token": { "get": operation(&json!({})) },
            "/scope": { "get": operation(&json!({ "security": [{ "Pool": ["um/admin", "um/api"] }] })) },
        },
    });
    let issuers = [(ISSUER.to_owned(), issuer.serve().await)].into();
    Api::with(definition, json!({}), issuers, Duration::from_secs(20)).await
}

/// The claims of a good access token, some of them changed; `null` takes one away.
fn claims(api: &Api, changes: &Value) -> Value {
    let now = api.cloud.clock.now().as_second();
    let mut claims = json!({
        "iss": ISSUER, "sub": "s1", "client_id": CLIENT, "token_use": "access", "scope": "um/api openid",
        "iat": now - 10, "exp": now + 300, "cognito:groups": ["a", "b"], "flag": true,
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn signed(kid: Option<&str>, key: &EncodingKey, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = kid.map(str::to_owned);
    encode(&header, claims, key).unwrap()
}

async fn get_with(api: &Api, path: &str, token: &str) -> reqwest::Response {
    api.request("GET", path).header("authorization", token).send().await.unwrap()
}

#[tokio::test]
async fn a_good_token_passes_with_its_claims_as_strings() {
    let issuer = Issuer::default();
    issuer.publish("k1", key_1());
    let api = api(&issuer).await;
    let claims = claims(&api, &json!({}));
    let token = signed(Some("k1"), key_1(), &claims);
    for (path, scopes) in [("/token", json!(null)), ("/scope", json!(["um/admin", "um/api"]))] {
        for value in [format!("Bearer {token}"), format!("bearer {token}"), token.clone()] {
            let event: Value = get_with(&api, path, &value).await.json().await.unwrap();
            let jwt = &event["requestContext"]["authorizer"]["jwt"];
            assert_eq!(jwt["scopes"], scopes);
            assert_eq!(
                jwt["claims"],
                json!({
                    "iss": ISSUER, "sub": "s1", "client_id": CLIENT, "token_use": "access", "scope": "um/api openid",
                    "iat": claims["iat"].to_string(), "exp": claims["exp"].to_string(),
                    "cognito:groups": "[a b]", "flag": "true",
                })
            );
        }
    }
}

#[tokio::test]
async fn an_id_token_passes_where_no_scope_is_asked_for_as_in_aws() {
    let issuer = Issuer::default();
    issuer.publish("k1", key_1());
    let api = api(&issuer).await;
    let changes = json!({ "aud": CLIENT, "client_id": null, "scope": null, "token_use": "id" });
    let token = signed(Some("k1"), key_1(), &claims(&api, &changes));
    assert_eq!(get_with(&api, "/token", &token).await.status(), 200);
    assert_eq!(get_with(&api, "/scope", &token).await.status(), 403);
}

#[tokio::test]
async fn bad_tokens_are_refused_and_told_why() {
    let issuer = Issuer::default();
    issuer.publish("k1", key_1());
    let api = api(&issuer).await;
    let now = api.cloud.clock.now().as_second();
    let changed = |changes: Value| signed(Some("k1"), key_1(), &claims(&api, &changes));
    let good = changed(json!({}));
    let (head, signature) = good.rsplit_once('.').unwrap();
    let (_, body) = head.split_once('.').unwrap();
    let other_body = changed(json!({ "sub": "s2" })).split('.').nth(1).unwrap().to_owned();
    let none = "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ";
    let public_key = serde_json::to_vec(&issuer.keys.lock().unwrap()[0]).unwrap();
    let mut hmac = Header::new(Algorithm::HS256);
    hmac.kid = Some("k1".to_owned());
    let hmac = encode(&hmac, &claims(&api, &json!({})), &EncodingKey::from_secret(&public_key)).unwrap();

    for (token, why) in [
        (changed(json!({ "exp": now })), "the token has expired"),
        (changed(json!({ "exp": null })), "the token has expired"),
        (changed(json!({ "exp": "never" })), "the token has a time that is no number"),
        (changed(json!({ "nbf": now + 60 })), "the token is not valid yet"),
        (changed(json!({ "iat": now + 60 })), "the token is not valid yet"),
        (changed(json!({ "iss": format!("{ISSUER}2") })), "the token does not have a valid issuer"),
        (changed(json!({ "iss": null })), "the token does not have a valid issuer"),
        (changed(json!({ "client_id": "client2" })), "the token does not have a valid audience"),
        (changed(json!({ "client_id": null })), "the token does not have a valid audience"),
        // `aud` decides where there is one.
        (changed(json!({ "aud": "client2" })), "the token does not have a valid audience"),
        (signed(Some("k1"), key_2(), &claims(&api, &json!({}))), "the token's signature is invalid"),
        (signed(Some("k2"), key_2(), &claims(&api, &json!({}))), "the token's key is unknown"),
        (signed(None, key_1(), &claims(&api, &json!({}))), "the token has no key id"),
        (format!("{}.{other_body}.{signature}", head.split('.').next().unwrap()), "the token's signature is invalid"),
        (format!("{none}.{body}."), "the token is not a valid JWT"),
        (format!("{none}.{body}.{signature}"), "the token is not a valid JWT"),
        (hmac, "signing method HS256 is invalid"),
        ("nonsense".to_owned(), "the token is not a valid JWT"),
        ("a.b.c".to_owned(), "the token is not a valid JWT"),
    ] {
        for path in ["/token", "/scope"] {
            let response = get_with(&api, path, &format!("Bearer {token}")).await;
            assert_eq!(response.status(), 401, "{why}: {token}");
            let scope = if path == "/scope" { "um/admin um/api" } else { "" };
            let expected = format!("Bearer scope=\"{scope}\" error=\"invalid_token\" error_description=\"{why}\"");
            assert_eq!(header(&response, "www-authenticate"), Some(expected.as_str()));
            assert_eq!(response.text().await.unwrap(), r#"{"message":"Unauthorized"}"#);
        }
    }
    assert!(api.cloud.lambda.logs().recent("misbehaving").is_empty(), "no function ran");
}

#[tokio::test]
async fn without_a_token_only_the_open_route_answers() {
    let api = api(&Issuer::default()).await;
    for path in ["/token", "/scope"] {
        for request in [api.request("GET", path), api.request("GET", path).header("authorization", "Bearer ")] {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 401);
            assert_eq!(header(&response, "www-authenticate"), Some("Bearer"));
            assert_eq!(response.text().await.unwrap(), r#"{"message":"Unauthorized"}"#);
        }
    }
    assert_eq!(get_with(&api, "/open", "Bearer nonsense").await.status(), 200);
}

#[tokio::test]
async fn a_token_without_a_scope_of_the_route_is_forbidden() {
    let issuer = Issuer::default();
    issuer.publish("k1", key_1());
    let api = api(&issuer).await;
    for (changes, status) in [
        (json!({ "scope": "um/apix openid" }), 403),
        (json!({ "scope": null }), 403),
        (json!({ "scope": null, "scp": ["um/admin"] }), 200),
        (json!({ "scope": "um/admin" }), 200),
    ] {
        let token = signed(Some("k1"), key_1(), &claims(&api, &changes));
        let response = get_with(&api, "/scope", &token).await;
        assert_eq!(response.status(), status);
        if status == 403 {
            assert!(header(&response, "www-authenticate").unwrap().contains("insufficient_scope"));
            assert_eq!(response.text().await.unwrap(), r#"{"message":"Forbidden"}"#);
        }
    }
}

#[tokio::test]
async fn tokens_expire_by_the_clock_of_the_cloud() {
    let issuer = Issuer::default();
    issuer.publish("k1", key_1());
    let api = api(&issuer).await;
    let token = signed(Some("k1"), key_1(), &claims(&api, &json!({})));
    assert_eq!(get_with(&api, "/token", &token).await.status(), 200);
    api.cloud.clock.set_offset_seconds(301);
    assert_eq!(get_with(&api, "/token", &token).await.status(), 401);
}

#[tokio::test]
async fn keys_are_kept_and_fetched_again_for_a_key_that_is_new() {
    let issuer = Issuer::default();
    issuer.publish("k1", key_1());
    let api = api(&issuer).await;
    let old = signed(Some("k1"), key_1(), &claims(&api, &json!({})));
    let new = signed(Some("k2"), key_2(), &claims(&api, &json!({})));
    for _ in 0..5 {
        assert_eq!(get_with(&api, "/token", &old).await.status(), 200);
    }
    assert_eq!(issuer.fetches(), 1);
    for _ in 0..20 {
        assert_eq!(get_with(&api, "/token", &new).await.status(), 401);
    }
    let fetched = issuer.fetches();
    assert!(fetched < 20, "an unknown key does not mean a fetch a request: {fetched}");
    issuer.publish("k2", key_2());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while get_with(&api, "/token", &new).await.status() != 200 {
        assert!(tokio::time::Instant::now() < deadline, "the new key was never fetched");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(get_with(&api, "/token", &old).await.status(), 200);
}
