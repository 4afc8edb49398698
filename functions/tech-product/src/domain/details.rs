//! What a product is, and what may be said of it.

use std::collections::BTreeMap;

use domain::{Change, Localized, Money, Slug, is_ordinary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fiscal::{is_ikpu, is_vat_rate};
use super::gtin::is_gtin;
use super::{Fault, Fiscal, Refusal, SpecTemplate, SpecValue, check_price};

const TITLE_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 5_000;
const WORD_MAX: usize = 100;
const TAGS_MAX: usize = 20;

/// What a product is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Details {
    /// As people read it.
    pub title: Localized,
    /// At length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Localized>,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandRef>,
    /// The maker's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The crossed-out price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_price: Option<Money>,
    /// What somebody had before.
    #[serde(default)]
    pub condition: Condition,
    /// When it came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// Its barcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    /// The maker's part number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mpn: Option<String>,
    /// Months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty_months: Option<u16>,
    /// Percent; none when its sale carries no VAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_rate: Option<u32>,
    /// The national catalogue's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ikpu: Option<String>,
    /// The national catalogue's package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_code: Option<String>,
    /// What is counted, such as `dona`; the category's where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// In the template's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub specs: Vec<Spec>,
}

/// What is to be said anew about a product; what is absent or kept stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patch {
    /// See [`Details`].
    pub title: Option<Localized>,
    /// See [`Details`].
    pub description: Change<Localized>,
    /// See [`Details`].
    pub brand: Change<BrandRef>,
    /// See [`Details`].
    pub model: Change<String>,
    /// See [`Details`].
    pub original_price: Change<Money>,
    /// See [`Details`].
    pub condition: Option<Condition>,
    /// See [`Details`].
    pub year: Change<u16>,
    /// See [`Details`].
    pub gtin: Change<String>,
    /// See [`Details`].
    pub mpn: Change<String>,
    /// See [`Details`].
    pub warranty_months: Change<u16>,
    /// See [`Details`].
    pub vat_rate: Change<u32>,
    /// See [`Details`].
    pub ikpu: Change<String>,
    /// See [`Details`].
    pub package_code: Change<String>,
    /// See [`Details`].
    pub unit: Change<String>,
    /// See [`Details`].
    pub tags: Option<Vec<String>>,
    /// By the template's name; `None` takes a specification away.
    pub specs: BTreeMap<String, Option<SpecValue>>,
}

/// A maker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BrandRef {
    /// Its name in addresses.
    pub slug: Slug,
    /// As it spells itself.
    pub name: String,
}

/// A specification as a page shows it: its label and unit as the template had them when the product was saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spec {
    /// The template's name.
    pub name: String,
    /// The template's label.
    pub label: Localized,
    /// The template's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Shoppers may filter by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub filterable: bool,
    /// What it is.
    #[serde(flatten)]
    pub value: SpecValue,
}

/// What somebody had before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Condition {
    /// Nobody.
    #[default]
    New,
    /// Repaired by somebody who answers for it.
    Refurbished,
    /// Somebody.
    Used,
    /// Only unpacked.
    OpenBox,
}

impl Details {
    /// These details with `patch` said over them. Specifications keep the template's order.
    pub fn with(mut self, patch: Patch, template: &SpecTemplate) -> Self {
        if let Some(title) = patch.title {
            // A text in one language that says what the title says already takes no translation away.
            let same = title.ru.is_none() && title.en.is_none() && title.uz == self.title.uz;
            if !same {
                self.title = title;
            }
        }
        self.description = patch.description.apply(self.description);
        self.brand = patch.brand.apply(self.brand);
        self.model = patch.model.apply(self.model);
        self.original_price = patch.original_price.apply(self.original_price);
        self.year = patch.year.apply(self.year);
        self.gtin = patch.gtin.apply(self.gtin);
        self.mpn = patch.mpn.apply(self.mpn);
        self.warranty_months = patch.warranty_months.apply(self.warranty_months);
        self.vat_rate = patch.vat_rate.apply(self.vat_rate);
        self.ikpu = patch.ikpu.apply(self.ikpu);
        self.package_code = patch.package_code.apply(self.package_code);
        self.unit = patch.unit.apply(self.unit);
        self.condition = patch.condition.unwrap_or(self.condition);
        self.tags = patch.tags.unwrap_or(self.tags);
        let mut values: BTreeMap<_, _> = self.specs.into_iter().map(|spec| (spec.name, Some(spec.value))).collect();
        values.extend(patch.specs);
        let spec = |field: &super::SpecField| {
            let value = values.remove(&field.name).flatten()?;
            let super::SpecField { name, label, unit, filterable, .. } = field.clone();
            Some(Spec { name, label, unit, filterable, value })
        };
        self.specs = template.fields.iter().filter_map(spec).collect();
        self
    }
}

