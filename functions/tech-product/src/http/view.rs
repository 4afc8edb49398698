//! What the routes of stock and imports answer.

use domain::{ImportId, Localized, Money, ProductId, Slug, StoreId, Timestamp, VariantId};
use serde::Serialize;

use crate::domain::{Import, ImportStatus};
use crate::table::{Movement, RefusedRow, Stock};

/// What can be bought of one variant.
#[derive(Debug, Serialize)]
pub(super) struct AvailabilityView {
    variant_id: VariantId,
    available: i64,
    in_stock: bool,
}

impl From<&Stock> for AvailabilityView {
    fn from(stock: &Stock) -> Self {
        Self { variant_id: stock.variant_id, available: stock.available, in_stock: stock.available > 0 }
    }
}

/// The stock of one variant as its store sees it.
#[derive(Debug, Serialize)]
pub(super) struct StockView<'a> {
    product_id: ProductId,
    variant_id: VariantId,
    sku: &'a str,
    unit_price: Money,
    active: bool,
    on_hand: i64,
    reserved: i64,
    available: i64,
}

impl<'a> From<&'a Stock> for StockView<'a> {
    fn from(stock: &'a Stock) -> Self {
        Self {
            product_id: stock.product_id,
            variant_id: stock.variant_id,
            sku: &stock.sku,
            unit_price: stock.unit_price,
            active: stock.active,
            on_hand: stock.on_hand,
            reserved: stock.reserved,
            available: stock.available,
        }
    }
}

/// Pieces that came or went.
#[derive(Debug, Serialize)]
pub(super) struct MovementView {
    variant_id: VariantId,
    delta: i64,
    cause: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    at: Timestamp,
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        use crate::table::MovementCause::{Import, Opening, Staff};
        let cause = match &movement.cause {
            Opening { by } => serde_json::json!({"kind": "opening", "by": by}),
            Import { import_id } => serde_json::json!({"kind": "import", "import_id": import_id}),
            Staff { by, .. } => serde_json::json!({"kind": "staff", "by": by}),
        };
        let Movement { variant_id, delta, note, at, .. } = movement;
        Self { variant_id, delta, cause, note, at }
    }
}

/// An import and how far it is. Always `accepted + updated + refused = done`.
#[derive(Debug, Serialize)]
pub(super) struct ImportView {
    import_id: ImportId,
    store_id: StoreId,
    category: Slug,
    status: ImportStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<contracts::ImportFailure>,
    total: u32,
    done: u32,
    accepted: u32,
    updated: u32,
    refused: u32,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let Import { total, done, accepted, updated, refused, .. } = import;
        Self {
            import_id: import.import_id,
            store_id: import.store_id,
            category: import.category,
            status: import.status,
            failure: import.failure,
            total,
            done,
            accepted,
            updated,
            refused,
            created_at: import.created_at,
            finished_at: import.finished_at,
        }
    }
}

/// A row that became no product.
#[derive(Debug, Serialize)]
pub(super) struct RefusedRowView {
    row: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    reasons: Vec<ReasonView>,
}

#[derive(Debug, Serialize)]
struct ReasonView {
    field: String,
    code: &'static str,
    reason: Localized,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl From<RefusedRow> for RefusedRowView {
    fn from(row: RefusedRow) -> Self {
        let reasons = row.reasons.into_iter().map(|refusal| ReasonView {
            code: refusal.fault.code(),
            reason: refusal.fault.reason(),
            field: refusal.field,
            value: refusal.value,
        });
        Self { row: row.number, sku: row.sku, reasons: reasons.collect() }
    }
}
