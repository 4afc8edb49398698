use std::time::{Duration, SystemTime};

use super::*;
use crate::clock::Clock;

const BODY: &[u8] = br#"{"TableName":"things"}"#;

fn keys() -> Credentials {
    Credentials { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(), secret_access_key: "secret".to_owned() }
}

fn now() -> Timestamp {
    Clock::default().machine_now()
}

/// A request as an SDK signs it.
fn signed(service: &str, url: &str, presigned_for: Option<Duration>, at: Timestamp) -> http::Request<Vec<u8>> {
    let identity = SigningKeys::new(keys().access_key_id, keys().secret_access_key, None, None, "test").into();
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    if presigned_for.is_some() {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = presigned_for;
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name(service)
        .time(SystemTime::from(at))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let mut request = http::Request::builder()
        .method("POST")
        .uri(url)
        .header("x-amz-target", "DynamoDB_20120810.GetItem")
        .body(BODY.to_vec())
        .unwrap();
    let body = if presigned_for.is_some() { SignableBody::UnsignedPayload } else { SignableBody::Bytes(BODY) };
    let headers = [("x-amz-target", "DynamoDB_20120810.GetItem")];
    let signable = SignableRequest::new("POST", url, headers.into_iter(), body).unwrap();
    compute(signable, &params).unwrap().into_parts().0.apply_to_request_http1x(&mut request);
    let host = request.uri().authority().unwrap().to_string();
    request.headers_mut().insert("host", host.parse().unwrap());
    request
}

fn check(request: &http::Request<Vec<u8>>, at: Timestamp) -> Result<Signed, SignatureError> {
    let seen = Request {
        method: request.method(),
        path: request.uri().path(),
        query: request.uri().query().unwrap_or_default(),
        headers: request.headers(),
        body: request.body(),
    };
    verify(&seen, |id| (id == keys().access_key_id).then(keys), at)
}

#[test]
fn what_an_sdk_signs_is_accepted() {
    for url in ["http://127.0.0.1:4566/", "http://127.0.0.1:4566/v1/a%20b/c%2Fd?x=1&empty&y=a%20b"] {
        let proof = check(&signed("dynamodb", url, None, now()), now()).unwrap();
        assert_eq!((proof.service.as_str(), proof.region.as_str()), ("dynamodb", "eu-west-1"));
    }
    check(&signed("s3", "http://127.0.0.1:4566/bucket/a%20b//c", None, now()), now()).unwrap();
}

#[test]
fn a_presigned_url_is_accepted_while_it_lives() {
    let hour = Duration::from_hours(1);
    let request = signed("s3", "http://127.0.0.1:4566/bucket/key?x-id=PutObject", Some(hour), now());
    assert!(check(&request, now()).unwrap().presigned);
    assert!(check(&request, now() + Duration::from_secs(3_500)).is_ok());
    assert!(matches!(check(&request, now() + Duration::from_secs(3_700)), Err(SignatureError::Over)));
}

type Change = fn(&mut http::Request<Vec<u8>>);

#[test]
fn every_change_after_signing_is_refused() {
    let changes: [(&str, Change); 6] = [
        ("body", |request| request.body_mut().push(b' ')),
        ("method", |request| *request.method_mut() = Method::GET),
        ("path", |request| *request.uri_mut() = "http://127.0.0.1:4566/other".parse().unwrap()),
        ("query", |request| *request.uri_mut() = "http://127.0.0.1:4566/?a=b".parse().unwrap()),
        ("header", |request| {
            let other = "DynamoDB_20120810.DeleteItem".parse().unwrap();
            request.headers_mut().insert("x-amz-target", other);
        }),
        ("host", |request| {
            request.headers_mut().insert("host", "example.org".parse().unwrap());
        }),
    ];
    for (what, change) in changes {
        let mut request = signed("dynamodb", "http://127.0.0.1:4566/", None, now());
        change(&mut request);
        assert_eq!(check(&request, now()), Err(SignatureError::Mismatch), "{what}");
    }
}

#[test]
fn old_signatures_and_signatures_from_the_future_are_refused() {
    for seconds in [-400_i64, 400] {
        let at = now() + jiff::SignedDuration::from_secs(seconds);
        let refused = check(&signed("dynamodb", "http://127.0.0.1:4566/", None, at), now());
        assert!(matches!(refused, Err(SignatureError::Expired(_))), "{seconds}: {refused:?}");
    }
}

#[test]
fn strangers_and_the_unsigned_are_refused() {
    let mut request = signed("dynamodb", "http://127.0.0.1:4566/", None, now());
    let authorization = request.headers()["authorization"].to_str().unwrap().replace("AKIAIOSF", "AKIASTRANGE");
    request.headers_mut().insert("authorization", authorization.parse().unwrap());
    assert!(matches!(check(&request, now()), Err(SignatureError::UnknownKey(_))));
    request.headers_mut().insert("authorization", "AWS4-HMAC-SHA256 Credential=x".parse().unwrap());
    assert!(matches!(check(&request, now()), Err(SignatureError::Incomplete(_))));
    request.headers_mut().remove("authorization");
    assert_eq!(check(&request, now()), Err(SignatureError::Missing));
}