impl Patch {
    /// What breaks a rule of its own, whatever the product is.
    pub fn faults(&self) -> Vec<Refusal> {
        let mut faults = Vec::new();
        let mut check = |field: &str, fault: Option<Fault>| faults.extend(fault.map(|f| Refusal::new(field, f)));
        check("title", self.title.as_ref().and_then(|t| localized(t, TITLE_MAX)));
        check("description", set(&self.description).and_then(|t| lines(t, DESCRIPTION_MAX)));
        check("brand", set(&self.brand).and_then(|b| text(&b.name, WORD_MAX)));
        let words =
            [("model", &self.model), ("mpn", &self.mpn), ("package_code", &self.package_code), ("unit", &self.unit)];
        for (field, value) in words {
            check(field, set(value).and_then(|v| text(v, WORD_MAX)));
        }
        check("original_price", set(&self.original_price).and_then(|price| check_price(*price)));
        check("year", set(&self.year).filter(|year| !is_year(**year)).map(|_| Fault::Year));
        check("gtin", set(&self.gtin).filter(|g| !is_gtin(g)).map(|_| Fault::Gtin));
        check("ikpu", set(&self.ikpu).filter(|ikpu| !is_ikpu(ikpu)).map(|_| Fault::Ikpu));
        check("vat_rate", set(&self.vat_rate).filter(|rate| !is_vat_rate(**rate)).map(|_| Fault::VatRate));
        let tags = |tags: &Vec<String>| {
            let long = (tags.len() > TAGS_MAX).then_some(Fault::TooLong);
            long.or_else(|| tags.iter().find_map(|tag| text(tag, WORD_MAX)))
        };
        check("tags", self.tags.as_ref().and_then(tags));
        faults
    }
}

/// What a product still lacks to be on sale: its brand, a number for its receipts (of its own or its category's), required
/// specifications. Title and price it always has.
pub fn missing(details: &Details, price: Money, template: &SpecTemplate) -> Vec<Refusal> {
    let has = |name: &str| details.specs.iter().any(|spec| spec.name == name);
    let specs = template.fields.iter().filter(|field| field.required && !has(&field.name));
    let mut missing: Vec<_> = specs.map(|f| Refusal::new(format!("specs.{}", f.name), Fault::Missing)).collect();
    if details.brand.is_none() {
        missing.insert(0, Refusal::new("brand", Fault::Missing));
    }
    if Fiscal::of(details, &template.fiscal).ikpu.is_none() {
        missing.push(Refusal::new("ikpu", Fault::Missing));
    }
    if details.original_price.is_some_and(|original| original.minor() <= price.minor()) {
        missing.push(Refusal::new("original_price", Fault::OriginalPrice));
    }
    missing
}

/// The brand that is called `name`.
pub fn brand_slug(name: &str) -> Result<BrandRef, Fault> {
    let name = name.trim();
    let slug = Slug::from_title(name).ok_or(Fault::Name)?;
    Ok(BrandRef { slug, name: name.to_owned() })
}

/// Whether something for sale can have come out then.
pub(super) const fn is_year(year: u16) -> bool {
    year >= 1970 && year <= 2100
}

const fn set<T>(change: &Change<T>) -> Option<&T> {
    match change {
        Change::Set(value) => Some(value),
        Change::Keep | Change::Clear => None,
    }
}

