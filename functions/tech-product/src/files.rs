//! Uploaded imports, kept as lines of JSON.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use domain::{ImportId, StoreId};
use futures::future::BoxFuture;

use crate::domain::Import;

/// Where a file is kept.
pub fn file_name(store: StoreId, import: ImportId) -> String {
    format!("imports/{store}/{import}.ndjson")
}

/// Where the rows of an import are: the file that came with it, or the lines that it counted.
pub fn lines_name(import: &Import) -> String {
    let Import { store_id, import_id, .. } = import;
    import.lines.map_or_else(
        || file_name(*store_id, *import_id),
        |lines| format!("imports/{store_id}/{import_id}/{lines}.ndjson"),
    )
}

/// Where a file is that was uploaded as it was.
pub fn sent_name(store: StoreId, import: ImportId) -> String {
    format!("imports/{store}/{import}.sent")
}

/// Why a file cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is none of that name, or it has no byte there.
    #[error("there is no such part of a file {0}")]
    Gone(String),
    /// No answer, or one that nobody expects.
    #[error("the bucket does not answer: {0}")]
    Unavailable(String),
}

/// Where somebody may put a file, once or more often until it expires: exactly the file that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadTo {
    /// Where, for a `PUT`.
    pub url: String,
    /// What has to be sent with it, since it is signed.
    pub headers: Vec<(String, String)>,
}

/// Files that come from outside and are read here.
pub trait Files: Send + Sync {
    /// Where a file of that length and media type can be put, for so long.
    fn address<'a>(
        &'a self,
        name: &'a str,
        length: u64,
        media_type: &'a str,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<UploadTo, FileError>>;

    /// At most `limit` bytes of a file from `offset` on; fewer at its end. [`FileError::Gone`] when there is none, or
    /// nothing at `offset`.
    fn part<'a>(&'a self, name: &'a str, offset: u64, limit: u64) -> BoxFuture<'a, Result<Vec<u8>, FileError>>;
}

/// Where uploads are kept until they are worked off.
pub trait ImportFiles: Files {
    /// Keeps `bytes`; keeping the same name again replaces them.
    fn keep<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), FileError>>;

    /// The length of a file in bytes; `None` when there is none of that name.
    fn length<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<u64>, FileError>>;
}

/// An S3 bucket.
#[derive(Debug, Clone)]
pub struct S3Files {
    pub(crate) s3: Client,
    pub(crate) bucket: String,
}

impl S3Files {
    /// The bucket called `bucket`.
    pub fn new(aws: &aws_config::SdkConfig, bucket: &str) -> Self {
        // The SDK takes another endpoint from the environment, but not the style of addresses that one without a
        // wildcard name needs. AWS understands both.
        let config = aws_sdk_s3::config::Builder::from(aws)
            .force_path_style(true)
            // A presigned address would ask for a checksum that its user cannot know.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Self { s3: Client::from_conf(config), bucket: bucket.to_owned() }
    }
}

impl Files for S3Files {
    fn address<'a>(
        &'a self,
        name: &'a str,
        length: u64,
        media_type: &'a str,
        lasts: Duration,
    ) -> BoxFuture<'a, Result<UploadTo, FileError>> {
        Box::pin(async move {
            let length = i64::try_from(length).map_err(|e| FileError::Unavailable(e.to_string()))?;
            let lasts = PresigningConfig::expires_in(lasts).map_err(unavailable)?;
            let put = self.s3.put_object().bucket(&self.bucket).key(name);
            let put =
                put.content_length(length).content_type(media_type).presigned(lasts).await.map_err(unavailable)?;
            let headers = put.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Ok(UploadTo { url: put.uri().to_owned(), headers })
        })
    }

    fn part<'a>(&'a self, name: &'a str, offset: u64, limit: u64) -> BoxFuture<'a, Result<Vec<u8>, FileError>> {
        Box::pin(async move {
            let last = offset.saturating_add(limit).saturating_sub(1);
            let call = self.s3.get_object().bucket(&self.bucket).key(name).range(format!("bytes={offset}-{last}"));
            let answer = call.send().await.map_err(|error| match error.as_service_error() {
                Some(e) if e.is_no_such_key() || e.code() == Some("InvalidRange") => FileError::Gone(name.to_owned()),
                _ => unavailable(error),
            })?;
            Ok(answer.body.collect().await.map_err(unavailable)?.to_vec())
        })
    }
}

impl ImportFiles for S3Files {
    fn keep<'a>(&'a self, name: &'a str, bytes: Vec<u8>) -> BoxFuture<'a, Result<(), FileError>> {
        Box::pin(async move {
            let call = self.s3.put_object().bucket(&self.bucket).key(name).content_type("application/x-ndjson");
            call.body(ByteStream::from(bytes)).send().await.map_err(unavailable)?;
            Ok(())
        })
    }

    fn length<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<u64>, FileError>> {
        Box::pin(async move {
            match self.s3.head_object().bucket(&self.bucket).key(name).send().await {
                Ok(head) => Ok(head.content_length().and_then(|length| u64::try_from(length).ok())),
                Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
                Err(error) => Err(unavailable(error)),
            }
        })
    }
}

/// With everything that the SDK's error goes back to.
pub(crate) fn unavailable(error: impl std::error::Error) -> FileError {
    FileError::Unavailable(DisplayErrorContext(error).to_string())
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;
    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    async fn bucket(server: &MockServer) -> S3Files {
        let aws = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::for_tests())
            .endpoint_url(server.uri())
            .load()
            .await;
        S3Files::new(&aws, "um-dev-imports")
    }

    #[tokio::test]
    async fn the_bucket_stands_in_the_path_and_a_part_is_asked_for_by_its_range() {
        let server = MockServer::start().await;
        let at = "/um-dev-imports/imports/a.ndjson";
        let put = Mock::given(method("PUT")).and(path(at)).respond_with(ResponseTemplate::new(200));
        put.expect(1).mount(&server).await;
        let get = Mock::given(method("GET")).and(path(at)).and(header("range", "bytes=100-109"));
        get.respond_with(ResponseTemplate::new(206).set_body_string("{}\n")).expect(1).mount(&server).await;
        let files = bucket(&server).await;
        files.keep("imports/a.ndjson", b"{}\n".to_vec()).await.unwrap();
        assert_eq!(files.part("imports/a.ndjson", 100, 10).await.unwrap(), b"{}\n");
    }

    #[tokio::test]
    async fn a_file_that_is_gone_is_told_from_a_bucket_that_refuses() {
        let server = MockServer::start().await;
        let error = |code: &str| format!("<Error><Code>{code}</Code><Message>-</Message></Error>");
        let answers = [("gone", 404, "NoSuchKey"), ("short", 416, "InvalidRange"), ("refused", 403, "AccessDenied")];
        for (name, status, code) in answers {
            let answer = ResponseTemplate::new(status).set_body_string(error(code));
            let get = Mock::given(method("GET")).and(path(format!("/um-dev-imports/{name}")));
            get.respond_with(answer).mount(&server).await;
        }
        let files = bucket(&server).await;
        assert!(matches!(files.part("gone", 0, 10).await, Err(FileError::Gone(_))));
        assert!(matches!(files.part("short", 20, 10).await, Err(FileError::Gone(_))));
        assert!(matches!(files.part("refused", 0, 10).await, Err(FileError::Unavailable(_))));
    }
}
