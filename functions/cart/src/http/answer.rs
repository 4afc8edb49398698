use contracts::CartSnapshot;
use domain::{CartItemId, Locale, Money, MoneyError, ProductId, StoreId, UserId, VariantId};
use serde::Serialize;

use crate::domain::{Line, Status};
use crate::ops::Seen;

/// A cart as its owner sees it.
#[derive(Debug, Serialize)]
pub(super) struct CartAnswer {
    version: u64,
    status: Status,
    lines: Vec<LineAnswer>,
    subtotal: Money,
}

#[derive(Debug, Serialize)]
struct LineAnswer {
    item_id: CartItemId,
    product_id: ProductId,
    variant_id: VariantId,
    store_id: StoreId,
    title: String,
    quantity: u32,
    unit_price: Money,
    total: Money,
}

impl CartAnswer {
    pub(super) fn new(seen: &Seen, locale: Locale) -> Result<Self, MoneyError> {
        let line = |line: &Line| {
            Ok(LineAnswer {
                item_id: line.item_id,
                product_id: line.product_id,
                variant_id: line.variant_id,
                store_id: line.store_id,
                title: line.title.get(locale).to_owned(),
                quantity: line.quantity,
                unit_price: line.unit_price,
                total: line.total()?,
            })
        };
        Ok(Self {
            version: seen.version,
            status: seen.cart.status,
            lines: seen.cart.lines.iter().map(line).collect::<Result<_, _>>()?,
            subtotal: seen.cart.subtotal()?,
        })
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
