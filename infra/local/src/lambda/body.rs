//! Reading a request's body up to a limit.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

/// A body went past its limit. It was read to its end all the same, so that the sender gets to hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// The whole body, or [`TooLarge`] past `limit_bytes`; what goes past is dropped as it comes.
pub(crate) async fn read(mut body: Body, limit_bytes: usize) -> Result<Result<Bytes, TooLarge>, axum::Error> {
    let mut whole = BytesMut::new();
    let mut too_large = false;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            too_large |= whole.len() + data.len() > limit_bytes;
            if too_large {
                whole = BytesMut::new();
            } else {
                whole.extend_from_slice(&data);
            }
        }
    }
    Ok(if too_large { Err(TooLarge) } else { Ok(whole.freeze()) })
}
