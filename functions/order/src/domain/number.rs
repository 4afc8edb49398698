use std::fmt;
use std::str::FromStr;

use domain::{OrderId, Timestamp, business_day};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Crockford's base 32: no I, L, O, U, so that a number survives being read out.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SUFFIX_CHARACTERS: usize = 6;

/// What people call an order: `UM-`, the business day, and six random characters, such as `UM-20261123-7K3F9Q`.
///
/// It follows from the order's id, so whoever knows the id finds the row that took the number, and by it the order. A
/// billion suffixes a day can still meet by chance: that row is written only if the number is free.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline)]
pub struct OrderNumber(String);

/// Not an order number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order number looks like UM-20261123-7K3F9Q")]
pub struct OrderNumberError;

impl OrderNumber {
    /// The number of an order: the day is that of its id, the suffix the last 30 of its random bits.
    pub fn of(order: OrderId) -> Self {
        let id = order.uuid();
        let placed_at = i64::try_from(id.as_u128() >> 80).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let day = business_day(placed_at.unwrap_or(Timestamp::UNIX_EPOCH)).strftime("%Y%m%d").to_string();
        let [.., a, b, c, d] = *id.as_bytes();
        let random = u32::from_be_bytes([a, b, c, d]);
        let character = |place: usize| char::from(ALPHABET[(random >> (5 * place)) as usize % ALPHABET.len()]);
        let suffix: String = (0..SUFFIX_CHARACTERS).rev().map(character).collect();
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
    use std::collections::HashSet;

    use domain::SeededEntropy;

    use super::*;

    #[test]
    fn orders_of_one_moment_have_different_numbers_and_one_order_always_the_same() {
        let (at, entropy) = ("2026-11-22T19:30:00Z".parse().unwrap(), SeededEntropy::new(1));
        let ids: Vec<_> = (0..1_000).map(|_| OrderId::generate(at, &entropy)).collect();
        let numbers: HashSet<_> = ids.iter().map(|id| OrderNumber::of(*id)).collect();
        assert_eq!(numbers.len(), ids.len());
        assert!(ids.iter().all(|id| numbers.contains(&OrderNumber::of(*id))));
    }

    #[test]
    fn a_number_carries_the_business_day_and_reads_back() {
        let at = "2026-11-22T19:30:00Z".parse().unwrap();
        let number = OrderNumber::of(OrderId::generate(at, &SeededEntropy::new(1)));
        assert!(number.as_str().starts_with("UM-20261123-"), "{number}");
        // Whatever somebody asks for has a number; of another kind of id it is nobody's.
        assert!(OrderNumber::of(OrderId::derived("far in the future")).as_str().starts_with("UM-"));
        assert_eq!(number.as_str().parse(), Ok(number));
        for wrong in ["UM-20261123-7K3F9", "UM-20261123-7K3F9I", "UM-2026112-7K3F9QQ", "20261123-7K3F9Q", ""] {
            assert_eq!(wrong.parse::<OrderNumber>(), Err(OrderNumberError), "{wrong}");
        }
    }
}
