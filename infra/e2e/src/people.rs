//! People with accounts.

use serde_json::json;

use crate::{Client, Cloud, Reply};

/// Everybody's password in tests; their accounts end with the test.
pub const PASSWORD: &str = "Sinov-Parol-2026";

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: String,
    /// Its address.
    pub email: String,
    /// A fresh access token.
    pub access_token: String,
    /// The refresh token that came with it.
    pub refresh_token: String,
    /// Calls the public API as this person.
    pub client: Client,
}

impl Person {
    /// Registers with a code from the mailbox and signs in. `name` must be new to the cloud.
    pub async fn join(cloud: &Cloud, name: &str, role: &str) -> Self {
        let email = format!("{name}@shop.example");
        Self::register(&cloud.client(), &email, role).await.expect_status(202);
        Self::verify(cloud, &email).await.expect_status(200);
        Self::sign_in(cloud, &email, PASSWORD).await
    }

    /// Asks for an account.
    pub async fn register(client: &Client, email: &str, role: &str) -> Reply {
        let body = json!({"email": email, "password": PASSWORD, "role": role, "locale": "en"});
        client.post("/v1/auth/register", &body).await
    }

    /// Proves the address with the code from the mailbox, and with it chooses [`PASSWORD`].
    pub async fn verify(cloud: &Cloud, email: &str) -> Reply {
        let mail = cloud.mail(email).await;
        let code = code_in(&mail).unwrap_or_else(|| panic!("no code in: {mail}"));
        let body = json!({"email": email, "code": code, "password": PASSWORD});
        cloud.client().post("/v1/auth/verify-email", &body).await
    }

    /// Signs in.
    pub async fn sign_in(cloud: &Cloud, email: &str, password: &str) -> Self {
        let client = cloud.client();
        let reply = client.post("/v1/auth/login", &json!({"email": email, "password": password})).await;
        let reply = reply.expect_status(200);
        let access_token = reply.text("access_token");
        let client = client.token(&access_token);
        let id = client.get("/v1/auth/me").await.expect_status(200).text("id");
        Self { id, email: email.to_owned(), access_token, refresh_token: reply.text("refresh_token"), client }
    }
}

/// The first run of exactly six digits.
fn code_in(mail: &str) -> Option<String> {
    mail.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
}
