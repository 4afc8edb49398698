//! The numbers by which the tax office knows sellers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Not as many digits as the number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} must be {1} digits")]
pub struct TaxIdError(&'static str, usize);

macro_rules! digits {
    ($($(#[$doc:meta])* $name:ident = $label:literal, $length:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(inline, extend("pattern" = concat!("^[0-9]{", $length, "}$")))]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = TaxIdError;

            fn try_from(text: String) -> Result<Self, TaxIdError> {
                let fits = text.len() == $length && text.bytes().all(|b| b.is_ascii_digit());
                if fits { Ok(Self(text)) } else { Err(TaxIdError($label, $length)) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

digits! {
    /// A company's number: nine digits.
    Stir = "STIR", 9;
    /// A person's number: fourteen digits. Never shown to the public.
    Jshshir = "JSHSHIR", 14;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_number_of_digits_is_a_tax_id() {
        assert!(Stir::try_from("301234567".to_owned()).is_ok());
        assert!(Jshshir::try_from("30101901234567".to_owned()).is_ok());
        for wrong in ["30123456", "3012345678", "30123456x", "٣٠١٢٣٤٥٦٧", ""] {
            assert_eq!(Stir::try_from(wrong.to_owned()), Err(TaxIdError("STIR", 9)), "{wrong}");
        }
    }
}
