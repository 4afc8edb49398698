//! Pieces that come and go without a sale: counted, received, written off.

use contracts::Actor;
use domain::{CorrelationId, ProductId, UserId, VariantId};
use dynamodb::{Adjust, Error, Stored, Tx};
use serde_json::json;

use super::audit::audit;
use super::save::moved;
use crate::Ctx;
use crate::domain::STOCK_MAX;
use crate::table::{Movement, MovementCause, Stock, movement_key, stock_key};

/// How the pieces change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    /// So many are there.
    Set(i64),
    /// So many more, or less.
    Adjust(i64),
}

/// A change of pieces.
#[derive(Debug, Clone)]
pub struct MoveStock {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How.
    pub pieces: Pieces,
    /// What to remember about it.
    pub note: Option<String>,
    /// The caller's key, under which a repetition moves nothing.
    pub key: String,
    /// Who.
    pub by: UserId,
    /// The request.
    pub correlation: CorrelationId,
}

/// Why pieces are not moved.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// There is no such variant.
    #[error("there is no such variant")]
    NotFound,
    /// More are held for checkouts than would be left.
    #[error("{reserved} of {on_hand} pieces are reserved")]
    Reserved {
        /// In the store.
        on_hand: i64,
        /// Held.
        reserved: i64,
    },
    /// More than a store may have.
    #[error("at most 1 000 000 pieces")]
    TooMany,
    /// The key was used for another change.
    #[error("the key was used for another change")]
    OtherRequest,
    /// Somebody else counted in between.
    #[error("the stock was counted in the meantime")]
    Changed,
    /// The table.
    #[error(transparent)]
    Table(#[from] Error),
}

/// Moves pieces once per key, with a movement row and an audit event, and answers the stock.
pub async fn move_stock(ctx: &Ctx, command: &MoveStock) -> Result<Stored<Stock>, StockError> {
    let MoveStock { product_id, variant_id, .. } = *command;
    let stock = read(ctx, product_id, variant_id).await?;
    let delta = match command.pieces {
        Pieces::Set(to) => to - stock.on_hand,
        Pieces::Adjust(by) => by,
    };
    let movement = movement(ctx, command, delta);
    if let Some(done) = ctx.table.get_consistent::<Movement>(movement_key(product_id, movement.movement_id)).await? {
        return repeated(ctx, &done, &movement).await;
    }
    if stock.on_hand + delta > STOCK_MAX {
        return Err(StockError::TooMany);
    }
    let mut adjust = moved(Adjust::existing(), delta).set("counted_at", movement.at);
    if matches!(command.pieces, Pieces::Set(_)) {
        adjust = adjust.equals("on_hand", stock.on_hand);
    }
    let (before, after) = (json!({"on_hand": stock.on_hand}), json!({"on_hand": stock.on_hand + delta}));
    let by = (Actor::User { id: command.by }, command.correlation);
    let told = audit(ctx, by, "stock.move", format!("variant/{variant_id}"), (before, after));
    let tx =
        Tx::new().create("movement", &movement).adjust("stock", stock_key(product_id, variant_id), adjust).tell(told);
    match ctx.table.commit(tx).await {
        Ok(()) => read(ctx, product_id, variant_id).await,
        Err(Error::Refused(refusal)) => {
            if let Some(done) = refusal.existing_at::<Movement>(0) {
                return repeated(ctx, &done, &movement).await;
            }
            let now = refusal.existing_at::<Stock>(1).ok_or(StockError::NotFound)?;
            if now.available < -delta {
                return Err(StockError::Reserved { on_hand: now.on_hand, reserved: now.reserved });
            }
            Err(StockError::Changed)
        }
        Err(error) => Err(error.into()),
    }
}

/// Up to how many available pieces of a variant are few. Said again, nothing changes.
pub async fn set_low_stock(
    ctx: &Ctx,
    (product, variant): (ProductId, VariantId),
    to: u32,
    by: (UserId, CorrelationId),
) -> Result<Stored<Stock>, StockError> {
    let stock = read(ctx, product, variant).await?;
    if stock.low_stock == to {
        return Ok(stock);
    }
    let (before, after) = (json!({"low_stock": stock.low_stock}), json!({"low_stock": to}));
    let by = (Actor::User { id: by.0 }, by.1);
    let told = audit(ctx, by, "stock.low_stock", format!("variant/{variant}"), (before, after));
    let set = Adjust::existing().set("low_stock", to);
    match ctx.table.commit(Tx::new().adjust("stock", stock_key(product, variant), set).tell(told)).await {
        Ok(()) => read(ctx, product, variant).await,
        Err(Error::Refused(_)) => Err(StockError::Changed),
        Err(error) => Err(error.into()),
    }
}

async fn read(ctx: &Ctx, product: ProductId, variant: VariantId) -> Result<Stored<Stock>, StockError> {
    ctx.table.get_consistent(stock_key(product, variant)).await?.ok_or(StockError::NotFound)
}

async fn repeated(ctx: &Ctx, done: &Movement, asked: &Movement) -> Result<Stored<Stock>, StockError> {
    if done.cause != asked.cause || done.note != asked.note {
        return Err(StockError::OtherRequest);
    }
    read(ctx, done.product_id, done.variant_id).await
}

fn movement(ctx: &Ctx, command: &MoveStock, delta: i64) -> Movement {
    let name = format!("{}/{}/{}", command.by, command.variant_id, command.key);
    Movement {
        movement_id: uuid::Uuid::new_v5(&command.product_id.uuid(), name.as_bytes()),
        product_id: command.product_id,
        variant_id: command.variant_id,
        delta,
        cause: MovementCause::Staff { by: command.by, asked: format!("{:?}", command.pieces) },
        note: command.note.clone(),
        at: ctx.clock.now(),
    }
}
