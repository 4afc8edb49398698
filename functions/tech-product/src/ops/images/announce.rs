//! Announcing an image: it gets a place among the product's, and an address that its file is put to.

use std::time::Duration;

use domain::{ImageId, Localized, UserId};
use dynamodb::Stored;

use super::{ATTEMPTS_MAX, Altered, ImageError, alter};
use crate::domain::{MediaType, Product, check_alt};
use crate::files::UploadTo;
use crate::table::{Picture, PictureState, picture_key};
use crate::{Ctx, Intake};

/// How long a file may be on its way.
const UPLOAD_TIME: Duration = Duration::from_mins(15);

/// An image that is to come.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// What its file is written in.
    pub media_type: MediaType,
    /// How many bytes its file has.
    pub length: u64,
    /// What it shows.
    pub alt: Localized,
    /// What makes a repetition of the request the same one.
    pub key: Option<String>,
}

/// Announces an image, and answers where its file goes: an address for exactly the type and length that were said. One
/// that is not confirmed within an hour is forgotten with its file. Announced again under the same key it is the same
/// image, with a new address unless it is shown already.
pub async fn announce(
    intake: &Intake,
    product: Stored<Product>,
    new: NewImage,
    by: UserId,
) -> Result<(Picture, Option<UploadTo>), ImageError> {
    check(&new)?;
    let ctx = &intake.ctx;
    let now = ctx.clock.now();
    let id = match &new.key {
        Some(key) => ImageId::derived(&format!("image/{}/{by}/{key}", product.product_id)),
        None => ImageId::generate(now, &*ctx.entropy),
    };
    let picture = Picture {
        image_id: id,
        product_id: product.product_id,
        media_type: new.media_type,
        length: new.length,
        alt: new.alt,
        state: PictureState::Announced,
        look_at: Some(Picture::awaited_until(now)),
        created_at: now,
    };
    for _ in 0..ATTEMPTS_MAX {
        if new.key.is_some()
            && let Some(known) = known(ctx, &picture).await?
        {
            let to = if known.state == PictureState::Announced { Some(address(intake, &known).await?) } else { None };
            return Ok((known, to));
        }
        let announced = |tx: dynamodb::Tx| tx.create("image", &picture);
        if let Altered::Done(_) = alter(ctx, product.clone(), |images| images.announce(id), announced, None).await? {
            let to = address(intake, &picture).await?;
            return Ok((picture, Some(to)));
        }
    }
    Err(ImageError::Contended)
}

/// The image that an earlier request under the same key announced.
async fn known(ctx: &Ctx, asked: &Picture) -> Result<Option<Picture>, ImageError> {
    let Some(known) = ctx.table.get_consistent::<Picture>(picture_key(asked.image_id)).await? else { return Ok(None) };
    let said = |picture: &Picture| (picture.media_type, picture.length, picture.alt.clone());
    if said(&known) != said(asked) || known.state == PictureState::Removed {
        return Err(ImageError::OtherRequest);
    }
    Ok(Some(known.into_row()))
}

async fn address(intake: &Intake, picture: &Picture) -> Result<UploadTo, ImageError> {
    Ok(intake.images.address(&picture.incoming(), picture.length, picture.media_type.name(), UPLOAD_TIME).await?)
}

fn check(new: &NewImage) -> Result<(), ImageError> {
    if !(1..=new.media_type.bytes_max()).contains(&new.length) {
        return Err(ImageError::Length(new.media_type));
    }
    check_alt(&new.alt).map_err(|refusal| ImageError::Faults(vec![refusal]))
}
