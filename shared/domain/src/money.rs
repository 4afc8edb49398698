//! Money in integers: minor units (tiyin for UZS) and the ISO currency.

use std::fmt;

use iso_currency::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An amount in the currency's minor unit; negative amounts are debts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("examples" = [{"amount": 129_900_000, "currency": "UZS"}]))]
pub struct Money {
    #[serde(rename = "amount")]
    minor: i64,
    #[schemars(with = "String", regex(pattern = "^[A-Z]{3}$"))]
    currency: Currency,
}

/// Why two amounts do not make a third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The two are in different currencies.
    #[error("amounts in {0} and {1} do not add up")]
    CurrencyMismatch(Currency, Currency),
    /// The result does not fit 64 bits.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// `minor` units of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Uzbek so'm, given in tiyin (100 tiyin = 1 so'm).
    pub const fn tiyin(minor: i64) -> Self {
        Self::new(minor, Currency::UZS)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    /// `quantity` times the amount.
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(quantity)).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The sum of all; zero UZS for none.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        let mut amounts = amounts.into_iter();
        let Some(first) = amounts.next() else { return Ok(Self::tiyin(0)) };
        amounts.try_fold(first, Self::checked_add)
    }

    /// The tax contained in a gross amount: `self × rate / (100 + rate)`, half up. `rate_percent` is 12 for 12%.
    pub fn contained_tax(self, rate_percent: u32) -> Result<Self, MoneyError> {
        let (rate, base) = (i128::from(rate_percent), 100 + i128::from(rate_percent));
        let minor = div_half_up(i128::from(self.minor) * rate, base);
        Ok(Self { minor: i64::try_from(minor).map_err(|_| MoneyError::Overflow)?, ..self })
    }

    /// `basis_points` hundredths of a percent of the amount, half up: 500 is 5%.
    pub fn share(self, basis_points: u32) -> Result<Self, MoneyError> {
        let minor = div_half_up(i128::from(self.minor) * i128::from(basis_points), 10_000);
        Ok(Self { minor: i64::try_from(minor).map_err(|_| MoneyError::Overflow)?, ..self })
    }

    fn with(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        Ok(Self { minor: op(self.minor, other.minor).ok_or(MoneyError::Overflow)?, ..self })
    }
}

/// As people read it: `18 500 000 so'm`, tiyin only when there are any.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.minor.unsigned_abs() / 100, self.minor.unsigned_abs() % 100);
        let digits = whole.to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        let sign = if self.minor < 0 { "-" } else { "" };
        let unit = if self.currency == Currency::UZS { "so'm" } else { self.currency.code() };
        if part == 0 { write!(f, "{sign}{grouped} {unit}") } else { write!(f, "{sign}{grouped},{part:02} {unit}") }
    }
}

/// Division that rounds halves away from zero. `by` is positive.
fn div_half_up(value: i128, by: i128) -> i128 {
    let half = by / 2;
    if value >= 0 { (value + half) / by } else { -((-value + half) / by) }
}

/// Splits `total` in proportion to `weights` so that the parts sum to it exactly: each gets its floor, and what is left
/// goes, one unit each, to the largest remainders (the first of equals). All weights zero: everything goes to the first.
///
/// Empty weights give no parts. Weights must not be negative.
pub fn largest_remainder(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|w| i128::from((*w).max(0))).sum();
    if sum == 0 {
        let mut parts = vec![0; weights.len()];
        if let Some(first) = parts.first_mut() {
            *first = total;
        }
        return parts;
    }
    let (sign, magnitude) = (total.signum(), i128::from(total.unsigned_abs()));
    let exact = |weight: &i64| magnitude * i128::from((*weight).max(0));
    let mut parts: Vec<i128> = weights.iter().map(|w| exact(w) / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(exact(&weights[*at]) % sum));
    let left = magnitude - parts.iter().sum::<i128>();
    for at in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[at] += 1;
    }
    // Each part is at most |total|, so it fits.
    parts.into_iter().map(|part| sign * i64::try_from(part).unwrap_or(i64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_read_som_in_groups_of_three() {
        assert_eq!(Money::tiyin(1_850_000_000).to_string(), "18 500 000 so'm");
        assert_eq!(Money::tiyin(-150).to_string(), "-1,50 so'm");
        assert_eq!(Money::tiyin(99_900).to_string(), "999 so'm");
    }

    #[test]
    fn currencies_do_not_mix() {
        let (som, usd) = (Money::tiyin(1), Money::new(1, Currency::USD));
        assert_eq!(som.checked_add(usd), Err(MoneyError::CurrencyMismatch(Currency::UZS, Currency::USD)));
        assert_eq!(Money::tiyin(i64::MAX).checked_add(som), Err(MoneyError::Overflow));
    }

    #[test]
    fn vat_is_contained_in_the_price() {
        assert_eq!(Money::tiyin(4_750_000).contained_tax(12), Ok(Money::tiyin(508_929)));
        assert_eq!(Money::tiyin(112).contained_tax(12), Ok(Money::tiyin(12)));
        assert_eq!(Money::tiyin(112).contained_tax(0), Ok(Money::tiyin(0)));
    }

    #[test]
    fn json_says_amount_in_tiyin_and_currency() {
        let json = serde_json::to_string(&Money::tiyin(5)).unwrap();
        assert_eq!(json, r#"{"amount":5,"currency":"UZS"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), Money::tiyin(5));
    }

    proptest! {
        #[test]
        fn parts_always_sum_to_the_whole(total in any::<i64>(), weights in prop::collection::vec(0..i64::MAX, 1..60)) {
            let parts = largest_remainder(total, &weights);
            prop_assert_eq!(parts.iter().map(|p| i128::from(*p)).sum::<i128>(), i128::from(total));
        }

        #[test]
        fn a_part_differs_from_its_exact_share_by_less_than_one(
            total in 0..1_000_000_000_000_i64, weights in prop::collection::vec(0..1_000_000_000_i64, 1..60)
        ) {
            let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
            prop_assume!(sum > 0);
            for (part, weight) in largest_remainder(total, &weights).iter().zip(&weights) {
                let off = i128::from(*part) * sum - i128::from(total) * i128::from(*weight);
                prop_assert!(off.abs() < sum);
            }
        }
    }
}
