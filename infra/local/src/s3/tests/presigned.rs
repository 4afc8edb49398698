//! Presigned addresses, as the SDK makes them and browsers use them, through the whole endpoint.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region, RequestChecksumCalculation};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use http::StatusCode;

use crate::ministack::tests::python;
use crate::stack::{self, Options, Running};

const TEMPLATE: &str = r"
Resources:
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: presigned-pictures
      CorsConfiguration:
        CorsRules:
          - {AllowedOrigins: ['https://shop.example'], AllowedMethods: [PUT, GET], AllowedHeaders: ['*']}
";
const BUCKET: &str = "presigned-pictures";
const PICTURE: &[u8] = b"RIFF\x04\0\0\0WEBP";

struct Pictures {
    running: Running,
    s3: Client,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Pictures {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let template = folder.path().join("template.yaml");
        std::fs::write(&template, TEMPLATE).unwrap();
        let running = stack::start(Options::throw_away(template, folder.path().to_owned(), python())).await.unwrap();
        let keys = &running.admin;
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(&keys.access_key_id, &keys.secret_access_key, None, None, "test"))
            .endpoint_url(&running.endpoints.endpoint_url)
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { s3: Client::from_conf(config), running, http, _folder: folder }
    }

    /// An address to which exactly [`PICTURE`]'s length of `image/webp` may be put.
    async fn upload(&self) -> PresignedRequest {
        let put = self.s3.put_object().bucket(BUCKET).key("p/1.webp");
        let put = put.content_type("image/webp").content_length(i64::try_from(PICTURE.len()).unwrap());
        put.presigned(lasting(Duration::from_mins(5))).await.unwrap()
    }

    async fn put(
        &self,
        to: &PresignedRequest,
        content_type: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> StatusCode {
        let mut put = self.http.put(to.uri()).header("origin", "https://shop.example").body(body);
        if let Some(content_type) = content_type {
            put = put.header("content-type", content_type);
        }
        let answer = put.send().await.unwrap();
        let (status, allowed) = (answer.status(), answer.headers().get("access-control-allow-origin").cloned());
        let text = answer.text().await.unwrap();
        if status == StatusCode::OK {
            assert_eq!(allowed.unwrap(), "https://shop.example");
        } else {
            assert!(text.contains("<Code>SignatureDoesNotMatch</Code>"), "{status} {text}");
        }
        status
    }
}

fn lasting(duration: Duration) -> PresigningConfig {
    PresigningConfig::expires_in(duration).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_another_type_or_length_than_was_signed_is_refused() {
    let pictures = Pictures::start().await;
    let to = pictures.upload().await;
    let signed: Vec<(&str, &str)> = to.headers().collect();
    assert!(signed.contains(&("content-type", "image/webp")), "{signed:?}");
    assert!(signed.iter().any(|(name, _)| *name == "content-length"), "{signed:?}");

    assert_eq!(pictures.put(&to, Some("text/html"), PICTURE).await, StatusCode::FORBIDDEN);
    assert_eq!(pictures.put(&to, None, PICTURE).await, StatusCode::FORBIDDEN);
    assert_eq!(pictures.put(&to, Some("image/webp"), [PICTURE, b"more"].concat()).await, StatusCode::FORBIDDEN);
    assert_eq!(pictures.put(&to, Some("image/webp"), &PICTURE[1..]).await, StatusCode::FORBIDDEN);
    let of_unknown_length = reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(PICTURE)]));
    assert_eq!(pictures.put(&to, Some("image/webp"), of_unknown_length).await, StatusCode::FORBIDDEN);
    let read = pictures.http.get(to.uri()).header("content-type", "image/webp").send().await.unwrap();
    assert_eq!(read.status(), StatusCode::FORBIDDEN, "an address to write is none to read");
    assert!(pictures.s3.head_object().bucket(BUCKET).key("p/1.webp").send().await.is_err(), "nothing was kept");

    assert_eq!(pictures.put(&to, Some("image/webp"), PICTURE).await, StatusCode::OK);
    let kept = pictures.s3.head_object().bucket(BUCKET).key("p/1.webp").send().await.unwrap();
    assert_eq!((kept.content_type(), kept.content_length()), (Some("image/webp"), i64::try_from(PICTURE.len()).ok()));
    pictures.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_presigned_address_says_how_the_object_is_served_and_nobody_can_change_that() {
    let pictures = Pictures::start().await;
    assert_eq!(pictures.put(&pictures.upload().await, Some("image/webp"), PICTURE).await, StatusCode::OK);
    let get = pictures.s3.get_object().bucket(BUCKET).key("p/1.webp");
    let get = get.response_content_type("application/octet-stream").response_cache_control("private, max-age=60");
    let get = get.response_content_disposition("attachment; filename=\"so'm 1.webp\"");
    let from = get.presigned(lasting(Duration::from_mins(5))).await.unwrap();

    let served = pictures.http.get(from.uri()).send().await.unwrap();
    assert_eq!(served.status(), StatusCode::OK);
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("cache-control", "private, max-age=60"),
        ("content-disposition", "attachment; filename=\"so'm 1.webp\""),
    ] {
        assert_eq!(served.headers().get(name).unwrap(), value, "{name}");
    }
    assert_eq!(served.bytes().await.unwrap(), PICTURE);

    for changed in [
        from.uri().replace("octet-stream", "html"),
        from.uri().replace("max-age%3D60", "max-age%3D61"),
        format!("{}&response-content-language=uz", from.uri()),
        from.uri().replace("p/1.webp", "p/2.webp"),
    ] {
        assert_ne!(changed, from.uri());
        assert_eq!(pictures.http.get(&changed).send().await.unwrap().status(), StatusCode::FORBIDDEN, "{changed}");
    }
    pictures.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "signatures are made by this machine's clock")]
async fn an_address_whose_time_is_over_is_refused_and_a_browser_may_ask_before_it_uploads() {
    let pictures = Pictures::start().await;
    let over = PresigningConfig::builder()
        .start_time(SystemTime::now() - Duration::from_mins(2))
        .expires_in(Duration::from_mins(1))
        .build()
        .unwrap();
    let get = pictures.s3.get_object().bucket(BUCKET).key("p/1.webp").presigned(over).await.unwrap();
    let answer = pictures.http.get(get.uri()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let answer = answer.text().await.unwrap();
    assert!(answer.contains("<Code>AccessDenied</Code>") && answer.contains("Request has expired"), "{answer}");

    let to = pictures.upload().await;
    for (origin, expected) in
        [("https://shop.example", StatusCode::OK), ("https://other.example", StatusCode::FORBIDDEN)]
    {
        let ask = pictures.http.request(http::Method::OPTIONS, to.uri()).header("origin", origin);
        let ask =
            ask.header("access-control-request-method", "PUT").header("access-control-request-headers", "content-type");
        assert_eq!(ask.send().await.unwrap().status(), expected, "{origin}");
    }
    pictures.running.stop().await;
}
