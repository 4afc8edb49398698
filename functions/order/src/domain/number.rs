use std::fmt;
use std::str::FromStr;

use domain::{Entropy, Timestamp, business_day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Crockford's base 32: no I, L, O, U, so that a number survives being read out.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SUFFIX_CHARACTERS: usize = 6;

/// What people call an order: `UM-`, the business day, and six random characters, such as `UM-20261123-7K3F9Q`.
///
/// A billion suffixes a day can still meet by chance: the row that takes a number is written only if it is free.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline)]
pub struct OrderNumber(String);

/// Not an order number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order number looks like UM-20261123-7K3F9Q")]
pub struct OrderNumberError;

impl OrderNumber {
    /// A number for an order placed at `at`.
    pub fn generate(at: Timestamp, entropy: &dyn Entropy) -> Self {
        let day = business_day(at).strftime("%Y%m%d").to_string();
        let suffix: String = (0..SUFFIX_CHARACTERS).map(|_| char::from(ALPHABET[entropy.below(32) as usize])).collect();
        Self(format!("UM-{day}-{suffix}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrderNumber {
    type Err = OrderNumberError;

    fn from_str(text: &str) -> Result<Self, OrderNumberError> {
        let (day, suffix) = text.strip_prefix("UM-").and_then(|rest| rest.split_once('-')).ok_or(OrderNumberError)?;
        let dated = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
        let spelled = suffix.len() == SUFFIX_CHARACTERS && suffix.bytes().all(|b| ALPHABET.contains(&b));
        if dated && spelled { Ok(Self(text.to_owned())) } else { Err(OrderNumberError) }
    }
}

impl TryFrom<String> for OrderNumber {
    type Error = OrderNumberError;

    fn try_from(text: String) -> Result<Self, OrderNumberError> {
        text.parse()
    }
}

impl From<OrderNumber> for String {
    fn from(number: OrderNumber) -> Self {
        number.0
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use domain::SeededEntropy;

    use super::*;

    #[test]
    fn a_number_carries_the_business_day_and_reads_back() {
        let at = "2026-11-22T19:30:00Z".parse().unwrap();
        let number = OrderNumber::generate(at, &SeededEntropy::new(1));
        assert!(number.as_str().starts_with("UM-20261123-"), "{number}");
        assert_eq!(number.as_str().parse(), Ok(number));
        for wrong in ["UM-20261123-7K3F9", "UM-20261123-7K3F9I", "UM-2026112-7K3F9QQ", "20261123-7K3F9Q", ""] {
            assert_eq!(wrong.parse::<OrderNumber>(), Err(OrderNumberError), "{wrong}");
        }
    }
}
