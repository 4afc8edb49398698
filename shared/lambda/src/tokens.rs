use std::sync::{Arc, Mutex};

use domain::Clock;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Unknown key ids make the key set be read again, at most this often.
const REFETCH_SECONDS: i64 = 30;

/// After a read that failed, the next one waits this long.
const RETRY_SECONDS: i64 = 2;

/// Verifies access tokens in process: for routes that guests may use too, which the gateway lets through unseen.
#[derive(Clone)]
pub struct Tokens {
    http: reqwest::Client,
    clock: Clock,
    issuer: String,
    client_id: String,
    keys_at: String,
    keys: Arc<Mutex<Keys>>,
}

#[derive(Default)]
struct Keys {
    set: Option<JwkSet>,
    read_at_second: i64,
}

/// Why a token does not count.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Forged, foreign, expired, or not an access token.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The issuer's keys cannot be read.
    #[error("the keys at {0} cannot be read: {1}")]
    Keys(String, String),
}

/// What is read of a token before it becomes a caller.
#[derive(Debug, Deserialize)]
struct Times {
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
}

impl Tokens {
    /// Accepts tokens of `issuer` for `client_id`, signed with a key of the set at `keys_at`.
    pub fn new(http: reqwest::Client, clock: Clock, issuer: &str, client_id: &str, keys_at: String) -> Self {
        let (issuer, client_id) = (issuer.to_owned(), client_id.to_owned());
        Self { http, clock, issuer, client_id, keys_at, keys: Arc::default() }
    }

    /// The same with the issuer's keys at hand.
    #[cfg(feature = "testing")]
    pub(crate) fn with_keys(self, set: JwkSet) -> Self {
        *self.keys() = Keys { set: Some(set), read_at_second: 0 };
        self
    }

    /// The claims of `token` when RS256 by a known key, issuer, client, times, use and scope are all right.
    pub async fn verify(&self, token: &str) -> Result<Map<String, Value>, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid("not a JWT"))?;
        if header.alg != Algorithm::RS256 {
            return Err(TokenError::Invalid("algorithm"));
        }
        let key = self.key(header.kid.as_deref().ok_or(TokenError::Invalid("no key id"))?).await?;
        let mut rules = Validation::new(Algorithm::RS256);
        // Times are judged below, by our clock; a Cognito access token has client_id in place of aud.
        (rules.validate_exp, rules.validate_aud) = (false, false);
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss"]);
        let claims = decode::<Map<String, Value>>(token, &key, &rules);
        let claims = claims.map_err(|_| TokenError::Invalid("signature or issuer"))?.claims;
        let times: Times =
            serde_json::from_value(Value::Object(claims.clone())).map_err(|_| TokenError::Invalid("times"))?;
        let now = self.clock.now().as_second();
        if times.exp <= now || times.nbf.is_some_and(|from| from > now) {
            return Err(TokenError::Invalid("expired"));
        }
        if claims.get("client_id").and_then(Value::as_str) != Some(&self.client_id) {
            return Err(TokenError::Invalid("client"));
        }
        Ok(claims)
    }

    async fn key(&self, kid: &str) -> Result<DecodingKey, TokenError> {
        if let Some(key) = self.known(kid) {
            return key;
        }
        let now = self.clock.now().as_second();
        let (known, age) = {
            let keys = self.keys();
            (keys.set.is_some(), now - keys.read_at_second)
        };
        if age < if known { REFETCH_SECONDS } else { RETRY_SECONDS } {
            let unread = || TokenError::Keys(self.keys_at.clone(), "they could not be read a moment ago".to_owned());
            return Err(if known { TokenError::Invalid("unknown key") } else { unread() });
        }
        // Remembered before it is known whether it works: an issuer that is down is not asked once a request.
        self.keys().read_at_second = now;
        let unread = |e: reqwest::Error| TokenError::Keys(self.keys_at.clone(), e.to_string());
        let answer = self.http.get(&self.keys_at).send().await.and_then(reqwest::Response::error_for_status);
        let set = answer.map_err(unread)?.json().await.map_err(unread)?;
        *self.keys() = Keys { set: Some(set), read_at_second: now };
        self.known(kid).unwrap_or(Err(TokenError::Invalid("unknown key")))
    }

    fn known(&self, kid: &str) -> Option<Result<DecodingKey, TokenError>> {
        let key = self.keys().set.as_ref()?.find(kid).map(DecodingKey::from_jwk)?;
        Some(key.map_err(|_| TokenError::Invalid("unusable key")))
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
