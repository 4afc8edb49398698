use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The seven services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Who somebody is.
    Auth,
    /// What somebody tells about themselves.
    User,
    /// Who sells.
    Store,
    /// What is sold.
    TechProduct,
    /// What somebody is about to buy.
    Cart,
    /// What somebody bought.
    Order,
    /// What happened.
    Analytics,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 7] =
        [Self::Auth, Self::User, Self::Store, Self::TechProduct, Self::Cart, Self::Order, Self::Analytics];

    /// The name in paths, functions and queues, such as `tech-product`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::User => "user",
            Self::Store => "store",
            Self::TechProduct => "tech-product",
            Self::Cart => "cart",
            Self::Order => "order",
            Self::Analytics => "analytics",
        }
    }

    /// The beginning of its environment variables, such as `TECH_PRODUCT`.
    pub fn env_prefix(self) -> String {
        self.name().replace('-', "_").to_uppercase()
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Service {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.name() == name).ok_or_else(|| format!("no service is called {name}"))
    }
}
