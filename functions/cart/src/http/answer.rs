use contracts::CartSnapshot;
use domain::{CartItemId, Locale, Money, MoneyError, ProductId, StoreId, Timestamp, UserId, VariantId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Leftovers, Line, Status};
use crate::ops::{Merged, OpenedSession, Seen};

/// A cart as its owner sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cart")]
pub(super) struct CartAnswer {
    /// Grows with every change.
    version: u64,
    status: Status,
    /// In the order they were added.
    lines: Vec<LineAnswer>,
    /// Of all lines, at the prices that were seen last: `POST /v1/cart/quote` says what they cost today.
    subtotal: Money,
    /// How many lines are saved for later.
    saved: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CartEntry")]
pub(super) struct LineAnswer {
    item_id: CartItemId,
    product_id: ProductId,
    variant_id: VariantId,
    store_id: StoreId,
    title: String,
    quantity: u32,
    /// As it was seen last.
    unit_price: Money,
    total: Money,
}

/// What is saved for later: at most 50 lines.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SavedCartItems")]
pub(super) struct SavedAnswer {
    /// In the order they were saved.
    items: Vec<LineAnswer>,
}

/// A guest's session.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CartSession")]
pub(super) struct SessionAnswer {
    /// To be sent as the header `cart-session`.
    session: String,
    /// When it ends; every change of the cart puts it off to 24 hours later.
    expires_at: Timestamp,
}

/// What came of a merge.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MergedCart")]
pub(super) struct MergeAnswer {
    cart: CartAnswer,
    #[serde(flatten)]
    leftovers: Leftovers,
}

impl LineAnswer {
    fn new(line: &Line, locale: Locale) -> Result<Self, MoneyError> {
        Ok(Self {
            item_id: line.item_id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            store_id: line.store_id,
            title: line.title.get(locale).to_owned(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            total: line.total()?,
        })
    }

    fn all(lines: &[Line], locale: Locale) -> Result<Vec<Self>, MoneyError> {
        lines.iter().map(|line| Self::new(line, locale)).collect()
    }
}

impl CartAnswer {
    pub(super) fn new(seen: &Seen, locale: Locale) -> Result<Self, MoneyError> {
        Ok(Self {
            version: seen.version,
            status: seen.cart.status,
            lines: LineAnswer::all(&seen.cart.lines, locale)?,
            subtotal: seen.cart.subtotal()?,
            saved: seen.cart.saved.len(),
        })
    }
}

impl SavedAnswer {
    pub(super) fn new(seen: &Seen, locale: Locale) -> Result<Self, MoneyError> {
        Ok(Self { items: LineAnswer::all(&seen.cart.saved, locale)? })
    }
}

impl From<OpenedSession> for SessionAnswer {
    fn from(opened: OpenedSession) -> Self {
        Self { session: opened.token.to_string(), expires_at: opened.ends_at }
    }
}

impl MergeAnswer {
    pub(super) fn new(merged: Merged, locale: Locale) -> Result<Self, MoneyError> {
        Ok(Self { cart: CartAnswer::new(&merged.seen, locale)?, leftovers: merged.leftovers })
    }
}

pub(super) fn snapshot(user_id: UserId, seen: &Seen) -> CartSnapshot {
    CartSnapshot {
        user_id,
        version: seen.version,
        converted_version: seen.cart.converted_version(),
        lines: seen.cart.lines.iter().map(Into::into).collect(),
    }
}
