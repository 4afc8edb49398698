//! The keys of token issuers, fetched when needed and kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// AWS keeps keys for two hours.
const KEPT_FOR: Duration = Duration::from_hours(2);
/// An unknown `kid` makes the keys be fetched again, but no more often than this.
const FETCH_EVERY: Duration = Duration::from_secs(5);
const FETCH_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Where each issuer publishes its keys. Clones share what was fetched.
#[derive(Clone)]
pub struct JwksSource {
    inner: Arc<Inner>,
}

struct Inner {
    urls: BTreeMap<String, String>,
    client: reqwest::Client,
    fetch_every: Duration,
    /// Held while fetching, so that many requests fetch once.
    cache: Mutex<HashMap<String, Cached>>,
}

struct Cached {
    keys: JwkSet,
    at: Instant,
}

/// No key to check a token with.
#[derive(Debug, thiserror::Error)]
pub(super) enum JwksError {
    /// The laptop cloud has no URL for this issuer.
    #[error("no key set is known for the issuer {0}")]
    UnknownIssuer(String),
    /// The issuer has no such key.
    #[error("the issuer has no key {0:?}")]
    UnknownKey(String),
    /// The key set could not be had.
    #[error("the key set could not be fetched: {0}")]
    Fetch(#[from] reqwest::Error),
}

impl JwksSource {
    /// `urls` maps an issuer (`iss`) to the URL of its JSON Web Key Set.
    pub fn new(urls: BTreeMap<String, String>) -> reqwest::Result<Self> {
        Self::fetching_every(urls, FETCH_EVERY)
    }

    pub(super) fn fetching_every(urls: BTreeMap<String, String>, fetch_every: Duration) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(FETCH_TIMEOUT).no_proxy().build()?;
        Ok(Self { inner: Arc::new(Inner { urls, client, fetch_every, cache: Mutex::default() }) })
    }

    /// The key `kid` of `issuer`.
    pub(super) async fn key(&self, issuer: &str, kid: &str) -> Result<Jwk, JwksError> {
        let Inner { urls, client, fetch_every, cache } = &*self.inner;
        let url = urls.get(issuer).ok_or_else(|| JwksError::UnknownIssuer(issuer.to_owned()))?;
        let mut cache = cache.lock().await;
        if let Some(cached) = cache.get(issuer) {
            let age = cached.at.elapsed();
            match cached.keys.find(kid) {
                Some(key) if age < KEPT_FOR => return Ok(key.clone()),
                None if age < *fetch_every => return Err(JwksError::UnknownKey(kid.to_owned())),
                _ => {}
            }
        }
        let answer = client.get(url).send().await?.error_for_status()?;
        let keys: JwkSet = answer.json().await?;
        let key = keys.find(kid).cloned();
        cache.insert(issuer.to_owned(), Cached { keys, at: Instant::now() });
        key.ok_or_else(|| JwksError::UnknownKey(kid.to_owned()))
    }
}
