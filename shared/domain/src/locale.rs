//! The three languages, and text that exists in all of them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Reason;

/// A language that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Uzbek in Latin script: the default.
    #[default]
    Uz,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Locale {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Uz, Self::Ru, Self::En];

    /// The best of an `Accept-Language` header: highest `q` first, the first of equals; Uzbek when none fits.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best = (Self::default(), 0.0_f32);
        for range in header.split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let q = parts.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
            if let Ok(locale) = tag.parse()
                && q > best.1
            {
                best = (locale, q);
            }
        }
        best.0
    }

    /// The two-letter code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Uz => "uz",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Not one of the three languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("language must be uz, ru or en")]
pub struct UnknownLocale;

impl Reason for UnknownLocale {
    fn reason(&self) -> Localized {
        Localized::new("uz, ru yoki en bo'lishi kerak", "должен быть uz, ru или en", "must be uz, ru or en")
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// Reads a language tag; its region is ignored (`ru-RU` is Russian).
    fn from_str(tag: &str) -> Result<Self, UnknownLocale> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(language)).ok_or(UnknownLocale)
    }
}

/// A text in the three languages. Russian and English may be missing; then the Uzbek one stands in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Localized {
    /// Uzbek, always there.
    pub uz: String,
    /// Russian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ru: Option<String>,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Localized {
    /// A text in all three languages.
    pub fn new(uz: impl Into<String>, ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self { uz: uz.into(), ru: Some(ru.into()), en: Some(en.into()) }
    }

    /// One text for all languages: a model name, say.
    pub fn same(text: impl Into<String>) -> Self {
        Self { uz: text.into(), ru: None, en: None }
    }

    /// The text in `locale`, or in Uzbek.
    pub fn get(&self, locale: Locale) -> &str {
        let text = match locale {
            Locale::Uz => None,
            Locale::Ru => self.ru.as_deref(),
            Locale::En => self.en.as_deref(),
        };
        text.unwrap_or(&self.uz)
    }
}

/// A rule for bodies: 1 to `max` characters in each language that is there, and not only blanks.
pub fn localized(max: usize) -> impl FnOnce(&Localized, &()) -> garde::Result {
    move |text, ()| {
        let mut texts = [Some(&text.uz), text.ru.as_ref(), text.en.as_ref()].into_iter().flatten();
        texts.try_for_each(|text| {
            garde::rules::length::chars::apply(&text.trim(), (1, usize::MAX))?;
            garde::rules::length::chars::apply(text, (1, max))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_in_each_language_with_its_blanks() {
        let fits =
            |ru: &str| localized(3)(&Localized { ru: Some(ru.to_owned()), ..Localized::same("uz") }, &()).is_ok();
        assert!(fits("тру") && fits(" т "));
        for ru in ["", "  ", "труд", " тру"] {
            assert!(!fits(ru), "{ru:?}");
        }
    }

    #[test]
    fn the_reader_gets_the_language_asked_for() {
        for (header, locale) in [
            ("", Locale::Uz),
            ("de", Locale::Uz),
            ("ru", Locale::Ru),
            ("en-GB,en;q=0.9,ru;q=0.8", Locale::En),
            ("de, ru;q=0.3, en;q=0.7", Locale::En),
            ("ru;q=0", Locale::Uz),
            (";;;q=,", Locale::Uz),
        ] {
            assert_eq!(Locale::from_accept_language(header), locale, "{header}");
        }
    }

    #[test]
    fn a_missing_translation_falls_back_to_uzbek() {
        let text = Localized::same("Ryzen 7");
        assert_eq!(text.get(Locale::Ru), "Ryzen 7");
        assert_eq!(Localized::new("bir", "один", "one").get(Locale::Ru), "один");
    }
}
