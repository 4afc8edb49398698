//! Pictures of products in their bucket: put by whoever announced them, shown by addresses that end.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use futures::future::BoxFuture;

use crate::domain::MediaType;
use crate::files::{FileError, Files, S3Files, unavailable};

/// Addresses of one picture are the same for so long, so that browsers keep what they got.
const SAME_FOR: Duration = Duration::from_mins(30);
/// How long an address leads to its picture at least.
pub const LEADS_FOR: Duration = Duration::from_mins(30);
/// Nobody ever puts another picture under the same name.
const KEPT: &str = "public, max-age=31536000, immutable";

/// Where pictures are.
pub trait ImageFiles: Files {
    /// Keeps a picture that was checked, as it is sent to whoever looks at it.
    fn publish<'a>(
        &'a self,
        name: &'a str,
        bytes: Vec<u8>,
        media_type: MediaType,
    ) -> BoxFuture<'a, Result<(), FileError>>;

    /// Removes a file; none is removed already.
    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), FileError>>;

    /// Where a file is shown, for [`LEADS_FOR`] at least. Whether there is one is not looked at.
    fn link<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, FileError>>;
}

impl ImageFiles for S3Files {
    fn publish<'a>(
        &'a self,
        name: &'a str,
        bytes: Vec<u8>,
        media_type: MediaType,
    ) -> BoxFuture<'a, Result<(), FileError>> {
        Box::pin(async move {
            let call = self.s3.put_object().bucket(&self.bucket).key(name).content_type(media_type.name());
            let call = call.cache_control(KEPT).content_disposition(disposition(name, media_type));
            call.body(ByteStream::from(bytes)).send().await.map_err(unavailable)?;
            Ok(())
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), FileError>> {
        Box::pin(async move {
            self.s3.delete_object().bucket(&self.bucket).key(name).send().await.map_err(unavailable)?;
            Ok(())
        })
    }

    fn link<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, FileError>> {
        Box::pin(async move {
            // Signatures go by the SDK's clock, as all others of its calls do.
            let now = self.s3.config().time_source().map(|clock| clock.now());
            let now = now.ok_or_else(|| FileError::Unavailable("the SDK has no clock".to_owned()))?;
            let lasts = PresigningConfig::builder().start_time(began(now)).expires_in(SAME_FOR + LEADS_FOR).build();
            let get = self.s3.get_object().bucket(&self.bucket).key(name);
            let get = get.presigned(lasts.map_err(unavailable)?).await.map_err(unavailable)?;
            Ok(get.uri().to_owned())
        })
    }
}

/// A drawing that somebody opens by itself is saved, not run; within a page this says nothing.
fn disposition(name: &str, media_type: MediaType) -> String {
    let kind = if media_type == MediaType::Svg { "attachment" } else { "inline" };
    let name = name.rsplit('/').next().unwrap_or_default();
    format!("{kind}; filename=\"{name}.{}\"", media_type.extension())
}

/// When the window of [`SAME_FOR`] began in which `now` is.
fn began(now: SystemTime) -> SystemTime {
    let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    UNIX_EPOCH + Duration::from_secs(seconds - seconds % SAME_FOR.as_secs())
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;

    use super::*;

    #[tokio::test]
    async fn a_picture_has_one_address_for_a_while_and_it_outlasts_whoever_keeps_it() {
        let aws = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::for_tests())
            .load()
            .await;
        let files = S3Files::new(&aws, "um-dev-images");
        let link = files.link("images/a").await.unwrap();
        assert!(link.starts_with("https://s3.eu-central-1.amazonaws.com/um-dev-images/images/a?"), "{link}");
        assert!(link.contains("X-Amz-Expires=3600") && link.contains("X-Amz-SignedHeaders=host&"), "{link}");
        let at = |seconds| began(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(1_800), at(3_599));
        assert_ne!(at(3_599), at(3_600));
        assert_eq!(at(3_599) + SAME_FOR + LEADS_FOR, UNIX_EPOCH + Duration::from_hours(1) + LEADS_FOR);
    }

    #[test]
    fn a_drawing_is_saved_and_a_photograph_is_shown() {
        assert_eq!(disposition("images/a", MediaType::Svg), "attachment; filename=\"a.svg\"");
        assert_eq!(disposition("images/a", MediaType::Jpeg), "inline; filename=\"a.jpg\"");
    }
}
