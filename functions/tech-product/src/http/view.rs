//! What the routes of stock and imports answer.

use std::collections::BTreeMap;

use domain::{ImportId, Localized, Money, ProductId, ReservationId, Slug, StoreId, Timestamp, UserId, VariantId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::UploadTo;
use crate::domain::{FileFault, Import, ImportStatus};
use crate::table::{Movement, MovementCause, RefusedRow, Stock};

/// What can be bought of one variant.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "VariantAvailability")]
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

/// What can be bought of a product.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductAvailability")]
pub(super) struct AvailabilityAnswer {
    pub(super) product_id: ProductId,
    /// Those that are on sale.
    pub(super) variants: Vec<AvailabilityView>,
}

/// The stock of a product as its store sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProductStock")]
pub(super) struct StockAnswer {
    pub(super) product_id: ProductId,
    pub(super) variants: Vec<StockView>,
}

/// The stock of one variant as its store sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "VariantStock")]
pub(super) struct StockView {
    product_id: ProductId,
    variant_id: VariantId,
    sku: String,
    unit_price: Money,
    active: bool,
    /// Pieces in the store's hands: `reserved` and `available` together.
    on_hand: i64,
    /// Pieces that orders hold.
    reserved: i64,
    available: i64,
    /// Up to so many available pieces are few.
    low_stock: u32,
    /// Whether they are few.
    low: bool,
}

impl From<Stock> for StockView {
    fn from(stock: Stock) -> Self {
        Self {
            product_id: stock.product_id,
            variant_id: stock.variant_id,
            sku: stock.sku,
            unit_price: stock.unit_price,
            active: stock.active,
            on_hand: stock.on_hand,
            reserved: stock.reserved,
            available: stock.available,
            low_stock: stock.low_stock,
            low: stock.available <= i64::from(stock.low_stock),
        }
    }
}

/// Pieces that came or went.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StockMovement")]
pub(super) struct MovementView {
    variant_id: VariantId,
    /// How many came; negative when they went.
    delta: i64,
    cause: CauseView,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    at: Timestamp,
}

/// What moved them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "StockMovementCause")]
enum CauseView {
    /// The product was made.
    Opening { by: UserId },
    /// An import said so.
    Import { import_id: ImportId },
    /// Somebody of the store said so.
    Staff { by: UserId },
    /// They left with an order.
    Sale { reservation_id: ReservationId },
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        let cause = match movement.cause {
            MovementCause::Opening { by } => CauseView::Opening { by },
            MovementCause::Import { import_id } => CauseView::Import { import_id },
            MovementCause::Staff { by, .. } => CauseView::Staff { by },
            MovementCause::Sale { reservation_id } => CauseView::Sale { reservation_id },
        };
        let Movement { variant_id, delta, note, at, .. } = movement;
        Self { variant_id, delta, cause, note, at }
    }
}

/// An import and how far it is. Always `accepted + updated + unchanged + refused = done`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Import")]
pub(super) struct ImportView {
    pub(super) import_id: ImportId,
    pub(super) store_id: StoreId,
    category: Slug,
    status: ImportStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<contracts::ImportFailure>,
    /// What is wrong with its file, when that is why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FileFaultView>,
    /// 0 until the rows of an uploaded file are counted.
    total: u32,
    done: u32,
    /// Rows that made a product.
    accepted: u32,
    /// Rows that changed one.
    updated: u32,
    /// Rows whose product says the same already.
    unchanged: u32,
    refused: u32,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    /// Where its file goes, within an hour; said once.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadView>,
}

/// What is wrong with a file, as a call with the file would have been told.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FileFault")]
struct FileFaultView {
    /// That of the problem: `bad-file` or `file-too-large`.
    code: String,
    /// Counted from 1; where it is about one row.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
    detail: String,
}

/// Where a file goes, by a `PUT` with exactly these headers.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Upload")]
pub(super) struct UploadView {
    method: &'static str,
    url: String,
    headers: BTreeMap<String, String>,
}

impl From<UploadTo> for UploadView {
    fn from(to: UploadTo) -> Self {
        Self { method: "PUT", url: to.url, headers: to.headers.into_iter().collect() }
    }
}

impl ImportView {
    /// The same, with where its file goes.
    pub(super) fn uploaded_to(self, to: UploadTo) -> Self {
        Self { upload: Some(to.into()), ..self }
    }
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let Import { total, done, accepted, updated, unchanged, refused, .. } = import;
        Self {
            import_id: import.import_id,
            store_id: import.store_id,
            category: import.category,
            status: import.status,
            failure: import.failure,
            fault: import.fault.map(|FileFault { code, row, detail }| FileFaultView { code, row, detail }),
            total,
            done,
            accepted,
            updated,
            unchanged,
            refused,
            created_at: import.created_at,
            finished_at: import.finished_at,
            upload: None,
        }
    }
}

/// A row that became no product.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RefusedRow")]
pub(super) struct RefusedRowView {
    /// Counted from 1.
    row: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    reasons: Vec<ReasonView>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RowFault")]
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
