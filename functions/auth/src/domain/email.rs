use std::fmt;
use std::str::FromStr;

use garde::rules::email::Email as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An address in its one form: trimmed, lower-case, ASCII, at most 254 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("format" = "email"))]
pub struct Email(String);

/// Not an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an email address")]
pub struct EmailError;

/// The longest address that SMTP carries (RFC 5321).
const LENGTH_MAX: usize = 254;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim().to_ascii_lowercase();
        // ASCII only: look-alike letters of other scripts would make two addresses out of one.
        let fits = text.is_ascii() && text.len() <= LENGTH_MAX && !text.contains(['"', '#', ' ']);
        let domain = text.rsplit('@').next().unwrap_or_default();
        let reachable = domain.contains('.') && !domain.starts_with('[');
        // RFC 5321 knows no empty word between dots: whoever delivers mail refuses it.
        let local = text.split('@').next().unwrap_or_default();
        let worded = !local.split('.').any(str::is_empty);
        if fits && reachable && worded && text.validate_email().is_ok() { Ok(Self(text)) } else { Err(EmailError) }
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_address_has_one_form() {
        assert_eq!(" Aziza@Example.UZ ".parse::<Email>().unwrap().as_str(), "aziza@example.uz");
        for wrong in [
            "",
            "a",
            "a@",
            "@b.uz",
            "a@b",
            "a b@c.uz",
            "a@b@c.uz",
            "а@пример.uz",
            "a@[127.0.0.1]",
            "a@b..uz",
            ".a@b.uz",
            "a.@b.uz",
            "a..b@c.uz",
            "a\r\nbcc:b@c.uz",
        ] {
            assert_eq!(wrong.parse::<Email>(), Err(EmailError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn an_address_reads_back_as_itself(text in "[ A-Za-z0-9.+@_-]{0,40}") {
            if let Ok(email) = text.parse::<Email>() {
                prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email.clone()));
            }
        }
    }
}
