//! The images of a product. Each change is one transaction over the product, its card where the primary image is another,
//! and the picture's own row.

pub mod announce;
pub mod change;
pub mod confirm;
pub(super) mod leave;

use contracts::{Actor, Event};
use domain::{CorrelationId, ImageId, ProductId, UserId};
use dynamodb::{Error, Stored, Tx};
use serde_json::Value;

use super::audit::audit;
use super::save::save;
use crate::Ctx;
use crate::domain::{Gallery, GalleryError, MediaType, PictureFault, Product, Refusal};
use crate::files::FileError;
use crate::table::{Card, Picture, card_key, picture_key, product_key};

/// Who does it, in which request.
pub type By = (UserId, CorrelationId);

/// How often a product that others write at the same time is tried. Each time one of them got on; a product has ten images.
const ATTEMPTS_MAX: u32 = 30;

/// Why an image is not made, shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// What is said of it breaks rules.
    #[error("{} rules are broken", .0.len())]
    Faults(Vec<Refusal>),
    /// The file is empty or too long.
    #[error("a file of {} has 1 to {} bytes", .0.name(), .0.bytes_max())]
    Length(MediaType),
    /// The product's images do not change so.
    #[error(transparent)]
    Gallery(#[from] GalleryError),
    /// The key was used for another announcement, or for an image that was taken away.
    #[error("the key was used for another image")]
    OtherRequest,
    /// The bucket has no file of the length that was said.
    #[error("{0}")]
    NotUploaded(&'static str),
    /// The file is not what was announced, or not harmless.
    #[error(transparent)]
    Picture(#[from] PictureFault),
    /// Others write the product without end.
    #[error("the product never stands still")]
    Contended,
    /// The bucket.
    #[error(transparent)]
    File(#[from] FileError),
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// What became of a change.
#[derive(Debug)]
enum Altered {
    /// It is done: the product as it is now.
    Done(Box<Product>),
    /// Somebody else moved the very picture in between: nothing was done.
    Moved,
}

/// Changes the images of `product` by `rule`, in one transaction with what `also` adds and `told`. Others may write the
/// product at the same time: then it is done again on what they left.
async fn alter(
    ctx: &Ctx,
    product: Stored<Product>,
    rule: impl Fn(&mut Gallery) -> Result<(), GalleryError>,
    also: impl Fn(Tx) -> Tx,
    told: Option<Event>,
) -> Result<Altered, ImageError> {
    let (id, now) = (product.product_id, ctx.clock.now());
    let mut product = Some(product);
    for _ in 0..ATTEMPTS_MAX {
        let Some(before) = product else { break };
        let mut after = Product::clone(&before);
        rule(&mut after.images)?;
        if after.images == before.images {
            return Ok(Altered::Done(Box::new(after)));
        }
        if after.images.shown() != before.images.shown() || after.images.primary() != before.images.primary() {
            after.updated_at = now;
        }
        let tx = also(write(ctx, &before, &after).await?);
        let tx = match &told {
            Some(event) => tx.tell(event),
            None => tx,
        };
        match ctx.table.commit(tx).await {
            Ok(()) => return Ok(Altered::Done(Box::new(after))),
            Err(Error::Refused(refusal)) if refusal.failed().any(|(name, _)| name == "image") => {
                return Ok(Altered::Moved);
            }
            Err(Error::Refused(_)) => product = ctx.table.get_consistent(product_key(id)).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ImageError::Contended)
}

/// The product and, where it shows another primary image, its card.
async fn write(ctx: &Ctx, before: &Stored<Product>, after: &Product) -> Result<Tx, Error> {
    let primary = |product: &Product| product.images.primary().map(|image| image.image_id);
    if primary(before) == primary(after) {
        return Ok(Tx::new().replace("product", before, after));
    }
    match ctx.table.get_consistent::<Card>(card_key(before.store_id, &before.sku)).await? {
        Some(card) => Ok(save(before, after, &card, None, after.updated_at)),
        None => Err(Error::Call { operation: "GetItem", detail: format!("{} has no card", before.product_id) }),
    }
}

/// The picture of that id, if it is one of the product's.
async fn find(ctx: &Ctx, product: ProductId, id: ImageId) -> Result<Stored<Picture>, ImageError> {
    let picture = ctx.table.get_consistent::<Picture>(picture_key(id)).await?;
    picture.filter(|picture| picture.product_id == product).ok_or(ImageError::Gallery(GalleryError::NoImage))
}

fn said(ctx: &Ctx, (by, correlation): By, action: &str, id: ImageId, change: (Value, Value)) -> Event {
    audit(ctx, (Actor::User { id: by }, correlation), action, format!("image/{id}"), change)
}
