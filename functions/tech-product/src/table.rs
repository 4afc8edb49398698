//! The table of the service.
//!
//! | row | PK | SK | GSI1 | GSI2 | due |
//! | --- | --- | --- | --- | --- | --- |
//! | [`Category`] | `CATEGORY#<slug>` | `CATEGORY` | `CATEGORIES` / path, when visible | | |
//! | [`SpecTemplate`] | `CATEGORY#<slug>` | `TEMPLATE` | | | |
//! | [`Brand`] | `BRAND#<slug>` | `BRAND` | | | |
//! | [`Product`] | `PRODUCT#<id>` | `PRODUCT` | | | |
//! | [`Stock`] | `PRODUCT#<id>` | `VARIANT#<id>` | | | |
//! | [`PriceChange`] | `PRODUCT#<id>` | `PRICE#<variant>#<ms>#<version>` | | | |
//! | [`Movement`] | `PRODUCT#<id>` | `MOVEMENT#<id>` | `MOVEMENTS#<product>` / time | | |
//! | [`SlugClaim`] | `SLUG#<slug>` | `SLUG` | | | |
//! | [`Card`] | `STORE#<id>` | `SKU#<sku>` | `SALE#<category>` / time, when on sale | `SALE#<store>` / time, when on sale | |
//! | store's counters | `STORE#<id>` | `COUNTERS` | | | |
//! | [`Import`] | `IMPORT#<id>` | `IMPORT` | `IMPORTS#<store>` / time | | until it is over |
//! | [`RefusedRow`] | `IMPORT#<id>` | `REFUSED#<number>` | | | |
//! | [`Hold`] | `RESERVATION#<id>` | `RESERVATION` | | | while it is held |
//! | outbox | `OUTBOX#<day>#<shard>` | time and event | | | |
//!
//! | question | answered by |
//! | --- | --- |
//! | the tree of categories | GSI1 `CATEGORIES`, ascending |
//! | a category, its template | one row each |
//! | a product's page | its one row; by slug: the claim, then the row |
//! | what is on sale in a category, in a store | GSI1, GSI2 `SALE#…`, newest first: cards of some 400 bytes, so that a page of 20 is 1 to 2 read units; the products themselves (2–4 KB) would be 8, keys and a batch of reads 20 |
//! | all products of a store | `STORE#<id>` / `SKU#`, by SKU |
//! | what can be bought of a product | `PRODUCT#<id>` / `VARIANT#` |
//! | who moved its stock | GSI1 `MOVEMENTS#<product>`, newest first |
//! | holds that are overdue, imports that stand still | `due` |
//!
//! Catalogue data and stock are two rows, because they change at different hands and rates: a sale writes 500 bytes, not
//! the page. What a sale depends on (price, whether the product is on sale) is copied into the stock row in the same
//! transaction that changes the product, so that a reservation is one conditional update a line.

use contracts::ReservationStatus;
use domain::{ImportId, Localized, Money, ProductId, ReservationId, Slug, StoreId, Timestamp, UserId, VariantId};
use dynamodb::{Due, Index, IndexSchema, Key, Projection, Query, Row, TableSchema};
use serde::{Deserialize, Serialize};

use crate::domain::{Category, Condition, Hold, Import, Product, Refusal, SpecTemplate, Status};

/// The shape of the table.
pub const SCHEMA: TableSchema = TableSchema {
    indexes: &[
        IndexSchema { index: Index::Gsi1, projection: Projection::All },
        IndexSchema { index: Index::Gsi2, projection: Projection::All },
    ],
};

/// A maker whose name was used by a product; an admin makes it `ACTIVE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Its name in addresses.
    pub slug: Slug,
    /// As it was spelled first.
    pub name: String,
    /// Always `PENDING` until brands are reviewed.
    pub status: BrandStatus,
    /// When it was named first.
    pub created_at: Timestamp,
}

/// Where a brand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BrandStatus {
    /// Named by a store.
    Pending,
}

/// The stock of one variant, with what a sale depends on. Always `available + reserved = on_hand`, none below 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// The seller.
    pub store_id: StoreId,
    /// The variant's.
    pub sku: String,
    /// The product's.
    pub title: Localized,
    /// The price of one.
    pub unit_price: Money,
    /// Percent.
    #[serde(default)]
    pub vat_rate: Option<u32>,
    /// Whether the product is on sale.
    pub active: bool,
    /// Pieces in the store.
    pub on_hand: i64,
    /// Those of them that are held for checkouts.
    pub reserved: i64,
    /// Those of them that can be bought.
    pub available: i64,
}

