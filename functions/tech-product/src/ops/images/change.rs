//! Changing what is said of an image, and taking one away.

use domain::ImageId;
use dynamodb::{Stored, Tx};
use serde_json::{Value, json};

use super::{ATTEMPTS_MAX, Altered, By, ImageError, alter, find, said};
use crate::Ctx;
use crate::domain::{Gallery, GalleryError, ImageChange, Product, check_alt};
use crate::table::{PictureState, product_key};

/// Changes the text, the place or the rank of an image that is shown.
pub async fn change(
    ctx: &Ctx,
    product: Stored<Product>,
    id: ImageId,
    change: ImageChange,
    by: By,
) -> Result<Product, ImageError> {
    if let Some(alt) = &change.alt {
        check_alt(alt).map_err(|refusal| ImageError::Faults(vec![refusal]))?;
    }
    let mut images = product.images.clone();
    images.change(id, change.clone())?;
    let told = said(ctx, by, "image.change", id, (described(&product.images, id), described(&images, id)));
    match alter(ctx, product, |images| images.change(id, change.clone()), |tx| tx, Some(told)).await? {
        Altered::Done(product) => Ok(*product),
        // Only the picture's own row could have moved, and it is none of this transaction.
        Altered::Moved => Err(ImageError::Contended),
    }
}

/// Takes an image away, shown or announced. Its address leads nowhere from then on; its objects are removed by the sweep.
/// Taken away before, it stays so.
pub async fn remove(ctx: &Ctx, product: Stored<Product>, id: ImageId, by: By) -> Result<(), ImageError> {
    let (product_id, mut product) = (product.product_id, product);
    for _ in 0..ATTEMPTS_MAX {
        let picture = find(ctx, product_id, id).await?;
        if picture.state == PictureState::Removed {
            return Ok(());
        }
        let removed = picture.removed(ctx.clock.now());
        let told = said(ctx, by, "image.remove", id, (described(&product.images, id), Value::Null));
        let also = |tx: Tx| tx.replace("image", &picture, &removed);
        match alter(ctx, product, |images| images.remove(id), also, Some(told)).await {
            Ok(Altered::Done(_)) => return Ok(()),
            // Confirmed, removed or forgotten in between.
            Ok(Altered::Moved) | Err(ImageError::Gallery(GalleryError::NoImage)) => {}
            Err(error) => return Err(error),
        }
        product = ctx.table.get_consistent(product_key(product_id)).await?.ok_or(GalleryError::NoImage)?;
    }
    Err(ImageError::Contended)
}

fn described(images: &Gallery, id: ImageId) -> Value {
    let position = images.shown().iter().position(|image| image.image_id == id);
    let primary = images.primary().is_some_and(|primary| primary.image_id == id);
    json!({"image": position.map(|at| &images.shown()[at]), "position": position.map(|at| at + 1), "primary": primary})
}
