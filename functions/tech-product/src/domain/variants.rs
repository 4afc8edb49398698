//! The variants of one product: which there may be together.

use std::collections::{BTreeMap, HashSet};

use domain::is_ordinary;

use super::Variant;
use domain::{Localized, Reason};

/// Variants of one product: a page shows all of them, and one transaction reaches the stock of each.
pub const VARIANTS_MAX: usize = 20;
const OPTIONS_MAX: usize = 5;
const TEXT_MAX: usize = 60;

/// Why variants do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VariantFault {
    /// Over the limit.
    #[error("a product has at most {VARIANTS_MAX} variants")]
    TooMany,
    /// None or several.
    #[error("exactly one variant is the default")]
    Default,
    /// Shoppers could not tell them apart.
    #[error("two variants have the same options")]
    SameOptions,
    /// Too many, empty or too long, or with characters that nobody sees.
    #[error("at most 5 options, their names and values of 1 to 60 visible characters")]
    Options,
    /// The store would have one SKU for two things.
    #[error("two variants have the same SKU")]
    SameSku,
}

impl Reason for VariantFault {
    fn reason(&self) -> Localized {
        match self {
            Self::TooMany => Localized::new(
                format!("mahsulotda ko'pi bilan {VARIANTS_MAX} ta variant bo'ladi"),
                format!("у товара не больше {VARIANTS_MAX} вариантов"),
                format!("a product has at most {VARIANTS_MAX} variants"),
            ),
            Self::Default => Localized::new(
                "faqat bitta variant asosiy bo'ladi",
                "основной вариант ровно один",
                "exactly one variant is the default",
            ),
            Self::SameOptions => Localized::new(
                "ikki variantning xususiyatlari bir xil",
                "у двух вариантов одинаковые параметры",
                "two variants have the same options",
            ),
            Self::Options => Localized::new(
                "ko'pi bilan 5 ta xususiyat, nomi va qiymati 1 dan 60 belgigacha",
                "не больше 5 параметров, название и значение от 1 до 60 символов",
                "at most 5 options, their names and values of 1 to 60 characters",
            ),
            Self::SameSku => Localized::new(
                "ikki variantning SKU si bir xil",
                "у двух вариантов один SKU",
                "two variants have the same SKU",
            ),
        }
    }
}

/// Checks that `variants` may be those of one product.
pub fn check_variants(variants: &[Variant]) -> Result<(), VariantFault> {
    if variants.len() > VARIANTS_MAX {
        return Err(VariantFault::TooMany);
    }
    if variants.iter().filter(|v| v.default).count() != 1 {
        return Err(VariantFault::Default);
    }
    if !variants.iter().all(|v| readable(&v.options)) {
        return Err(VariantFault::Options);
    }
    let folded = |options: &BTreeMap<String, String>| -> Vec<(String, String)> {
        options.iter().map(|(name, value)| (name.to_lowercase(), value.to_lowercase())).collect()
    };
    let distinct = variants.iter().map(|v| folded(&v.options)).collect::<HashSet<_>>();
    if distinct.len() != variants.len() {
        return Err(VariantFault::SameOptions);
    }
    let skus = variants.iter().map(|v| &v.sku).collect::<HashSet<_>>();
    if skus.len() == variants.len() { Ok(()) } else { Err(VariantFault::SameSku) }
}

fn readable(options: &BTreeMap<String, String>) -> bool {
    let fits =
        |text: &String| !text.trim().is_empty() && text.chars().count() <= TEXT_MAX && text.chars().all(is_ordinary);
    options.len() <= OPTIONS_MAX && options.iter().all(|(name, value)| fits(name) && fits(value))
}

#[cfg(test)]
mod tests {
    use domain::{Money, VariantId};

    use super::*;

    fn variant(sku: &str, colour: Option<&str>, default: bool) -> Variant {
        let options = colour.map(|c| ("Colour".to_owned(), c.to_owned())).into_iter().collect();
        let variant_id = VariantId::derived(sku);
        Variant { variant_id, sku: sku.into(), options, price: Money::tiyin(1), default }
    }

    #[test]
    fn variants_are_told_apart_and_one_is_the_default() {
        let check = |variants: &[Variant]| check_variants(variants);
        let black = variant("a", Some("Black"), true);
        assert_eq!(check(&[black.clone(), variant("b", Some("White"), false), variant("c", None, false)]), Ok(()));
        assert_eq!(check(&[black.clone(), variant("b", Some("black"), false)]), Err(VariantFault::SameOptions));
        assert_eq!(check(&[black.clone(), variant("b", Some("White"), true)]), Err(VariantFault::Default));
        assert_eq!(check(&[variant("a", None, false)]), Err(VariantFault::Default));
        assert_eq!(check(&[black.clone(), variant("a", Some("White"), false)]), Err(VariantFault::SameSku));
        assert_eq!(check(&[variant("a", Some(" "), true)]), Err(VariantFault::Options));
        let many: Vec<_> = (0..21).map(|n| variant(&n.to_string(), Some(&n.to_string()), n == 0)).collect();
        assert_eq!(check(&many), Err(VariantFault::TooMany));
        assert_eq!(check(&many[..20]), Ok(()));
    }
}
