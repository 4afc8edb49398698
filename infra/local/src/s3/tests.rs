mod presigned;

use axum::body::to_bytes;
use bytes::Bytes;
use futures::future::join_all;
use http::{Request, StatusCode};
use serde_json::json;

use super::ensure_buckets;
use crate::clock::Clock;
use crate::ministack::Ministack;
use crate::ministack::tests::{kill_9, start};
use crate::template::model::Bucket;

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEEXAMPLE12/20250101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

fn template() -> Bucket {
    let cors =
        json!({ "AllowedOrigins": ["https://shop.example"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"] });
    Bucket {
        logical_id: "Pictures".to_owned(),
        name: "pictures-test".to_owned(),
        properties: json!({
            "BucketName": "pictures-test",
            "CorsConfiguration": { "CorsRules": [cors] },
            "PublicAccessBlockConfiguration": { "BlockPublicAcls": true },
        }),
    }
}

async fn open(state: &tempfile::TempDir) -> Ministack {
    let ministack = start(state.path(), "http://127.0.0.1:9", &Clock::default()).await;
    ensure_buckets(&ministack, &[template()]).await.unwrap();
    ministack
}

struct Answer {
    status: StatusCode,
    etag: Option<String>,
    body: Bytes,
}

async fn send(
    ministack: &Ministack,
    method: &str,
    path: &str,
    condition: Option<(&str, &str)>,
    body: &'static str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !path.contains("X-Amz-Signature") {
        request = request.header("authorization", SIGNED);
    }
    if let Some((name, value)) = condition {
        request = request.header(name, value);
    }
    let response = ministack.forward(request.body(Bytes::from_static(body.as_bytes())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let etag = parts.headers.get("etag").map(|etag| etag.to_str().unwrap().to_owned());
    Answer { status: parts.status, etag, body: to_bytes(body, usize::MAX).await.unwrap() }
}

#[tokio::test]
async fn one_of_many_first_writers_wins_and_a_stale_one_is_told() {
    let state = tempfile::tempdir().unwrap();
    let ministack = open(&state).await;
    let first = ("if-none-match", "*");
    let writers = (0..20).map(|_| send(&ministack, "PUT", "/pictures-test/manifest", Some(first), "1"));
    let statuses: Vec<StatusCode> = join_all(writers).await.into_iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::OK).count(), 1, "{statuses:?}");
    assert!(
        statuses
            .iter()
            .all(|status| [StatusCode::OK, StatusCode::PRECONDITION_FAILED, StatusCode::CONFLICT].contains(status))
    );

    let etag = send(&ministack, "HEAD", "/pictures-test/manifest", None, "").await.etag.unwrap();
    let with_etag = || send(&ministack, "PUT", "/pictures-test/manifest", Some(("if-match", &etag)), "2");
    assert_eq!(with_etag().await.status, StatusCode::OK);
    assert_eq!(with_etag().await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(send(&ministack, "GET", "/pictures-test/manifest", None, "").await.body, "2");
    ministack.stop().await;
}

#[tokio::test]
async fn presigned_requests_put_and_get() {
    let state = tempfile::tempdir().unwrap();
    let ministack = open(&state).await;
    let signature = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLEEXAMPLE12%2F20250101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20250101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=0";
    let path = format!("/pictures-test/a%20b/c.webp?{signature}");
    assert_eq!(send(&ministack, "PUT", &path, None, "picture").await.status, StatusCode::OK);
    let got = send(&ministack, "GET", &path, None, "").await;
    assert_eq!((got.status, got.body), (StatusCode::OK, Bytes::from_static(b"picture")));
    ministack.stop().await;
}

#[tokio::test]
async fn the_buckets_cors_rules_answer_a_preflight() {
    let state = tempfile::tempdir().unwrap();
    let ministack = open(&state).await;
    for (origin, expected) in
        [("https://shop.example", StatusCode::OK), ("https://other.example", StatusCode::FORBIDDEN)]
    {
        let preflight = Request::options("/pictures-test/x")
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .body(Bytes::new())
            .unwrap();
        assert_eq!(ministack.forward(preflight).await.unwrap().status(), expected, "{origin}");
    }
    ministack.stop().await;
}

#[tokio::test]
async fn objects_survive_kill_9_and_half_written_ones_are_cleared() {
    let state = tempfile::tempdir().unwrap();
    let ministack = open(&state).await;
    for (key, body) in [("kept", "kept"), ("replaced", "old")] {
        assert_eq!(send(&ministack, "PUT", &format!("/pictures-test/{key}"), None, body).await.status, StatusCode::OK);
    }
    kill_9(&ministack).await;
    // As a kill in the middle of three PUTs leaves them: data without a sidecar, a temporary file, new data with the old sidecar.
    let bucket = state.path().join("objects/123456789012/pictures-test");
    std::fs::write(bucket.join("half"), "half").unwrap();
    std::fs::write(bucket.join("half.tmp"), "ha").unwrap();
    std::fs::write(bucket.join("replaced"), "new data").unwrap();

    let again = open(&state).await;
    assert_eq!(send(&again, "GET", "/pictures-test/kept", None, "").await.body, "kept");
    for gone in ["half", "half.tmp"] {
        let path = format!("/pictures-test/{gone}");
        assert_eq!(send(&again, "HEAD", &path, None, "").await.status, StatusCode::NOT_FOUND, "{gone}");
    }
    let replaced = send(&again, "GET", "/pictures-test/replaced", None, "").await;
    assert_eq!(replaced.body, "new data");
    let etag = format!("\"{}\"", hex::encode(<md5::Md5 as md5::Digest>::digest("new data")));
    assert_eq!(replaced.etag, Some(etag));
    again.stop().await;
}
