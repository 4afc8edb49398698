//! Uzbek phone numbers.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Localized, Reason};

/// `+998` and nine digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("pattern" = r"^\+998[0-9]{9}$"))]
pub struct Phone(String);

/// Not an Uzbek phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("phone must be +998 and nine digits")]
pub struct PhoneError;

impl Reason for PhoneError {
    fn reason(&self) -> Localized {
        Localized::new(
            "+998 va to'qqizta raqam bo'lishi kerak",
            "должен состоять из +998 и девяти цифр",
            "must be +998 and nine digits",
        )
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    /// Spaces, hyphens and parentheses are dropped; everything else must fit.
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
        let digits = bare.strip_prefix("+998").ok_or(PhoneError)?;
        if digits.len() == 9 && digits.bytes().all(|b| b.is_ascii_digit()) { Ok(Self(bare)) } else { Err(PhoneError) }
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        text.parse()
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_form() {
        assert_eq!("+998 (90) 123-45-67".parse::<Phone>().unwrap().to_string(), "+998901234567");
        for wrong in ["998901234567", "+99890123456", "+9989012345678", "+998٩٠١٢٣٤٥٦٧", "+7 900 123 45 67", ""]
        {
            assert_eq!(wrong.parse::<Phone>(), Err(PhoneError), "{wrong}");
        }
    }
}
