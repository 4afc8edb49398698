//! A thing for sale: what it is, who sells it, whether it is on sale.

use std::collections::BTreeMap;

use domain::{ImportId, Money, ProductId, Slug, StoreId, Timestamp, VariantId, is_ordinary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Details, Fault, Fiscal, Gallery, Rating};

/// Characters of a stock-keeping unit.
pub const SKU_MAX: usize = 64;

/// A product of a store. One row holds what its page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Follows from store and SKU ([`product_id`]), so that saying the same twice makes one product.
    pub product_id: ProductId,
    /// Who sells it.
    pub store_id: StoreId,
    /// Unique in the store; never changes.
    pub sku: String,
    /// Its name in addresses, unique; never changes.
    pub slug: Slug,
    /// Its place in the tree; never changes.
    pub category: Slug,
    /// Whether it is on sale.
    pub status: Status,
    /// What it is.
    pub details: Details,
    /// What its receipt says: of its own, or of its category at the time it was changed last.
    #[serde(default)]
    pub fiscal: Fiscal,
    /// What can be bought of it; exactly one is the default.
    pub variants: Vec<Variant>,
    /// What it looks like.
    #[serde(default, skip_serializing_if = "Gallery::is_empty")]
    pub images: Gallery,
    /// What its reviews say.
    #[serde(flatten)]
    pub rating: Rating,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When somebody changed it by hand last: an import that was uploaded before leaves it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// The newest import that wrote it: an older one leaves it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<ImportMark>,
}

/// Where a product is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "ProductStatus")]
pub enum Status {
    /// Being filled in; seen by the store alone.
    Draft,
    /// On sale.
    Active,
    /// Taken off sale for now.
    Inactive,
    /// Never on sale again.
    Discontinued,
}

/// The product cannot become that now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a product that is {0:?} does not become {1:?}")]
pub struct StatusError(pub Status, pub Status);

impl Status {
    /// Checks the move; staying is one.
    pub fn to(self, next: Self) -> Result<Self, StatusError> {
        use Status::{Active, Discontinued, Draft, Inactive};
        match (self, next) {
            (Draft | Inactive | Active, Active | Discontinued) | (Active, Inactive) => Ok(next),
            (now, next) if now == next => Ok(next),
            (now, next) => Err(StatusError(now, next)),
        }
    }
}

/// One version of a product, with a stock of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Its id.
    pub variant_id: VariantId,
    /// Unique in the store.
    pub sku: String,
    /// What makes it differ: colour, memory.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The price of one.
    pub price: Money,
    /// The one that is bought when none is chosen.
    pub default: bool,
}

/// Which row of which import wrote a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportMark {
    /// The import.
    pub import_id: ImportId,
    /// The row, from 1.
    pub number: u32,
    /// What the row did.
    #[serde(default)]
    pub made: Made,
    /// When the import started, if it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
}

/// What a row of an import did to its product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Made {
    /// It made the product.
    Created,
    /// It changed the product or its stock.
    #[default]
    Updated,
    /// The product said the same already.
    Unchanged,
}

impl Product {
    /// The product as somebody changed it by hand.
    pub fn edited(self, at: Timestamp) -> Self {
        Self { updated_at: at, edited_at: Some(at), ..self }
    }

    /// The variant that is bought when none is chosen.
    pub fn default_variant(&self) -> Option<&Variant> {
        self.variants.iter().find(|v| v.default)
    }

    /// The price of the default variant.
    pub fn price(&self) -> Option<Money> {
        self.default_variant().map(|v| v.price)
    }

    /// The price of its cheapest variant: what lists show and sort by.
    pub fn lowest_price(&self) -> Option<Money> {
        self.variants.iter().map(|v| v.price).min_by_key(|price| price.minor())
    }

    /// The variant of that id.
    pub fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|v| v.variant_id == id)
    }

    /// Whether it can be bought, stock permitting.
    pub fn on_sale(&self) -> bool {
        self.status == Status::Active
    }
}

/// The id of the product that `store` calls `sku`.
pub fn product_id(store: StoreId, sku: &str) -> ProductId {
    ProductId::derived(&format!("product/{store}/{sku}"))
}

/// Checks a stock-keeping unit: 1 to 64 characters that people see, no blanks around and of those within only spaces, so
/// that two that look the same are the same.
pub fn check_sku(sku: &str) -> Result<(), Fault> {
    let fits = !sku.is_empty() && sku.chars().count() <= SKU_MAX && sku.trim() == sku;
    let visible = |c: char| c == ' ' || (is_ordinary(c) && !c.is_whitespace() && !matches!(c, '\u{fe00}'..='\u{fe0f}'));
    if fits && sku.chars().all(visible) { Ok(()) } else { Err(Fault::Sku) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discontinued_product_never_comes_back() {
        use Status::{Active, Discontinued, Draft, Inactive};
        for next in [Draft, Active, Inactive] {
            assert_eq!(Discontinued.to(next), Err(StatusError(Discontinued, next)));
        }
        assert_eq!(Draft.to(Active), Ok(Active));
        assert_eq!(Active.to(Inactive), Ok(Inactive));
        assert_eq!(Draft.to(Inactive), Err(StatusError(Draft, Inactive)));
        assert_eq!(Active.to(Draft), Err(StatusError(Active, Draft)));
    }

    #[test]
    fn a_sku_makes_the_same_product_each_time() {
        let store = StoreId::derived("s");
        assert_eq!(product_id(store, "A-1"), product_id(store, "A-1"));
        assert_ne!(product_id(store, "A-1"), product_id(StoreId::derived("t"), "A-1"));
        for wrong in ["", " a", "a\n", &"x".repeat(65)] {
            assert_eq!(check_sku(wrong), Err(Fault::Sku), "{wrong:?}");
        }
    }

    #[test]
    fn invisible_characters_are_refused_in_skus() {
        for hidden in ['\0', '\t', '\u{a0}', '\u{200b}', '\u{202e}', '\u{feff}', '\u{200d}', '\u{fe0f}'] {
            for sku in [format!("A{hidden}1"), format!("A-1{hidden}")] {
                assert_eq!(check_sku(&sku), Err(Fault::Sku), "{sku:?}");
            }
        }
        for sku in ["A-1", "A 1", "№ 5/2", "ўA_1.2", "100-100001084WOF"] {
            assert_eq!(check_sku(sku), Ok(()), "{sku}");
        }
    }
}
