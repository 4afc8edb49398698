//! Rows that are not domain values of their own.

use std::collections::BTreeMap;

use domain::{
    ImageId, ImportId, Localized, Money, OrderId, ProductId, ReservationId, ReviewId, Slug, StoreId, Timestamp, UserId,
    VariantId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Condition, Facet, Fiscal, Product, Rating, Refusal, Status};

/// A maker. Whoever names it first makes it `PENDING`; an admin verifies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Its name in addresses.
    pub slug: Slug,
    /// As it was spelled first, or by an admin: always a spelling of the slug, so that names are unique as slugs are.
    pub name: String,
    /// Whether an admin has looked at it.
    pub status: BrandStatus,
    /// Its own page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// When it was named first.
    pub created_at: Timestamp,
}

/// Where a brand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BrandStatus {
    /// Named by a vendor or by a product.
    Pending,
    /// Verified by an admin.
    Active,
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
    /// What its receipt says.
    pub fiscal: Fiscal,
    /// Whether the product is on sale.
    pub active: bool,
    /// Pieces in the store.
    pub on_hand: i64,
    /// Those of them that are held for checkouts.
    pub reserved: i64,
    /// Those of them that can be bought.
    pub available: i64,
    /// Up to so many available pieces are few.
    #[serde(default)]
    pub low_stock: u32,
    /// When somebody counted, received or wrote off last: an import that was uploaded before leaves the pieces alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at: Option<Timestamp>,
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

/// A change of the pieces in the store: the deltas of a variant's movements sum to its `on_hand`. Pieces that are merely
/// held have not moved: which they are stands in their reservations.
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
    /// They left with an order.
    Sale {
        /// The reservation that held them.
        reservation_id: ReservationId,
    },
}

/// That a product reached somebody: they may review it. Written once, by the first of their orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Who bought it.
    pub user_id: UserId,
    /// What.
    pub product_id: ProductId,
    /// From whom.
    pub store_id: StoreId,
    /// With which order it came first.
    pub order_id: OrderId,
    /// When that was.
    pub delivered_at: Timestamp,
    /// The review that they wrote of it: one at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_id: Option<ReviewId>,
}

/// Which product a slug belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugClaim {
    /// The slug.
    pub slug: Slug,
    /// The product.
    pub product_id: ProductId,
}

/// A variant's SKU where it differs from its product's. It stands where a product of that SKU would have its card: what
/// is one cannot become the other, at no cost to the many products without variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkuClaim {
    /// The seller.
    pub store_id: StoreId,
    /// The variant's.
    pub sku: String,
    /// The product.
    pub claimed_by: ProductId,
}

/// What stands at a SKU of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SkuRow {
    /// A product.
    Card(Box<Card>),
    /// A variant of one.
    Claim(SkuClaim),
}

/// A product as lists show it and narrow them: all that a page needs, so that none of its products is read. Its key is
/// what makes a SKU unique in its store.
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
    /// The other variants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<VariantId>,
    /// The price of the cheapest variant.
    pub price: Money,
    /// The crossed-out price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_price: Option<Money>,
    /// Its primary image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageId>,
    /// What somebody had before.
    pub condition: Condition,
    /// Whether it is on sale.
    pub status: Status,
    /// What it can be filtered by, under the template's names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facets: BTreeMap<String, Facet>,
    /// What its reviews say.
    #[serde(flatten)]
    pub rating: Rating,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a store has. Only ever adjusted: it is never written as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Whose, as its key says.
    #[serde(rename = "PK")]
    pub(super) partition: String,
    /// Products, whatever their status.
    pub products: i64,
}

/// One of a store's places for imports that are under way. Nothing frees it: one whose import is over may be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlace {
    /// The store.
    pub store_id: StoreId,
    /// Which of its places, from 1.
    pub number: u8,
    /// Who has it.
    pub import_id: ImportId,
}

/// A row of an import that became no product. Forgotten after a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// The import.
    pub import_id: ImportId,
    /// The row in the file, from 1.
    pub number: u32,
    /// The beginning of its SKU, if the row has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Everything that is wrong with it.
    pub reasons: Vec<Refusal>,
    /// When it was refused; none in rows of earlier releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<Timestamp>,
}

impl Card {
    /// The card of `product`; `None` when it has no default variant.
    pub fn of(product: &Product) -> Option<Self> {
        let default = product.default_variant()?;
        let others = product.variants.iter().filter(|v| !v.default).map(|v| v.variant_id);
        let filterable = product.details.specs.iter().filter(|spec| spec.filterable);
        Some(Self {
            product_id: product.product_id,
            store_id: product.store_id,
            sku: product.sku.clone(),
            slug: product.slug.clone(),
            category: product.category.clone(),
            title: product.details.title.clone(),
            brand: product.details.brand.as_ref().map(|brand| brand.name.clone()),
            variant_id: default.variant_id,
            others: others.collect(),
            price: product.lowest_price()?,
            original_price: product.details.original_price,
            image: product.images.primary().map(|image| image.image_id),
            condition: product.details.condition,
            status: product.status,
            facets: filterable.map(|spec| (spec.name.clone(), Facet::from(&spec.value))).collect(),
            rating: product.rating,
            created_at: product.created_at,
        })
    }

    /// All its variants.
    pub fn variants(&self) -> impl Iterator<Item = VariantId> + '_ {
        std::iter::once(self.variant_id).chain(self.others.iter().copied())
    }
}
