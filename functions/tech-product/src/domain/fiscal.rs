//! What a fiscal receipt says of a product beside its name and price.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Details;

/// Percent, where neither the product nor its category says otherwise: the country's standard rate.
const VAT_RATE: u32 = 12;
const WORD_MAX: usize = 40;

/// What is sold, in the words of the tax committee: copied into the stock, frozen by a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Fiscal {
    /// Percent.
    pub vat_rate: Option<u32>,
    /// The national catalogue's number, 17 digits.
    pub ikpu: Option<String>,
    /// The national catalogue's package.
    pub package_code: Option<String>,
}

/// What holds for the products of a category that say nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FiscalDefaults {
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_rate: Option<u32>,
    /// The national catalogue's number, 17 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ikpu: Option<String>,
    /// The national catalogue's package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_code: Option<String>,
    /// What is counted, such as `dona`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl FiscalDefaults {
    /// The first of them that is not one, and why.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let word = |text: &Option<String>| text.as_ref().is_none_or(|t| (1..=WORD_MAX).contains(&t.trim().len()));
        if self.vat_rate.is_some_and(|rate| !is_vat_rate(rate)) {
            return Some(("vat_rate", "the VAT rate is 0 or 12"));
        }
        if self.ikpu.as_ref().is_some_and(|ikpu| !is_ikpu(ikpu)) {
            return Some(("ikpu", "an IKPU has 17 digits"));
        }
        let words = [("package_code", word(&self.package_code)), ("unit", word(&self.unit))];
        words.into_iter().find(|(_, fits)| !fits).map(|(field, _)| (field, "1 to 40 bytes of text"))
    }
}

/// Whether `text` is a number of the national catalogue of goods and services.
pub(super) fn is_ikpu(text: &str) -> bool {
    text.len() == 17 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether there is such a rate.
pub(super) const fn is_vat_rate(percent: u32) -> bool {
    matches!(percent, 0 | 12)
}

impl Fiscal {
    /// What holds for a product of these details. A package belongs to its number: a product with a number of its own
    /// does not take the category's package.
    pub fn of(details: &Details, defaults: &FiscalDefaults) -> Self {
        let package_code = match &details.ikpu {
            Some(_) => details.package_code.clone(),
            None => details.package_code.clone().or_else(|| defaults.package_code.clone()),
        };
        Self {
            vat_rate: details.vat_rate.or(defaults.vat_rate).or(Some(VAT_RATE)),
            ikpu: details.ikpu.clone().or_else(|| defaults.ikpu.clone()),
            package_code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_says_more_than_its_category_and_the_category_more_than_the_country() {
        let defaults = FiscalDefaults {
            vat_rate: Some(0),
            ikpu: Some("08471001001000000".into()),
            package_code: Some("1500001".into()),
            unit: None,
        };
        let silent = Fiscal::of(&Details::default(), &defaults);
        assert_eq!((silent.vat_rate, silent.package_code.as_deref()), (Some(0), Some("1500001")));
        let own = Details { ikpu: Some("08471002002000000".into()), vat_rate: Some(12), ..Details::default() };
        let own = Fiscal::of(&own, &defaults);
        let ikpu = own.ikpu.as_deref();
        assert_eq!((own.vat_rate, ikpu, own.package_code), (Some(12), Some("08471002002000000"), None));
        assert_eq!(Fiscal::of(&Details::default(), &FiscalDefaults::default()).vat_rate, Some(12));
    }
}
