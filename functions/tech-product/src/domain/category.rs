//! The tree of categories, and what the products of each are described by.

use std::collections::{BTreeMap, HashSet};

use domain::{Localized, Reason, Slug, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FiscalDefaults;

/// Levels of the tree, the root's included.
pub const DEPTH_MAX: usize = 5;
/// Specifications of one category.
const FIELDS_MAX: usize = 60;
/// Choices of one specification.
const OPTIONS_MAX: usize = 200;
/// Characters of a name, a unit, an option.
const TEXT_MAX: usize = 80;
/// Characters of a dotted path.
const PATH_MAX: usize = 200;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its name in addresses; never changes.
    pub slug: Slug,
    /// As people read it.
    pub names: Localized,
    /// From the root down to the parent.
    pub ancestors: Vec<Slug>,
    /// Its place among its siblings, smallest first.
    pub position: u32,
    /// Whether shoppers see it.
    pub visible: bool,
    /// Taken out of use for good: nothing new comes into it, and its slug stays taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A child here would stand below the deepest level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree of categories has at most {DEPTH_MAX} levels")]
pub struct TooDeep;

impl Reason for TooDeep {
    fn reason(&self) -> Localized {
        Localized::new(
            format!("turkumlar daraxti ko'pi bilan {DEPTH_MAX} pog'onali"),
            format!("в дереве категорий не больше {DEPTH_MAX} уровней"),
            format!("the tree of categories has at most {DEPTH_MAX} levels"),
        )
    }
}

impl Category {
    /// Whether shoppers find it.
    pub const fn is_shown(&self) -> bool {
        self.visible && !self.retired
    }

    /// The slugs from the root to this one, joined by `/`: parents sort before their children.
    pub fn path(&self) -> String {
        self.ancestors.iter().chain([&self.slug]).map(Slug::as_str).collect::<Vec<_>>().join("/")
    }

    /// The ancestors of a child of this category.
    pub fn ancestors_of_child(&self) -> Result<Vec<Slug>, TooDeep> {
        let ancestors: Vec<_> = self.ancestors.iter().chain([&self.slug]).cloned().collect();
        if ancestors.len() < DEPTH_MAX { Ok(ancestors) } else { Err(TooDeep) }
    }
}

/// What a specification's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SpecKind {
    /// Free text.
    Text,
    /// A number, with a unit when it has one.
    Number,
    /// Yes or no.
    Boolean,
    /// One of the options.
    Select,
    /// Some of the options.
    MultiSelect,
    /// From one number to another.
    Range,
}

/// One specification of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecField {
    /// Its name for programs: lower-case letters, digits and `_`.
    pub name: String,
    /// As people read it.
    pub label: Localized,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: SpecKind,
    /// Such as `GHz`; of numbers and ranges only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The choices of a select or multi-select.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Other spellings of options, as files of suppliers have them: `{"gold": "80+ Gold"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aliases: BTreeMap<String, String>,
    /// A product without it is not published.
    #[serde(default)]
    pub required: bool,
    /// Shoppers may filter by it.
    #[serde(default)]
    pub filterable: bool,
    /// It is shown when products are compared.
    #[serde(default)]
    pub comparable: bool,
    /// The dotted path to its value in rows of an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The specifications of a category, in the order they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecTemplate {
    /// Whose.
    pub category: Slug,
    /// In order.
    pub fields: Vec<SpecField>,
    /// What holds for products that say nothing else.
    #[serde(default)]
    pub fiscal: FiscalDefaults,
}

/// Why a template is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct TemplateError {
    /// The specification's name, or its place.
    pub field: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl SpecTemplate {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&SpecField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Checks that the template can be kept: names unique, options where they belong, lengths within their limits.
    pub fn check(&self) -> Result<(), TemplateError> {
        if let Some((field, reason)) = self.fiscal.fault() {
            return Err(TemplateError { field: format!("fiscal.{field}"), reason });
        }
        let mut names = HashSet::new();
        if self.fields.len() > FIELDS_MAX {
            return Err(TemplateError { field: "spec_template".into(), reason: "at most 60 specifications" });
        }
        for field in &self.fields {
            let wrong = |reason| Err(TemplateError { field: format!("spec_template.{}", field.name), reason });
            if !names.insert(&field.name) {
                return wrong("the name is there twice");
            }
            if let Some(reason) = field.fault() {
                return wrong(reason);
            }
        }
        Ok(())
    }
}

