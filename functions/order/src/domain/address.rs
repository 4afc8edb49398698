use contracts::DeliveryAddress;
use domain::{Localized, Reason};

/// Why an address is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not six digits, or of another region.
    #[error("must be six digits and begin with {0} in this region")]
    PostalCode(&'static str),
}

impl Reason for AddressError {
    fn reason(&self) -> Localized {
        let Self::PostalCode(prefix) = self;
        Localized::new(
            format!("olti raqam va bu hududda {prefix} bilan boshlanishi kerak"),
            format!("шесть цифр, в этом регионе начинается с {prefix}"),
            format!("must be six digits and begin with {prefix} in this region"),
        )
    }
}

/// The address, if its parts fit together.
pub fn checked(address: DeliveryAddress) -> Result<DeliveryAddress, AddressError> {
    let prefix = address.region.postal_prefix();
    let fits = |code: &str| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && code.starts_with(prefix);
    if address.postal_code.as_deref().is_none_or(fits) { Ok(address) } else { Err(AddressError::PostalCode(prefix)) }
}