/// A price that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceChange {
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// Before.
    pub from: Money,
    /// After.
    pub to: Money,
    /// When.
    pub at: Timestamp,
    /// The version of the product that the change replaced.
    pub product_version: u64,
}

/// A change of the pieces in the store that no sale made. What sales do to a stock stands in their reservations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Follows from what caused it, so that a repetition moves nothing.
    pub movement_id: uuid::Uuid,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// Pieces more, or less.
    pub delta: i64,
    /// Why.
    pub cause: MovementCause,
    /// What somebody noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Why pieces came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MovementCause {
    /// The product was made with them.
    Opening {
        /// By whom.
        by: UserId,
    },
    /// A row of an import said so.
    Import {
        /// Which.
        import_id: ImportId,
    },
    /// Somebody counted, received or wrote off.
    Staff {
        /// Who.
        by: UserId,
        /// What was asked for, to tell a repetition from another request under the same key.
        asked: String,
    },
}

/// Which product a slug belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugClaim {
    /// The slug.
    pub slug: Slug,
    /// The product.
    pub product_id: ProductId,
}

/// A product as lists show it. Its key is what makes a SKU unique in its store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The product.
    pub product_id: ProductId,
    /// The seller.
    pub store_id: StoreId,
    /// Unique in the store.
    pub sku: String,
    /// Its name in addresses.
    pub slug: Slug,
    /// Where it stands in the tree.
    pub category: Slug,
    /// As people read it.
    pub title: Localized,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The default variant.
    pub variant_id: VariantId,
    /// Its price.
    pub price: Money,
    /// The crossed-out price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_price: Option<Money>,
    /// What somebody had before.
    pub condition: Condition,
    /// Whether it is on sale.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A row of an import that became no product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// The import.
    pub import_id: ImportId,
    /// The row in the file, from 1.
    pub number: u32,
    /// The SKU, if the row has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Everything that is wrong with it.
    pub reasons: Vec<Refusal>,
}

/// Key of a product.
pub fn product_key(id: ProductId) -> Key {
    Key::new(format!("PRODUCT#{id}"), "PRODUCT")
}

/// Key of a variant's stock.
pub fn stock_key(product: ProductId, variant: VariantId) -> Key {
    Key::new(format!("PRODUCT#{product}"), format!("VARIANT#{variant}"))
}

/// Key of a movement.
pub fn movement_key(product: ProductId, movement: uuid::Uuid) -> Key {
    Key::new(format!("PRODUCT#{product}"), format!("MOVEMENT#{movement}"))
}

/// Key of a category.
pub fn category_key(slug: &Slug) -> Key {
    Key::new(format!("CATEGORY#{slug}"), "CATEGORY")
}

/// Key of a category's template.
pub fn template_key(category: &Slug) -> Key {
    Key::new(format!("CATEGORY#{category}"), "TEMPLATE")
}

/// Key of a brand.
pub fn brand_key(slug: &Slug) -> Key {
    Key::new(format!("BRAND#{slug}"), "BRAND")
}

/// Key of a slug's claim.
pub fn slug_key(slug: &Slug) -> Key {
    Key::new(format!("SLUG#{slug}"), "SLUG")
}

/// Key of a product's card.
pub fn card_key(store: StoreId, sku: &str) -> Key {
    Key::new(format!("STORE#{store}"), format!("SKU#{sku}"))
}

/// Key of a store's counters; the attribute `products` counts its products.
pub fn counters_key(store: StoreId) -> Key {
    Key::new(format!("STORE#{store}"), "COUNTERS")
}

/// Key of an import.
pub fn import_key(id: ImportId) -> Key {
    Key::new(format!("IMPORT#{id}"), "IMPORT")
}

/// Key of a reservation.
pub fn hold_key(id: ReservationId) -> Key {
    Key::new(format!("RESERVATION#{id}"), "RESERVATION")
}

impl Row for Category {
    const KIND: &'static str = "category";

    fn key(&self) -> Key {
        category_key(&self.slug)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let listed = (Index::Gsi1, Key::new("CATEGORIES", self.path()));
        if self.visible { vec![listed] } else { Vec::new() }
    }
}

impl Row for SpecTemplate {
    const KIND: &'static str = "spec-template";

    fn key(&self) -> Key {
        template_key(&self.category)
    }
}

impl Row for Brand {
    const KIND: &'static str = "brand";

    fn key(&self) -> Key {
        brand_key(&self.slug)
    }
}

impl Row for Product {
    const KIND: &'static str = "product";

    fn key(&self) -> Key {
        product_key(self.product_id)
    }
}

impl Row for Stock {
    const KIND: &'static str = "stock";

