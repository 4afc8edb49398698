//! The JWT authoriser: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.

use axum::http::HeaderMap;
use jsonwebtoken::jwk::AlgorithmParameters;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::jwks::{JwksError, JwksSource};

/// Where a token is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IdentitySource {
    Header(String),
    Query(String),
}

/// `x-amazon-apigateway-authorizer` of type `jwt`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JwtAuthorizer {
    pub(super) source: IdentitySource,
    pub(super) issuer: String,
    pub(super) audience: Vec<String>,
}

/// Why a request may not pass.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 401: there is no token.
    Missing,
    /// 401: the token is not good, and why.
    Invalid(String),
    /// 403: the token has none of the route's scopes.
    Scope,
}

impl JwtAuthorizer {
    /// The claims of a valid token with at least one of `scopes`, when the route asks for any.
    ///
    /// `now_s` is in seconds since 1970. No leeway is given. What kind of token it is (id, access) is not looked at.
    pub(super) async fn authorize(
        &self,
        headers: &HeaderMap,
        query: &str,
        scopes: &[String],
        keys: &JwksSource,
        now_s: i64,
    ) -> Result<Map<String, Value>, Refusal> {
        let token = self.source.token(headers, query).ok_or(Refusal::Missing)?;
        let claims = self.verified(&token, keys).await?;
        self.check(&claims, now_s).map_err(|why| Refusal::Invalid(why.to_owned()))?;
        if scopes.is_empty() || held(&claims).iter().any(|held| scopes.contains(held)) {
            return Ok(claims);
        }
        Err(Refusal::Scope)
    }

    /// The claims, once the signature is known to be the issuer's.
    async fn verified(&self, token: &str, keys: &JwksSource) -> Result<Map<String, Value>, Refusal> {
        let invalid = |why: &str| Refusal::Invalid(why.to_owned());
        let header = decode_header(token).map_err(|_| invalid("the token is not a valid JWT"))?;
        // Only RSA, whatever the key set offers: a public key must never be taken for an HMAC secret.
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512) {
            return Err(Refusal::Invalid(format!("signing method {:?} is invalid", header.alg)));
        }
        let kid = header.kid.ok_or_else(|| invalid("the token has no key id"))?;
        let key = match keys.key(&self.issuer, &kid).await {
            Ok(key) => key,
            Err(JwksError::UnknownKey(_)) => return Err(invalid("the token's key is unknown")),
            Err(cause) => {
                tracing::warn!(issuer = self.issuer, %cause, "no keys to check tokens with");
                return Err(invalid("OIDC discovery endpoint communication error"));
            }
        };
        if !matches!(key.algorithm, AlgorithmParameters::RSA(_)) {
            return Err(invalid("the token's key is not an RSA key"));
        }
        let key = DecodingKey::from_jwk(&key).map_err(|_| invalid("the token's key is not usable"))?;
        // The signature alone: times are judged by the laptop cloud's clock, below.
        let mut validation = Validation::new(header.alg);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let token = decode(token, &key, &validation).map_err(|_| invalid("the token's signature is invalid"))?;
        Ok(token.claims)
    }

    fn check(&self, claims: &Map<String, Value>, now_s: i64) -> Result<(), &'static str> {
        let time = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().map(Some).ok_or("the token has a time that is no number"),
        };
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
        let now = now_s as f64;
        if claims.get("iss").and_then(Value::as_str) != Some(self.issuer.as_str()) {
            return Err("the token does not have a valid issuer");
        }
        if time("exp")?.is_none_or(|expiry| expiry <= now) {
            return Err("the token has expired");
        }
        if time("nbf")?.is_some_and(|start| start > now) || time("iat")?.is_some_and(|issued| issued > now) {
            return Err("the token is not valid yet");
        }
        // `client_id` counts only when there is no `aud`.
        let audience = match claims.get("aud").or_else(|| claims.get("client_id")) {
            Some(Value::String(audience)) => vec![audience.as_str()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !audience.iter().any(|one| self.audience.iter().any(|allowed| allowed == one)) {
            return Err("the token does not have a valid audience");
        }
        Ok(())
    }
}

impl IdentitySource {
    /// Parses `$request.header.Authorization` and the like.
    pub(super) fn parse(expression: &str) -> Result<Self, String> {
        if let Some(name) = expression.strip_prefix("$request.header.") {
            return Ok(Self::Header(name.to_owned()));
        }
        if let Some(name) = expression.strip_prefix("$request.querystring.") {
            return Ok(Self::Query(name.to_owned()));
        }
        Err(format!("unknown identity source {expression:?}"))
    }

    /// The token, with or without `Bearer` before it.
    fn token(&self, headers: &HeaderMap, query: &str) -> Option<String> {
        let value = match self {
            Self::Header(name) => headers.get(name)?.to_str().ok()?.to_owned(),
            Self::Query(name) => {
                let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
                pairs.into_iter().find(|(key, _)| key == name)?.1
            }
        };
        let mut words = value.split_whitespace();
        let first = words.next()?;
        let token = if first.eq_ignore_ascii_case("bearer") { words.next()? } else { first };
        words.next().is_none().then(|| token.to_owned())
    }
}

/// The scopes in `scope` (words) or `scp` (a list, or words).
fn held(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(words)) => words.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