/// What is wrong with a text of one line in any of its languages.
pub(super) fn localized(texts: &Localized, max: usize) -> Option<Fault> {
    each(texts).find_map(|translation| text(translation, max))
}

/// What is wrong with a text that may have several lines.
fn lines(texts: &Localized, max: usize) -> Option<Fault> {
    each(texts).find_map(|lines| text(&lines.replace(['\n', '\r', '\t'], " "), max))
}

fn each(texts: &Localized) -> impl Iterator<Item = &String> {
    std::iter::once(&texts.uz).chain([&texts.ru, &texts.en].into_iter().flatten())
}

fn text(text: &str, max: usize) -> Option<Fault> {
    match text.chars().count() {
        _ if text.trim().is_empty() => Some(Fault::Missing),
        length if length > max => Some(Fault::TooLong),
        _ => (!text.chars().all(is_ordinary)).then_some(Fault::Invisible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FiscalDefaults;

    #[test]
    fn an_import_in_one_language_keeps_the_translations() {
        let template =
            SpecTemplate { category: "cpu".parse().unwrap(), fields: Vec::new(), fiscal: FiscalDefaults::default() };
        let details =
            Details { title: Localized::new("Protsessor", "Процессор", "Processor"), ..Details::default() };
        let patch = |title| Patch { title: Some(Localized::same(title)), ..Patch::default() };
        assert_eq!(details.clone().with(patch("Protsessor"), &template), details);
        assert_eq!(details.with(patch("Boshqa"), &template).title, Localized::same("Boshqa"));
    }

    #[test]
    fn null_takes_away_and_silence_keeps() {
        let template =
            SpecTemplate { category: "cpu".parse().unwrap(), fields: Vec::new(), fiscal: FiscalDefaults::default() };
        let details = Details { year: Some(2024), vat_rate: Some(12), ..Details::default() };
        let after = details.with(Patch { vat_rate: Change::Clear, ..Patch::default() }, &template);
        assert_eq!((after.year, after.vat_rate), (Some(2024), None));
    }

    #[test]
    fn invisible_characters_are_refused_in_names() {
        for hidden in ['\0', '\n', '\u{200b}', '\u{202e}', '\u{feff}', '\u{200d}', '\u{ad}'] {
            let name = format!("Ryzen{hidden}5");
            let patch = Patch {
                title: Some(Localized::new("Ryzen 5", &name, "Ryzen 5")),
                brand: Change::Set(brand_slug(&name).unwrap()),
                description: Change::Set(Localized::same(&name)),
                ..Patch::default()
            };
            let faults: Vec<_> = patch.faults().into_iter().map(|r| (r.field, r.fault)).collect();
            let lines = if hidden == '\n' { &["title", "brand"][..] } else { &["title", "description", "brand"] };
            assert_eq!(faults, lines.iter().map(|field| ((*field).to_owned(), Fault::Invisible)).collect::<Vec<_>>());
        }
        let visible = "Ўзбек — «AMD» 65 Вт\t°C ™ ✔️\r\n№ 1";
        let patch = Patch { description: Change::Set(Localized::same(visible)), ..Patch::default() };
        assert_eq!(patch.faults(), Vec::new());
    }

    #[test]
    fn every_broken_rule_is_named() {
        let patch = Patch {
            title: Some(Localized::same(" ")),
            year: Change::Set(1900),
            gtin: Change::Set("123".into()),
            ikpu: Change::Set("1".into()),
            vat_rate: Change::Set(15),
            model: Change::Set("m".repeat(101)),
            ..Patch::default()
        };
        let faults: Vec<_> = patch.faults().into_iter().map(|r| (r.field, r.fault)).collect();
        let expected = [
            ("title", Fault::Missing),
            ("model", Fault::TooLong),
            ("year", Fault::Year),
            ("gtin", Fault::Gtin),
            ("ikpu", Fault::Ikpu),
            ("vat_rate", Fault::VatRate),
        ];
        assert_eq!(faults, expected.map(|(field, fault)| (field.to_owned(), fault)));
    }
}
