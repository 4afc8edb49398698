//! Images as routes answer them.

use domain::{ImageId, Localized, ProductId, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::view::UploadView;
use crate::UploadTo;
use crate::domain::{Gallery, Image, MediaType, Product};
use crate::table::Picture;

/// An image of a product.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductImage")]
pub(super) struct ImageView {
    image_id: ImageId,
    /// Its public address, on this API; it leads to the picture.
    url: String,
    content_type: MediaType,
    /// In pixels; absent for a drawing that names no size.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// In pixels; absent for a drawing that names no size.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// What it shows, for those who do not see it.
    alt: Localized,
    /// Whether it stands for the product; exactly one does.
    primary: bool,
}

/// The images of a product, in order.
pub(super) fn shown(gallery: &Gallery) -> Vec<ImageView> {
    let primary = gallery.primary().map(|image| image.image_id);
    let view = |image: &Image| ImageView {
        image_id: image.image_id,
        url: url(image.image_id),
        content_type: image.media_type,
        width: image.size.map(|size| size.width),
        height: image.size.map(|size| size.height),
        alt: image.alt.clone(),
        primary: Some(image.image_id) == primary,
    };
    gallery.shown().iter().map(view).collect()
}

/// The image that stands for a product in lists; its title says what it shows.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CardImage")]
pub(super) struct CardImageView {
    image_id: ImageId,
    /// Its public address, on this API; it leads to the picture.
    url: String,
}

impl From<ImageId> for CardImageView {
    fn from(image_id: ImageId) -> Self {
        Self { image_id, url: url(image_id) }
    }
}

fn url(id: ImageId) -> String {
    format!("/v1/images/{id}")
}

/// The images of a product as its store sees them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductImages")]
pub(super) struct ImagesAnswer {
    product_id: ProductId,
    /// Those that everybody sees, in order.
    images: Vec<ImageView>,
    /// Those that were announced, and whose file was not confirmed yet.
    awaited: Vec<ImageId>,
}

impl From<Product> for ImagesAnswer {
    fn from(product: Product) -> Self {
        let Product { product_id, images, .. } = product;
        Self { product_id, images: shown(&images), awaited: images.awaited().to_vec() }
    }
}

/// An image that is to come.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnnouncedImage")]
pub(super) struct AnnouncedView {
    image_id: ImageId,
    product_id: ProductId,
    content_type: MediaType,
    content_length: u64,
    /// Until when it can be confirmed; absent when it was already.
    #[serde(skip_serializing_if = "Option::is_none")]
    awaited_until: Option<Timestamp>,
    /// Where its file goes, within 15 minutes; absent when it was confirmed already.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadView>,
}

impl AnnouncedView {
    pub(super) fn new(picture: &Picture, to: Option<UploadTo>) -> Self {
        Self {
            image_id: picture.image_id,
            product_id: picture.product_id,
            content_type: picture.media_type,
            content_length: picture.length,
            awaited_until: picture.look_at,
            upload: to.map(UploadView::from),
        }
    }
}
