use std::fmt;
use std::str::FromStr;

use domain::{Localized, Reason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody wrote: 1 to `MAX` characters after trimming, no control characters; line breaks only if `LINES`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("minLength" = 1, "maxLength" = MAX))]
pub struct Text<const MAX: usize, const LINES: bool>(String);

/// The name people see.
pub type DisplayName = Text<80, false>;

/// A few sentences about oneself.
pub type Bio = Text<500, true>;

/// The text is empty, too long, or holds control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {0} characters and no control characters")]
pub struct TextError(usize);

impl Reason for TextError {
    fn reason(&self) -> Localized {
        let max = self.0;
        Localized::new(
            format!("1 tadan {max} tagacha belgi bo'lishi kerak, boshqaruv belgilarisiz"),
            format!("должно быть от 1 до {max} символов, без управляющих"),
            format!("must have 1 to {max} characters and no control characters"),
        )
    }
}

impl<const MAX: usize, const LINES: bool> FromStr for Text<MAX, LINES> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let length = text.chars().count();
        let control = text.chars().any(|c| c.is_control() && !(LINES && c == '\n'));
        if length == 0 || length > MAX || control { Err(TextError(MAX)) } else { Ok(Self(text.to_owned())) }
    }
}

impl<const MAX: usize, const LINES: bool> TryFrom<String> for Text<MAX, LINES> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl<const MAX: usize, const LINES: bool> From<Text<MAX, LINES>> for String {
    fn from(text: Text<MAX, LINES>) -> Self {
        text.0
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Display for Text<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!("Ў".repeat(80).parse::<DisplayName>().is_ok());
        assert_eq!("Ў".repeat(81).parse::<DisplayName>(), Err(TextError(80)));
        assert_eq!("  Aziza ".parse::<DisplayName>().unwrap().to_string(), "Aziza");
    }

    #[test]
    fn only_a_bio_has_lines() {
        assert!("a\nb".parse::<Bio>().is_ok());
        for wrong in ["a\nb", "a\u{0}b", "   ", ""] {
            assert!(wrong.parse::<DisplayName>().is_err(), "{wrong:?}");
        }
    }
}
