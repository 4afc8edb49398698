use std::fmt;
use std::str::FromStr;

use domain::{Localized, Reason, Slug, SlugError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name that no other account has: a slug of 3 to 30 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("minLength" = 3, "maxLength" = 30))]
pub struct Username(Slug);

/// Why a text is no username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Wrong length.
    #[error("must have 3 to 30 characters")]
    Length,
    /// Wrong characters, or a reserved word.
    #[error(transparent)]
    Slug(#[from] SlugError),
}

impl Reason for UsernameError {
    fn reason(&self) -> Localized {
        match self {
            Self::Length => Localized::new(
                "3 tadan 30 tagacha belgi bo'lishi kerak",
                "должно быть от 3 до 30 символов",
                "must have 3 to 30 characters",
            ),
            Self::Slug(error) => error.reason(),
        }
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        if !(3..=30).contains(&text.len()) {
            return Err(UsernameError::Length);
        }
        Ok(Self(text.parse()?))
    }
}

impl TryFrom<String> for Username {
    type Error = UsernameError;

    fn try_from(text: String) -> Result<Self, UsernameError> {
        text.parse()
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0.into()
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_a_short_slug() {
        assert!("aziza-90".parse::<Username>().is_ok());
        assert_eq!("az".parse::<Username>(), Err(UsernameError::Length));
        assert_eq!("a".repeat(31).parse::<Username>(), Err(UsernameError::Length));
        assert_eq!("Aziza".parse::<Username>(), Err(UsernameError::Slug(SlugError::Form)));
        assert_eq!("admin".parse::<Username>(), Err(UsernameError::Slug(SlugError::Reserved)));
    }
}
