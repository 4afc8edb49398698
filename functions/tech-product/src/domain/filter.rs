//! What shoppers narrow a list by.

use serde::{Deserialize, Serialize};

use super::{SpecField, SpecKind, SpecValue};

/// A filterable value as a card carries it: no more than a comparison needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Facet {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text, or the option that was selected.
    Word(String),
    /// The ends of a range.
    Span([f64; 2]),
    /// The options that were selected.
    Words(Vec<String>),
}

impl From<&SpecValue> for Facet {
    fn from(value: &SpecValue) -> Self {
        match value {
            SpecValue::Text(text) | SpecValue::Select(text) => Self::Word(text.clone()),
            SpecValue::Number(number) => Self::Number(*number),
            SpecValue::Boolean(flag) => Self::Flag(*flag),
            SpecValue::MultiSelect(options) => Self::Words(options.clone()),
            SpecValue::Range { min, max } => Self::Span([*min, *max]),
        }
    }
}

/// What is asked of one specification.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Any of these texts, whatever their case.
    AnyOf(Vec<String>),
    /// A number within these ends, or a range that meets them.
    Within(f64, f64),
    /// Yes or no.
    Flag(bool),
}

/// The text asks nothing that a specification of its kind could answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// Of numbers and ranges.
    #[error("a number such as 8, or a range such as 8..16, 8.. or ..16")]
    Number,
    /// Of yes and no.
    #[error("true or false")]
    Flag,
    /// Of texts.
    #[error("at most 20 values of at most 200 characters")]
    Text,
}

const VALUES_MAX: usize = 20;
const TEXT_MAX: usize = 200;

impl Wanted {
    /// Reads what is asked of `field`: numbers as `8`, `8..16`, `8..` or `..16`; the texts are alternatives.
    pub fn read(field: &SpecField, asked: &[String]) -> Result<Self, WantedError> {
        match (field.kind, asked) {
            (SpecKind::Number | SpecKind::Range, [text]) => within(text).ok_or(WantedError::Number),
            (SpecKind::Number | SpecKind::Range, _) => Err(WantedError::Number),
            (SpecKind::Boolean, [text]) => text.parse().map(Self::Flag).map_err(|_| WantedError::Flag),
            (SpecKind::Boolean, _) => Err(WantedError::Flag),
            (SpecKind::Text | SpecKind::Select | SpecKind::MultiSelect, texts) => {
                let fits = |text: &String| text.chars().count() <= TEXT_MAX;
                if texts.len() > VALUES_MAX || !texts.iter().all(fits) {
                    return Err(WantedError::Text);
                }
                Ok(Self::AnyOf(texts.iter().map(|text| text.to_lowercase()).collect()))
            }
        }
    }

    /// Whether the value is one that is asked for. A template may have changed since the value was saved: what cannot be
    /// compared is not.
    pub fn admits(&self, facet: &Facet) -> bool {
        match (self, facet) {
            (Self::AnyOf(texts), Facet::Word(word)) => texts.contains(&word.to_lowercase()),
            (Self::AnyOf(texts), Facet::Words(words)) => words.iter().any(|word| texts.contains(&word.to_lowercase())),
            (Self::Within(min, max), Facet::Number(number)) => min <= number && number <= max,
            (Self::Within(min, max), Facet::Span([from, to])) => from <= max && min <= to,
            (Self::Flag(asked), Facet::Flag(flag)) => asked == flag,
            _ => false,
        }
    }
}

fn within(text: &str) -> Option<Wanted> {
    let end = |text: &str, open: f64| {
        if text.is_empty() { Some(open) } else { text.parse::<f64>().ok().filter(|n| n.is_finite()) }
    };
    let (min, max) = text.split_once("..").unwrap_or((text, text));
    if min.is_empty() && max.is_empty() {
        return None;
    }
    let (min, max) = (end(min, f64::NEG_INFINITY)?, end(max, f64::INFINITY)?);
    (min <= max).then_some(Wanted::Within(min, max))
}

#[cfg(test)]
mod tests {
    use domain::Localized;

    use super::*;

    fn wanted(kind: SpecKind, asked: &[&str]) -> Result<Wanted, WantedError> {
        let field = SpecField {
            name: "x".into(),
            label: Localized::same("X"),
            kind,
            unit: None,
            options: Vec::new(),
            aliases: std::collections::BTreeMap::new(),
            required: false,
            filterable: true,
            comparable: false,
            source: None,
        };
        Wanted::read(&field, &asked.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn each_kind_is_compared_in_its_own_way() {
        use SpecKind::{Boolean, MultiSelect, Number, Range, Select, Text};
        let word = |text: &str| Facet::Word(text.into());
        let words = Facet::Words(vec!["DDR4".into(), "DDR5".into()]);
        for (kind, asked, facet, admitted) in [
            (Select, &["am5"][..], word("AM5"), true),
            (Select, &["AM4", "AM5"], word("AM5"), true),
            (Select, &["AM4"], word("AM5"), false),
            (Text, &["zen 5"], word("Zen 5"), true),
            (MultiSelect, &["DDR5"], words.clone(), true),
            (MultiSelect, &["DDR3"], words, false),
            (Number, &["8"], Facet::Number(8.0), true),
            (Number, &["8..16"], Facet::Number(16.0), true),
            (Number, &["..16"], Facet::Number(16.5), false),
            (Number, &["8.."], Facet::Number(7.9), false),
            (Range, &["15..30"], Facet::Span([10.0, 20.0]), true),
            (Range, &["25"], Facet::Span([10.0, 20.0]), false),
            (Boolean, &["true"], Facet::Flag(true), true),
            (Boolean, &["false"], Facet::Flag(true), false),
            (Number, &["8"], word("8"), false),
        ] {
            assert_eq!(wanted(kind, asked).unwrap().admits(&facet), admitted, "{kind:?} {asked:?} {facet:?}");
        }
    }

    #[test]
    fn what_asks_nothing_is_refused() {
        for asked in ["", "..", "x", "8..x", "16..8", "inf", "NaN"] {
            assert_eq!(wanted(SpecKind::Number, &[asked]), Err(WantedError::Number), "{asked}");
        }
        assert_eq!(wanted(SpecKind::Number, &["1", "2"]), Err(WantedError::Number));
        assert_eq!(wanted(SpecKind::Boolean, &["yes"]), Err(WantedError::Flag));
        assert_eq!(wanted(SpecKind::Text, &["x"; 21]), Err(WantedError::Text));
    }

    #[test]
    fn a_facet_reads_back_as_it_was() {
        for value in [
            SpecValue::Boolean(true),
            SpecValue::Number(8.0),
            SpecValue::Number(4.7),
            SpecValue::Select("8".into()),
            SpecValue::MultiSelect(vec!["1".into(), "2".into()]),
            SpecValue::Range { min: 1.0, max: 2.0 },
        ] {
            let facet = Facet::from(&value);
            let text = serde_json::to_string(&facet).unwrap();
            assert_eq!(serde_json::from_str::<Facet>(&text).unwrap(), facet, "{text}");
        }
    }
}
