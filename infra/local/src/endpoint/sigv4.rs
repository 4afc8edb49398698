//! Signature Version 4, header and presigned query, from the side of the one who checks it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>. The signature is computed
//! anew by the crate the SDKs sign with, over exactly the headers that the request says were signed.

mod scope;
mod signer;
#[cfg(test)]
mod tests;

use aws_credential_types::Credentials as SigningKeys;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, UriPathNormalizationMode,
    sign as compute,
};
use aws_sigv4::sign::v4;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::iam::Credentials;
use scope::Claim;
pub use signer::sign;

/// How far the time of a signature may be from ours, in seconds.
const SKEW_SECONDS_MAX: i64 = 300;

/// A request as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path, still encoded.
    pub path: &'a str,
    /// The query string, still encoded, without its question mark.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

/// What a valid signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Whose key it was.
    pub access_key_id: String,
    /// The service it was signed for, such as `dynamodb`.
    pub service: String,
    /// The region it was signed for.
    pub region: String,
    /// By query parameters rather than by headers.
    pub presigned: bool,
}

/// Why a request does not count as signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature.
    #[error("Missing Authentication Token")]
    Missing,
    /// There is one, with parts missing or malformed.
    #[error("{0}")]
    Incomplete(String),
    /// Nobody has this key.
    #[error("The security token included in the request is invalid.")]
    UnknownKey(String),
    /// It is another signature than the key's owner would have made.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
    )]
    Mismatch,
    /// It is too old, or from the future.
    #[error("{0}")]
    Expired(String),
    /// The time of a presigned address is over.
    #[error("Request has expired")]
    Over,
}

/// The service a request claims to be signed for, before anything is checked.
pub fn claimed_service(headers: &HeaderMap, query: &str) -> Option<String> {
    Claim::of(headers, query).ok().map(|claim| claim.service)
}

/// Checks a request's signature against the secret of the key it names, at `now` by the machine's clock.
pub fn verify(
    request: &Request<'_>,
    keys: impl FnOnce(&str) -> Option<Credentials>,
    now: Timestamp,
) -> Result<Signed, SignatureError> {
    let claim = Claim::of(request.headers, request.query)?;
    claim.check_time(now)?;
    let keys = keys(&claim.access_key_id)
        .filter(|_| !claim.has_session_token)
        .ok_or_else(|| SignatureError::UnknownKey(claim.access_key_id.clone()))?;
    let expected = signature(request, &claim, &keys)?;
    if !same(expected.as_bytes(), claim.signature.as_bytes()) || !body_is_what_was_signed(request) {
        return Err(SignatureError::Mismatch);
    }
    Ok(Signed {
        access_key_id: claim.access_key_id,
        service: claim.service,
        region: claim.region,
        presigned: claim.expires_in.is_some(),
    })
}

fn signature(request: &Request<'_>, claim: &Claim, keys: &Credentials) -> Result<String, SignatureError> {
    let malformed = |cause: &dyn std::fmt::Display| SignatureError::Incomplete(cause.to_string());
    let mut settings = SigningSettings::default();
    // What was signed is what the request lists, be it what a signer should rather have left out.
    settings.excluded_headers = None;
    settings.expires_in = claim.expires_in;
    if claim.expires_in.is_some() {
        settings.signature_location = SignatureLocation::QueryParams;
    }
    if claim.service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let identity = SigningKeys::new(&keys.access_key_id, &keys.secret_access_key, None, None, "template").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&claim.region)
        .name(&claim.service)
        .time(claim.signed_at.into())
        .settings(settings)
        .build()
        .map_err(|cause| malformed(&cause))?
        .into();
    let headers = claim.signed_headers(request.headers)?;
    let query = claim.query_without_signature(request.query);
    let mark = if query.is_empty() { "" } else { "?" };
    // The host is among the signed headers; this one only makes the address whole.
    let uri = format!("http://host{}{mark}{query}", request.path);
    let signable = SignableRequest::new(
        request.method.as_str(),
        uri,
        headers.iter().map(|(name, value)| (*name, value.as_str())),
        payload(request, claim),
    )
    .map_err(|cause| malformed(&cause))?;
    Ok(compute(signable, &params).map_err(|cause| malformed(&cause))?.into_parts().1)
}

/// What takes the body's place in the signature: its hash, or what `x-amz-content-sha256` says instead.
fn payload<'a>(request: &Request<'a>, claim: &Claim) -> SignableBody<'a> {
    match content_hash(request.headers) {
        Some(declared) => SignableBody::Precomputed(declared.to_owned()),
        None if claim.service == "s3" && claim.expires_in.is_some() => SignableBody::UnsignedPayload,
        None => SignableBody::Bytes(request.body),
    }
}

fn content_hash(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-content-sha256")?.to_str().ok()
}

/// Whether a body has the hash that the request declares, when it declares one.
fn body_is_what_was_signed(request: &Request<'_>) -> bool {
    match content_hash(request.headers) {
        Some(declared) if declared.len() == 64 => declared == hex::encode(Sha256::digest(request.body)),
        // UNSIGNED-PAYLOAD and the STREAMING-… forms: only S3 knows them, and its bodies carry sums of their own.
        _ => true,
    }
}

/// Compares in a time that does not depend on where the difference is.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |difference, (l, r)| difference | (l ^ r)) == 0
}
