//! What the sweep does with pictures: those that nobody confirmed are forgotten, those that are removed lose their objects.

use domain::ImageId;
use dynamodb::{Error, Stored, Tx};

use super::{Altered, ImageError, alter};
use crate::domain::Product;
use crate::table::{Picture, PictureState, picture_key, product_key};
use crate::{Ctx, Intake};

/// Looks at a picture that may be due. Done again, or twice at once, it comes to the same.
pub(in crate::ops) async fn look_at(intake: &Intake, id: ImageId) -> Result<(), ImageError> {
    let ctx = &intake.ctx;
    let Some(picture) = ctx.table.get_consistent::<Picture>(picture_key(id)).await? else { return Ok(()) };
    if picture.look_at.is_none_or(|at| at > ctx.clock.now()) {
        return Ok(());
    }
    match picture.state {
        PictureState::Announced => forget(ctx, &picture).await,
        PictureState::Removed => leave(intake, &picture).await,
        PictureState::Shown => Ok(()),
    }
}

/// Gives its place among the product's images free; its objects go later, when no upload can be under way any more.
async fn forget(ctx: &Ctx, picture: &Stored<Picture>) -> Result<(), ImageError> {
    let removed = picture.removed(ctx.clock.now());
    let also = |tx: Tx| tx.replace("image", picture, &removed);
    let Some(product) = ctx.table.get_consistent::<Product>(product_key(picture.product_id)).await? else {
        let detail = format!("{} is of no product", picture.image_id);
        return Err(Error::Call { operation: "GetItem", detail }.into());
    };
    match alter(ctx, product, |images| images.remove(picture.image_id), also, None).await? {
        // Confirmed or removed in between: that is fine as well.
        Altered::Done(_) | Altered::Moved => Ok(()),
    }
}

/// Removes both objects, then the row: what was interrupted is due again.
async fn leave(intake: &Intake, picture: &Stored<Picture>) -> Result<(), ImageError> {
    intake.images.remove(&picture.incoming()).await?;
    intake.images.remove(&picture.object()).await?;
    match intake.ctx.table.commit(Tx::new().delete("image", picture)).await {
        // Somebody else did all of it.
        Ok(()) | Err(Error::Refused(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
