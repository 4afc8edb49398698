//! The operator's side: signs a request as an SDK would.

use aws_credential_types::Credentials as SigningKeys;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as compute};
use aws_sigv4::sign::v4;

use super::SignatureError;
use crate::clock::Clock;
use crate::iam::Credentials;

/// Adds the headers of a signature for `service` to a request, at the machine's time.
pub fn sign(
    mut request: http::Request<Vec<u8>>,
    keys: &Credentials,
    region: &str,
    service: &str,
) -> Result<http::Request<Vec<u8>>, SignatureError> {
    let malformed = |cause: &dyn std::fmt::Display| SignatureError::Incomplete(cause.to_string());
    let identity = SigningKeys::new(&keys.access_key_id, &keys.secret_access_key, None, None, "operator").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(Clock::default().machine_now().into())
        .settings(SigningSettings::default())
        .build()
        .map_err(|cause| malformed(&cause))?
        .into();
    let headers: Vec<(&str, &str)> =
        request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.uri().to_string(),
        headers.into_iter(),
        SignableBody::Bytes(request.body()),
    )
    .map_err(|cause| malformed(&cause))?;
    let (instructions, _) = compute(signable, &params).map_err(|cause| malformed(&cause))?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    Ok(request)
}