    fn key(&self) -> Key {
        stock_key(self.product_id, self.variant_id)
    }
}

impl Row for PriceChange {
    const KIND: &'static str = "price-change";

    fn key(&self) -> Key {
        let place = format!("PRICE#{}#{}#{}", self.variant_id, sortable(self.at), self.product_version);
        Key::new(format!("PRODUCT#{}", self.product_id), place)
    }
}

impl Row for Movement {
    const KIND: &'static str = "movement";

    fn key(&self) -> Key {
        movement_key(self.product_id, self.movement_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{}#{}", sortable(self.at), self.movement_id);
        vec![(Index::Gsi1, Key::new(format!("MOVEMENTS#{}", self.product_id), place))]
    }
}

impl Row for SlugClaim {
    const KIND: &'static str = "slug";

    fn key(&self) -> Key {
        slug_key(&self.slug)
    }
}

impl Row for Card {
    const KIND: &'static str = "card";

    fn key(&self) -> Key {
        card_key(self.store_id, &self.sku)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        if self.status != Status::Active {
            return Vec::new();
        }
        let place = format!("{}#{}", sortable(self.created_at), self.product_id);
        vec![
            (Index::Gsi1, Key::new(format!("SALE#{}", self.category), place.clone())),
            (Index::Gsi2, Key::new(format!("SALE#{}", self.store_id), place)),
        ]
    }
}

impl Row for Import {
    const KIND: &'static str = "import";

    fn key(&self) -> Key {
        import_key(self.import_id)
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        let place = format!("{}#{}", sortable(self.created_at), self.import_id);
        vec![(Index::Gsi1, Key::new(format!("IMPORTS#{}", self.store_id), place))]
    }

    fn due(&self) -> Option<Due> {
        (!self.is_over()).then_some(Due(self.look_at))
    }
}

impl Row for RefusedRow {
    const KIND: &'static str = "refused-row";

    fn key(&self) -> Key {
        Key::new(format!("IMPORT#{}", self.import_id), format!("REFUSED#{:08}", self.number))
    }
}

impl Row for Hold {
    const KIND: &'static str = "reservation";

    fn key(&self) -> Key {
        hold_key(self.reservation_id)
    }

    fn due(&self) -> Option<Due> {
        (self.status == ReservationStatus::Held).then_some(Due(self.ends_at))
    }
}

/// The tree of visible categories, parents before their children.
pub fn categories() -> Query {
    Query::partition("CATEGORIES").on(Index::Gsi1)
}

/// What is on sale in a category, newest first.
pub fn on_sale_in(category: &Slug) -> Query {
    Query::partition(format!("SALE#{category}")).on(Index::Gsi1).descending()
}

/// What a store has on sale, newest first.
pub fn on_sale_by(store: StoreId) -> Query {
    Query::partition(format!("SALE#{store}")).on(Index::Gsi2).descending()
}

/// Every product of a store, by SKU.
pub fn products_of(store: StoreId) -> Query {
    Query::partition(format!("STORE#{store}")).prefix("SKU#").consistent()
}

/// The stock of every variant of a product.
pub fn stock_of(product: ProductId) -> Query {
    Query::partition(format!("PRODUCT#{product}")).prefix("VARIANT#")
}

/// Who moved the stock of a product, newest first.
pub fn movements_of(product: ProductId) -> Query {
    Query::partition(format!("MOVEMENTS#{product}")).on(Index::Gsi1).descending()
}

/// A store's imports, newest first.
pub fn imports_of(store: StoreId) -> Query {
    Query::partition(format!("IMPORTS#{store}")).on(Index::Gsi1).descending()
}

/// The refused rows of an import, in the file's order.
pub fn refusals_of(import: ImportId) -> Query {
    Query::partition(format!("IMPORT#{import}")).prefix("REFUSED#").consistent()
}

impl Card {
    /// The card of `product`; `None` when it has no default variant.
    pub fn of(product: &Product) -> Option<Self> {
        let default = product.variants.iter().find(|variant| variant.default)?;
        Some(Self {
            product_id: product.product_id,
            store_id: product.store_id,
            sku: product.sku.clone(),
            slug: product.slug.clone(),
            category: product.category.clone(),
            title: product.details.title.clone(),
            brand: product.details.brand.as_ref().map(|brand| brand.name.clone()),
            variant_id: default.variant_id,
            price: default.price,
            original_price: product.details.original_price,
            condition: product.details.condition,
            status: product.status,
            created_at: product.created_at,
        })
    }
}

/// Milliseconds with leading zeros: text that sorts by time.
fn sortable(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}
