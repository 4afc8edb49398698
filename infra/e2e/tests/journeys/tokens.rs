use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_lc_rs::encoding::AsDer;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, AuthenticationResultType, ExplicitAuthFlowsType};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use e2e::{Cloud, PASSWORD, Person};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use lambda::http::Access;
use serde_json::{Value, json};

/// A key of nobody's pool.
fn foreign_key() -> EncodingKey {
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let pkcs8 = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    // The RSA key itself follows the 26 bytes that say it is one.
    EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..])
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let text = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    format!("{}.{}.", text(header), text(claims))
}

/// The operator's way into Cognito, to get real tokens that are not ours.
struct Cognito(aws_sdk_cognitoidentityprovider::Client);

impl Cognito {
    async fn of(cloud: &Cloud) -> Self {
        let keys =
            Credentials::new(cloud.text("access_key_id"), cloud.text("secret_access_key"), None, None, "operator");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(cloud.text("region").to_owned()))
            .endpoint_url(cloud.text("endpoint_url"))
            .credentials_provider(keys)
            .load()
            .await;
        Self(aws_sdk_cognitoidentityprovider::Client::new(&config))
    }

    async fn sign_in(&self, pool: &str, client: &str, user: &str) -> AuthenticationResultType {
        let described = self.0.describe_user_pool_client().user_pool_id(pool).client_id(client).send().await.unwrap();
        let mut call = self
            .0
            .admin_initiate_auth()
            .user_pool_id(pool)
            .client_id(client)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", user)
            .auth_parameters("PASSWORD", PASSWORD);
        if let Some(secret) = described.user_pool_client().and_then(|c| c.client_secret()) {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
            let hash = aws_lc_rs::hmac::sign(&key, format!("{user}{client}").as_bytes());
            call = call.auth_parameters("SECRET_HASH", STANDARD.encode(hash));
        }
        call.send().await.unwrap().authentication_result.expect("signed in")
    }

    /// A client of `pool` without a secret.
    async fn client(&self, pool: &str) -> String {
        let call = self.0.create_user_pool_client().user_pool_id(pool).client_name("other");
        let call = call.explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth);
        let made = call.explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth).send().await.unwrap();
        made.user_pool_client().and_then(|c| c.client_id()).expect("a client has an id").to_owned()
    }

    async fn token_of_another_client(&self, pool: &str, user: &str) -> String {
        let client = self.client(pool).await;
        self.sign_in(pool, &client, user).await.access_token.expect("an access token")
    }

    async fn token_of_another_pool(&self) -> String {
        let made = self.0.create_user_pool().pool_name("another").send().await.unwrap();
        let pool = made.user_pool().and_then(|p| p.id()).expect("a pool has an id").to_owned();
        let client = self.client(&pool).await;
        let user = "0198e4c2-0000-7000-8000-000000000001";
        self.0.admin_create_user().user_pool_id(&pool).username(user).send().await.unwrap();
        let set = self.0.admin_set_user_password().user_pool_id(&pool).username(user);
        set.password(PASSWORD).permanent(true).send().await.unwrap();
        self.sign_in(&pool, &client, user).await.access_token.expect("an access token")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_foreign_tokens_are_refused_on_every_protected_route() {
    let cloud = Cloud::start().await;
    let person = Person::join(&cloud, "forger", "CUSTOMER").await;
    let (header, claims) = (part(&person.access_token, 0), part(&person.access_token, 1));
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let mut rs256 = Header::new(Algorithm::RS256);
    rs256.kid = header["kid"].as_str().map(str::to_owned);
    let key = foreign_key();
    let forged = |claims: &Value| encode(&rs256, claims, &key).unwrap();
    let hmac = EncodingKey::from_secret(b"the public key, say");
    let mut tampered: Vec<String> = person.access_token.split('.').map(str::to_owned).collect();
    tampered[1] = URL_SAFE_NO_PAD.encode(with("um_role", json!("SUPER_ADMIN")).to_string());
    let cognito = Cognito::of(&cloud).await;
    let (pool, client) = (cloud.resource("UserPool"), cloud.resource("UserPoolClient"));
    let id_token = cognito.sign_in(pool, client, &person.id).await.id_token.expect("Cognito gives an id token");
    let tokens = [
        ("an id token", id_token),
        ("a token of another pool, truly signed by it", cognito.token_of_another_pool().await),
        ("a token of another client of our pool", cognito.token_of_another_client(pool, &person.id).await),
        ("alg none", unsigned(&json!({"alg": "none", "typ": "JWT"}), &claims)),
        ("another key", forged(&claims)),
        ("HS256", encode(&Header::new(Algorithm::HS256), &claims, &hmac).unwrap()),
        ("another issuer", forged(&with("iss", json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other")))),
        ("another client", forged(&with("client_id", json!("other")))),
        ("claims changed after signing", tampered.join(".")),
        ("no token at all", "abc".to_owned()),
    ];
    let protected: Vec<_> = api::routes().into_iter().filter(|route| route.access.needs_token()).collect();
    assert!(protected.len() > 20, "the list of routes is not empty by mistake");
    for route in &protected {
        let path = concrete(route.path);
        for (what, token) in &tokens {
            let reply = cloud.client().token(token).call(route.method.as_str(), &path, None).await;
            // The gateway takes an id token for what it is, signed by our pool, and misses the scope.
            let status = if *what == "an id token" { 403 } else { 401 };
            assert_eq!(reply.status, status, "{what} on {} {path}: {}", route.method, reply.body);
        }
    }
    // Routes that guests may use too are not behind the gateway's authoriser: a token that is there must be valid.
    let optional: Vec<_> = api::routes().into_iter().filter(|route| route.access == Access::Guest).collect();
    assert!(!optional.is_empty(), "there is such a route");
    for route in &optional {
        let path = concrete(route.path);
        for (what, token) in &tokens {
            let reply = cloud.client().token(token).call(route.method.as_str(), &path, None).await;
            assert_eq!(reply.status, 401, "{what} on {} {path}: {}", route.method, reply.body);
        }
    }
    // Sixteen minutes later the very token that worked is too old.
    person.client.get("/v1/auth/me").await.expect_status(200);
    cloud.clock(16 * 60).await;
    for route in &protected {
        let path = concrete(route.path);
        assert_eq!(person.client.call(route.method.as_str(), &path, None).await.status, 401, "expired on {path}");
    }
    cloud.stop().await;
}

/// Some address of the route: who is refused by his token is refused whatever it says.
fn concrete(path: &str) -> String {
    let part =
        |p: &str| if p.starts_with('{') { "0198e4c2-0000-7000-8000-000000000001".to_owned() } else { p.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
