use domain::ProductId;
use lambda::calls::CallError;

use crate::domain::{Refusal, StatusError, VariantFault};

/// Why a product is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// What is said of it breaks rules.
    #[error("{} rules are broken", .0.len())]
    Faults(Vec<Refusal>),
    /// The store calls another product so.
    #[error("the SKU is taken by product {0}")]
    SkuTaken(ProductId),
    /// There is no such category.
    #[error("there is no such category")]
    NoCategory,
    /// The store's plan allows no more.
    #[error("the plan allows {0} products")]
    ProductsMax(u32),
    /// The store may not sell.
    #[error("the store is not active")]
    StoreNotActive,
    /// Its variants do not go together.
    #[error(transparent)]
    Variants(#[from] VariantFault),
    /// It has no such variant.
    #[error("there is no such variant")]
    NoVariant,
    /// The default variant stays, and the one that has the product's own SKU.
    #[error("the default variant and the one with the product's SKU cannot be removed")]
    DefaultVariant,
    /// Pieces of the variant are held for orders.
    #[error("{0} pieces are reserved")]
    Reserved(i64),
    /// It cannot become that now.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// Somebody else changed it in between.
    #[error("the product was changed in the meantime")]
    Changed,
    /// The table.
    #[error(transparent)]
    Table(#[from] dynamodb::Error),
    /// The store service.
    #[error(transparent)]
    Store(#[from] CallError),
}
