use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use contracts::PlatformRole;
use domain::{Clock, UserId};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;

use crate::Tokens;

const ISSUER: &str = "https://issuer.example/pool";
const CLIENT_ID: &str = "client";
const KEY_ID: &str = "key";

/// Where the PKCS#1 key begins in the PKCS#8 form of a key of 2,048 bits.
const PKCS1_AT: usize = 26;

/// Making a key takes a while: one for all tests of a process.
static KEY: LazyLock<EncodingKey> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("its form");
    EncodingKey::from_rsa_der(&der.as_ref()[PKCS1_AT..])
});

/// Signs access tokens as Cognito does, for routes that verify them in process.
#[derive(Debug, Clone)]
pub struct Issuer {
    clock: Clock,
}

impl Issuer {
    /// Its tokens are good for 15 minutes of `clock`.
    pub const fn new(clock: Clock) -> Self {
        Self { clock }
    }

    /// Verifies this issuer's tokens.
    ///
    /// # Panics
    /// When the key does not read.
    pub fn tokens(&self) -> Tokens {
        let mut key = Jwk::from_encoding_key(&KEY, Algorithm::RS256).expect("a public key");
        key.common.key_id = Some(KEY_ID.to_owned());
        let tokens = Tokens::new(reqwest::Client::new(), self.clock.clone(), ISSUER, CLIENT_ID, String::new());
        tokens.with_keys(JwkSet { keys: vec![key] })
    }

    /// An access token of that person.
    ///
    /// # Panics
    /// When signing fails.
    pub fn token(&self, id: UserId, role: PlatformRole) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KEY_ID.to_owned());
        let claims = json!({
            "iss": ISSUER, "client_id": CLIENT_ID, "exp": self.clock.now().as_second() + 900, "token_use": "access",
            "scope": "um/api", "username": id.to_string(), "um_role": role.name(), "origin_jti": format!("origin-of-{id}"),
        });
        encode(&header, &claims, &KEY).expect("a signature")
    }
}
