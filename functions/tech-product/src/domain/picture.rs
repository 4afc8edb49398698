//! What a file must be to be shown as a picture.

use imagesize::ImageType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Size;
use super::svg::{self, SvgFault};

/// The longest file of pixels, in bytes.
const PIXELS_BYTES_MAX: u64 = 5 * 1024 * 1024;
/// The longest drawing, in bytes: all of it is looked through, some millions of them a second.
const DRAWING_BYTES_MAX: u64 = 256 * 1024;
/// The longest side of a picture made of pixels: what a phone still unpacks.
const SIDE_MAX: u32 = 10_000;

/// What a picture is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ImageType")]
pub enum MediaType {
    /// PNG.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// WebP.
    #[serde(rename = "image/webp")]
    Webp,
    /// A drawing, held to what cannot run and cannot load anything.
    #[serde(rename = "image/svg+xml")]
    Svg,
}

impl MediaType {
    /// As HTTP calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The longest such file, in bytes.
    pub const fn bytes_max(self) -> u64 {
        match self {
            Self::Png | Self::Jpeg | Self::Webp => PIXELS_BYTES_MAX,
            Self::Svg => DRAWING_BYTES_MAX,
        }
    }

    /// As names of files end.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Svg => "svg",
        }
    }
}

/// Why a file is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureFault {
    /// It was announced when longer ones were allowed.
    #[error("a file of {} has at most {} KB", .0.name(), .0.bytes_max() / 1024)]
    TooLong(MediaType),
    /// Its first bytes, or what follows them, are of something else.
    #[error("the file is no {}", .0.name())]
    OtherType(MediaType),
    /// A side has no pixel, or too many.
    #[error("a picture has 1 to {SIDE_MAX} pixels on each side, not {width} x {height}")]
    Sides {
        /// From left to right.
        width: usize,
        /// From top to bottom.
        height: usize,
    },
    /// A drawing that is none, or could do more than be looked at.
    #[error(transparent)]
    Svg(#[from] SvgFault),
}

/// Checks that `bytes` are a picture of that type, and reads its size. Pixels are not unpacked: a file that is broken
/// further on is shown as far as it goes, which harms nobody.
pub fn check(bytes: &[u8], announced: MediaType) -> Result<Option<Size>, PictureFault> {
    if bytes.len() as u64 > announced.bytes_max() {
        return Err(PictureFault::TooLong(announced));
    }
    if announced == MediaType::Svg {
        return Ok(svg::check(bytes)?);
    }
    let other = |_| PictureFault::OtherType(announced);
    let found = match imagesize::image_type(bytes).map_err(other)? {
        ImageType::Png => MediaType::Png,
        ImageType::Jpeg => MediaType::Jpeg,
        ImageType::Webp => MediaType::Webp,
        _ => return Err(PictureFault::OtherType(announced)),
    };
    if found != announced {
        return Err(PictureFault::OtherType(announced));
    }
    let imagesize::ImageSize { width, height } = imagesize::blob_size(bytes).map_err(other)?;
    let side = |pixels| u32::try_from(pixels).ok().filter(|pixels| (1..=SIDE_MAX).contains(pixels));
    match (side(width), side(height)) {
        (Some(width), Some(height)) => Ok(Some(Size { width, height })),
        _ => Err(PictureFault::Sides { width, height }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG's signature and header chunk; what counts stands there.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend(b"\x08\x06\0\0\0\0\0\0\0");
        bytes
    }

    const JPEG: &[u8] = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x20\x00\x40\x03\x01\x22\x00";
    const WEBP: &[u8] = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\x3f\xc0\x07\x00\x00\x00\x00\x00\x00\x00\x00";
    const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 32'/>";

    #[test]
    fn a_file_is_what_it_was_announced_as() {
        let files = [(MediaType::Png, png(64, 32)), (MediaType::Jpeg, JPEG.into()), (MediaType::Webp, WEBP.into())];
        for (media_type, bytes) in files.into_iter().chain([(MediaType::Svg, SVG.into())]) {
            assert_eq!(check(&bytes, media_type), Ok(Some(Size { width: 64, height: 32 })), "{media_type:?}");
            let others = [MediaType::Png, MediaType::Jpeg, MediaType::Webp, MediaType::Svg];
            for other in others.into_iter().filter(|other| *other != media_type) {
                assert!(check(&bytes, other).is_err(), "{media_type:?} as {other:?}");
            }
        }
        for nothing in [&b""[..], b"GIF89a\x01\0\x01\0\0\0\0", b"<html></html>", &png(64, 32)[..20], &JPEG[..8]] {
            assert_eq!(check(nothing, MediaType::Png), Err(PictureFault::OtherType(MediaType::Png)));
        }
    }

    #[test]
    fn a_picture_that_no_phone_unpacks_is_refused() {
        assert!(check(&png(10_000, 10_000), MediaType::Png).is_ok());
        for (width, height) in [(10_001, 1), (0, 5), (u32::MAX, u32::MAX)] {
            assert!(matches!(check(&png(width, height), MediaType::Png), Err(PictureFault::Sides { .. })));
        }
    }

    #[test]
    fn a_file_is_no_longer_than_its_type_may_be() {
        for media_type in [MediaType::Png, MediaType::Jpeg, MediaType::Webp, MediaType::Svg] {
            let long = vec![b' '; usize::try_from(media_type.bytes_max()).unwrap() + 1];
            assert_eq!(check(&long, media_type), Err(PictureFault::TooLong(media_type)));
            assert_ne!(check(&long[1..], media_type), Err(PictureFault::TooLong(media_type)));
        }
        assert_eq!(PictureFault::TooLong(MediaType::Svg).to_string(), "a file of image/svg+xml has at most 256 KB");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_the_check(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), start in 0_usize..4) {
            let start: &[u8] = [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8 ", b"<svg"][start];
            let bytes = [start, &bytes].concat();
            for media_type in [MediaType::Png, MediaType::Jpeg, MediaType::Webp, MediaType::Svg] {
                let _ = check(&bytes, media_type);
            }
        }
    }
}
