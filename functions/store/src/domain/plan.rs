use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a store pays for; a new one pays nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "StorePlan")]
pub enum Plan {
    /// 50 products.
    #[default]
    Free,
    /// 500 products.
    Basic,
    /// 5,000 products.
    Premium,
    /// 100,000 products: as many as anybody has.
    Enterprise,
}

impl Plan {
    /// How many products a store of this plan may have.
    pub const fn products_max(self) -> u32 {
        match self {
            Self::Free => 50,
            Self::Basic => 500,
            Self::Premium => 5_000,
            Self::Enterprise => 100_000,
        }
    }
}
