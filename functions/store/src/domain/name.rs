use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What people call a store: 2 to 80 characters after trimming that people can see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("minLength" = 2, "maxLength" = 80))]
pub struct StoreName(String);

/// The name is too short, too long, or holds characters that nobody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name must have 2 to 80 visible characters")]
pub struct StoreNameError;

impl TryFrom<String> for StoreName {
    type Error = StoreNameError;

    fn try_from(text: String) -> Result<Self, StoreNameError> {
        let name = text.trim();
        let fits = (2..=80).contains(&name.chars().count()) && name.chars().all(domain::is_ordinary);
        if fits { Ok(Self(name.to_owned())) } else { Err(StoreNameError) }
    }
}

impl From<StoreName> for String {
    fn from(name: StoreName) -> Self {
        name.0
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
