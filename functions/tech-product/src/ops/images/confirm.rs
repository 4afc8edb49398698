//! Confirming an image: its file is looked at, and shown from then on.

use domain::{ImageId, ProductId};
use dynamodb::Stored;
use serde_json::{Value, json};
use tracing::warn;

use super::{Altered, By, ImageError, alter, find, said};
use crate::Intake;
use crate::domain::{GalleryError, Image, Product, check_picture};
use crate::files::FileError;
use crate::table::{Picture, PictureState, product_key};

/// Shows an image whose file has arrived and is what was announced. Shown before, it stays as it is.
///
/// The very bytes that were looked at are kept under another name, which nobody outside can write: the address that was
/// given out leads to the first name alone, and whatever is put there later is never shown. A crash in between leaves an
/// object that the next confirmation replaces, or the sweep removes.
pub async fn confirm(intake: &Intake, product: Stored<Product>, id: ImageId, by: By) -> Result<Product, ImageError> {
    let ctx = &intake.ctx;
    let picture = find(ctx, product.product_id, id).await?;
    match picture.state {
        PictureState::Announced => {}
        PictureState::Shown => return settled(intake, product.product_id, id).await,
        PictureState::Removed => return Err(GalleryError::NoImage.into()),
    }
    let bytes = arrived(intake, &picture).await?;
    let Picture { image_id, media_type, ref alt, .. } = *picture;
    let size = check_picture(&bytes, media_type)?;
    intake.images.publish(&picture.object(), bytes, media_type).await?;
    let shown = picture.shown();
    let image = Image { image_id, media_type, size, alt: alt.clone() };
    let told = said(ctx, by, "image.add", id, (Value::Null, json!({"product": product.product_id, "image": image})));
    let confirmed = |tx: dynamodb::Tx| tx.replace("image", &picture, &shown);
    let product_id = product.product_id;
    match alter(ctx, product, |images| images.confirm(image.clone()), confirmed, Some(told)).await {
        Ok(Altered::Done(product)) => {
            if let Err(cause) = intake.images.remove(&picture.incoming()).await {
                // The bucket's own rule removes what has come in after a day.
                warn!(image.id = %id, %cause, "a file that was taken over stays for now");
            }
            Ok(*product)
        }
        // Confirmed at the same moment, or removed: what the rows say now is the answer.
        Ok(Altered::Moved) | Err(ImageError::Gallery(GalleryError::NoImage)) => settled(intake, product_id, id).await,
        Err(error) => Err(error),
    }
}

async fn arrived(intake: &Intake, picture: &Picture) -> Result<Vec<u8>, ImageError> {
    match intake.images.part(&picture.incoming(), 0, picture.length + 1).await {
        Ok(bytes) if bytes.len() as u64 == picture.length => Ok(bytes),
        Ok(_) => Err(ImageError::NotUploaded("the file has another length")),
        Err(FileError::Gone(_)) => Err(ImageError::NotUploaded("no file has arrived")),
        Err(error) => Err(error.into()),
    }
}

async fn settled(intake: &Intake, product: ProductId, id: ImageId) -> Result<Product, ImageError> {
    let table = &intake.ctx.table;
    let picture = find(&intake.ctx, product, id).await?;
    let product = table.get_consistent::<Product>(product_key(product)).await?;
    let shown = product.filter(|_| picture.state == PictureState::Shown);
    Ok(shown.ok_or(GalleryError::NoImage)?.into_row())
}
