//! What a request says about its own signature: key, scope, time, signed headers.

use std::collections::HashMap;
use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{SKEW_SECONDS_MAX, SignatureError};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The longest a presigned URL may live: a week.
const EXPIRES_SECONDS_MAX: u64 = 604_800;

/// The parts of an `Authorization` header or of a presigned query.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) access_key_id: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) signed_at: Timestamp,
    pub(super) signature: String,
    /// Set for a presigned request.
    pub(super) expires_in: Option<Duration>,
    pub(super) has_session_token: bool,
    signed_headers: Vec<String>,
}

impl Claim {
    pub(super) fn of(headers: &HeaderMap, query: &str) -> Result<Self, SignatureError> {
        match headers.get("authorization").map(|value| value.to_str().unwrap_or_default()) {
            Some(authorization) => Self::of_header(authorization, headers),
            None => Self::of_query(query),
        }
    }

    fn of_header(authorization: &str, headers: &HeaderMap) -> Result<Self, SignatureError> {
        let rest = authorization.strip_prefix(ALGORITHM).ok_or(SignatureError::Missing)?;
        let parts: HashMap<&str, &str> = rest.split(',').filter_map(|part| part.trim().split_once('=')).collect();
        let part = |name: &str| {
            parts.get(name).copied().ok_or_else(|| {
                incomplete(format!("Authorization header requires '{name}' parameter. Authorization={authorization}"))
            })
        };
        let date = headers.get("x-amz-date").and_then(|date| date.to_str().ok());
        let date = date.ok_or_else(|| {
            incomplete(format!(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
                 Authorization={authorization}"
            ))
        })?;
        Self::new(part("Credential")?, date, part("SignedHeaders")?, part("Signature")?)
            .map(|claim| Self { has_session_token: headers.contains_key("x-amz-security-token"), ..claim })
    }

    fn of_query(query: &str) -> Result<Self, SignatureError> {
        let parameters: HashMap<String, String> =
            serde_urlencoded::from_str::<Vec<(String, String)>>(query).unwrap_or_default().into_iter().collect();
        if parameters.get("X-Amz-Algorithm").is_none_or(|algorithm| algorithm != ALGORITHM) {
            return Err(SignatureError::Missing);
        }
        let parameter = |name: &str| {
            parameters.get(name).map(String::as_str).ok_or_else(|| incomplete(format!("Query requires '{name}'")))
        };
        let expires = parameter("X-Amz-Expires")?.parse().ok().filter(|seconds| *seconds <= EXPIRES_SECONDS_MAX);
        let expires = expires.ok_or_else(|| incomplete("X-Amz-Expires must be at most a week".to_owned()))?;
        Self::new(
            parameter("X-Amz-Credential")?,
            parameter("X-Amz-Date")?,
            parameter("X-Amz-SignedHeaders")?,
            parameter("X-Amz-Signature")?,
        )
        .map(|claim| Self {
            expires_in: Some(Duration::from_secs(expires)),
            has_session_token: parameters.contains_key("X-Amz-Security-Token"),
            ..claim
        })
    }

    fn new(credential: &str, date: &str, signed: &str, signature: &str) -> Result<Self, SignatureError> {
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key_id, day, region, service, "aws4_request"] = scope[..] else {
            return Err(incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                 '{credential}'"
            )));
        };
        let signed_at = DateTime::strptime("%Y%m%dT%H%M%SZ", date)
            .and_then(|at| at.to_zoned(TimeZone::UTC))
            .map_err(|_| incomplete(format!("Date must be in ISO-8601 'basic format'. Got '{date}'.")))?;
        if !date.starts_with(day) {
            return Err(incomplete(format!("Date in Credential scope does not match {date}")));
        }
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_at: signed_at.timestamp(),
            signature: signature.to_owned(),
            expires_in: None,
            has_session_token: false,
            signed_headers: signed.split(';').map(str::to_owned).collect(),
        })
    }

    pub(super) fn check_time(&self, now: Timestamp) -> Result<(), SignatureError> {
        let ahead = self.signed_at.as_second() - now.as_second();
        let valid_for = self
            .expires_in
            .map_or(SKEW_SECONDS_MAX, |expires| i64::try_from(expires.as_secs()).unwrap_or(SKEW_SECONDS_MAX));
        let show = |at: Timestamp| at.strftime("%Y%m%dT%H%M%SZ").to_string();
        if ahead > SKEW_SECONDS_MAX {
            return Err(SignatureError::Expired(format!(
                "Signature not yet current: {} is still later than {} (5 min.)",
                show(self.signed_at),
                show(now)
            )));
        }
        if self.expires_in.is_some() && -ahead > valid_for {
            return Err(SignatureError::Over);
        }
        if -ahead > valid_for {
            return Err(SignatureError::Expired(format!(
                "Signature expired: {} is now earlier than {} ({valid_for} s)",
                show(self.signed_at),
                show(now)
            )));
        }
        Ok(())
    }

    /// The headers the signature covers, as they came. The date is left to the signer, who puts it there himself.
    pub(super) fn signed_headers<'a>(&'a self, headers: &HeaderMap) -> Result<Vec<(&'a str, String)>, SignatureError> {
        if !self.signed_headers.iter().any(|name| name == "host") {
            return Err(incomplete("'Host' must be a 'SignedHeader' in the AWS Authorization.".to_owned()));
        }
        let mut signed = Vec::new();
        for name in self.signed_headers.iter().filter(|name| *name != "x-amz-date") {
            let values: Option<Vec<&str>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
            let values = values.filter(|values| !values.is_empty()).ok_or(SignatureError::Mismatch)?;
            signed.push((name.as_str(), values.join(",")));
        }
        Ok(signed)
    }

    /// The query that was signed: without what the signer of a presigned URL adds himself.
    pub(super) fn query_without_signature(&self, query: &str) -> String {
        const ADDED: &[&str] = &[
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-Expires",
            "X-Amz-SignedHeaders",
            "X-Amz-Signature",
        ];
        if self.expires_in.is_none() {
            return query.to_owned();
        }
        let own = |pair: &&str| !ADDED.contains(&pair.split('=').next().unwrap_or_default());
        query.split('&').filter(own).collect::<Vec<_>>().join("&")
    }
}

fn incomplete(message: String) -> SignatureError {
    SignatureError::Incomplete(message)
}