impl SpecField {
    fn fault(&self) -> Option<&'static str> {
        let name = self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !name || !self.name.starts_with(|c: char| c.is_ascii_lowercase()) || self.name.len() > TEXT_MAX {
            return Some("a name is lower-case letters, digits and _, 80 characters at most");
        }
        if !fits(&self.label.uz, TEXT_MAX) {
            return Some("the label has 1 to 80 characters");
        }
        let chooses = matches!(self.kind, SpecKind::Select | SpecKind::MultiSelect);
        if chooses == self.options.is_empty() || self.options.len() > OPTIONS_MAX {
            return Some("a select has 1 to 200 options, and nothing else has any");
        }
        let distinct: HashSet<_> = self.options.iter().map(|o| o.to_lowercase()).collect();
        if distinct.len() != self.options.len() || self.options.iter().any(|o| !fits(o, TEXT_MAX)) {
            return Some("options differ from each other and have 1 to 80 characters");
        }
        let alias = |(from, to): (&String, &String)| fits(from, TEXT_MAX) && self.options.contains(to);
        if self.aliases.len() > OPTIONS_MAX || !self.aliases.iter().all(alias) {
            return Some("at most 200 aliases, each of one of the options");
        }
        let measured = matches!(self.kind, SpecKind::Number | SpecKind::Range);
        if self.unit.as_ref().is_some_and(|unit| !measured || !fits(unit, TEXT_MAX)) {
            return Some("only numbers and ranges have a unit");
        }
        if self.source.as_ref().is_some_and(|path| !fits(path, PATH_MAX)) {
            return Some("the source has 1 to 200 characters");
        }
        None
    }
}

fn fits(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(ancestors: usize) -> Category {
        let slug = |n: usize| format!("level-{n}").parse().unwrap();
        Category {
            slug: slug(ancestors),
            names: Localized::same("x"),
            ancestors: (0..ancestors).map(slug).collect(),
            position: 0,
            visible: true,
            retired: false,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_tree_ends_at_its_fifth_level() {
        assert_eq!(category(3).ancestors_of_child().unwrap().len(), 4);
        assert_eq!(category(4).ancestors_of_child(), Err(TooDeep));
        assert_eq!(category(2).path(), "level-0/level-1/level-2");
    }

    #[test]
    fn a_template_is_refused_for_what_could_not_be_filled_in() {
        let field = |name: &str, kind, options: &[&str], unit: Option<&str>| SpecField {
            name: name.into(),
            label: Localized::same("Socket"),
            kind,
            unit: unit.map(Into::into),
            options: options.iter().map(|o| (*o).to_owned()).collect(),
            aliases: BTreeMap::new(),
            required: false,
            filterable: false,
            comparable: false,
            source: None,
        };
        let check = |fields: Vec<_>| {
            SpecTemplate { category: "cpu".parse().unwrap(), fields, fiscal: FiscalDefaults::default() }.check()
        };
        let socket = field("socket", SpecKind::Select, &["AM4", "AM5"], None);
        assert_eq!(check(vec![socket.clone(), field("clock", SpecKind::Number, &[], Some("GHz"))]), Ok(()));
        let alias = |to: &str| BTreeMap::from([("Socket AM5".to_owned(), to.to_owned())]);
        assert_eq!(check(vec![SpecField { aliases: alias("AM5"), ..socket.clone() }]), Ok(()));
        for wrong in [
            vec![SpecField { aliases: alias("AM6"), ..socket.clone() }],
            vec![socket.clone(), socket.clone()],
            vec![field("Socket", SpecKind::Text, &[], None)],
            vec![field("socket", SpecKind::Select, &[], None)],
            vec![field("socket", SpecKind::Text, &["AM4"], None)],
            vec![field("socket", SpecKind::Select, &["AM4", "am4"], None)],
            vec![field("ecc", SpecKind::Boolean, &[], Some("GB"))],
        ] {
            assert!(check(wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}
