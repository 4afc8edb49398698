use domain::{Phone, Region};
use serde::{Deserialize, Serialize};

/// Where an order goes: frozen in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Who takes it.
    pub recipient: String,
    /// Whom the courier calls.
    pub phone: Phone,
    /// The region.
    pub region: Region,
    /// The district or city.
    pub district: String,
    /// The street.
    pub street: String,
    /// The house.
    pub house: String,
    /// The flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apartment: Option<String>,
    /// What it is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landmark: Option<String>,
    /// Six digits that begin as the region's do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// Why an address is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not six digits, or of another region.
    #[error("must be six digits and begin with {0} in this region")]
    PostalCode(&'static str),
}

impl Address {
    /// The address, if its parts fit together.
    pub fn checked(self) -> Result<Self, AddressError> {
        let prefix = self.region.postal_prefix();
        let fits = |code: &str| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && code.starts_with(prefix);
        if self.postal_code.as_deref().is_none_or(fits) { Ok(self) } else { Err(AddressError::PostalCode(prefix)) }
    }
}
