//! A row of an import, read as a product.

use std::borrow::Cow;

use domain::{Change, Localized, Money, is_ordinary};
use serde_json::Value;

use super::details::is_year;
use super::spec::absent;
use super::{Fault, Field, Mapping, Patch, Refusal, STOCK_MAX, SpecTemplate, brand_slug, check_sku, som};

/// What every row has to say.
pub const REQUIRED: [Field; 5] = [Field::Title, Field::Brand, Field::Sku, Field::Price, Field::Stock];

/// What a row says.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    /// Which product.
    pub sku: String,
    /// The price of one.
    pub price: Money,
    /// How many there are.
    pub stock: i64,
    /// The rest.
    pub patch: Patch,
}

/// The value at a dotted path such as `metadata.part_numbers.0`. A member whose own name is the whole path (a column
/// of a spreadsheet, say) comes first. A number steps into a list, or into a cell that is one: `modules.1` of `2,16` is
/// `16`.
pub fn look_up<'a>(row: &'a Value, path: &str) -> Option<Cow<'a, Value>> {
    if let Some(value) = row.get(path) {
        return Some(Cow::Borrowed(value));
    }
    let mut steps = path.split('.');
    let mut value = row;
    while let Some(step) = steps.next() {
        value = match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            Value::String(cell) => {
                let part = cell.split(',').nth(step.parse().ok()?)?.trim();
                return steps.next().is_none().then(|| Cow::Owned(part.into()));
            }
            other => other.get(step)?,
        };
    }
    Some(Cow::Borrowed(value))
}

/// Reads one row; everything that is wrong with it at once.
pub fn read_row(row: &Value, mapping: &Mapping, template: &SpecTemplate) -> Result<ImportRow, Vec<Refusal>> {
    let mut reader = Reader { row, mapping, refusals: Vec::new() };
    let title = reader.required(Field::Title, words);
    let sku = reader.required(Field::Sku, |v| text(v).and_then(|sku| check_sku(&sku).map(|()| sku)));
    let price = reader.required(Field::Price, som);
    let stock = reader.required(Field::Stock, stock);
    let mut patch = Patch {
        title: title.clone().map(Localized::same),
        brand: said(reader.required(Field::Brand, |v| words(v).and_then(|name| brand_slug(&name)))),
        model: said(reader.optional(Field::Model, words)),
        year: said(reader.optional(Field::Year, year).flatten()),
        gtin: said(reader.optional(Field::Gtin, text)),
        mpn: said(reader.optional(Field::Mpn, words)),
        description: said(reader.optional(Field::Description, lines).map(Localized::same)),
        ..Patch::default()
    };
    for field in &template.fields {
        let place = mapping.specification(&field.name).or(field.source.as_deref());
        let Some(value) = place.and_then(|path| look_up(row, path)) else { continue };
        match field.read(&value) {
            Ok(Some(value)) => {
                patch.specs.insert(field.name.clone(), Some(value));
            }
            Ok(None) => {}
            Err(fault) => reader.refuse(format!("specs.{}", field.name), fault, Some(&value)),
        }
    }
    for fault in patch.faults() {
        let found = fault.field.parse().ok().and_then(|field| reader.value(field));
        reader.refuse(fault.field, fault.fault, found.as_deref());
    }
    match (sku, price, stock) {
        (Some(sku), Some(price), Some(stock)) if reader.refusals.is_empty() => {
            Ok(ImportRow { sku, price, stock, patch })
        }
        _ => Err(reader.refusals),
    }
}

struct Reader<'a> {
    row: &'a Value,
    mapping: &'a Mapping,
    refusals: Vec<Refusal>,
}

impl<'a> Reader<'a> {
    fn refuse(&mut self, field: String, fault: Fault, value: Option<&Value>) {
        let refusal = Refusal::new(field, fault);
        self.refusals.push(match value {
            Some(Value::String(text)) => refusal.found(text),
            Some(value) => refusal.found(&value.to_string()),
            None => refusal,
        });
    }

    fn value(&self, field: Field) -> Option<Cow<'a, Value>> {
        look_up(self.row, self.mapping.path(field)).filter(|value| !absent(value))
    }

    fn optional<T>(&mut self, field: Field, read: impl FnOnce(&Value) -> Result<T, Fault>) -> Option<T> {
        let value = self.value(field)?;
        match read(&value) {
            Ok(read) => Some(read),
            Err(fault) => {
                self.refuse(field.name().to_owned(), fault, Some(&value));
                None
            }
        }
    }

    fn required<T>(&mut self, field: Field, read: impl FnOnce(&Value) -> Result<T, Fault>) -> Option<T> {
        if self.value(field).is_none() {
            self.refuse(field.name().to_owned(), Fault::Missing, None);
            return None;
        }
        self.optional(field, read)
    }
}

/// What a row does not say stays.
fn said<T>(value: Option<T>) -> Change<T> {
    value.map_or(Change::Keep, Change::Set)
}

fn text(value: &Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Fault::NotText),
    }
}

/// Text of one line: cells that are padded to a width have blanks in the middle too.
fn words(value: &Value) -> Result<String, Fault> {
    lines(value).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text without what nobody sees: names that were copied from pages are full of it, and whoever sends them cannot find it.
fn lines(value: &Value) -> Result<String, Fault> {
    text(value).map(|text| text.chars().filter(|c| c.is_whitespace() || is_ordinary(*c)).collect())
}

fn stock(value: &Value) -> Result<i64, Fault> {
    let stock = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.split_whitespace().collect::<String>().parse().ok(),
        _ => None,
    };
    stock.filter(|stock| (0..=STOCK_MAX).contains(stock)).ok_or(Fault::Stock)
}

/// The year; none for 0, which catalogues write where they do not know it.
fn year(value: &Value) -> Result<Option<u16>, Fault> {
    let year = match value {
        Value::Number(number) => number.as_u64().and_then(|year| u16::try_from(year).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match year {
        Some(0) => Ok(None),
        Some(year) if is_year(year) => Ok(Some(year)),
        _ => Err(Fault::Year),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::domain::{FiscalDefaults, SpecValue};

    fn template() -> SpecTemplate {
        let file: Value = serde_json::from_str(include_str!("../../catalogue/cpu.json")).unwrap();
        let fields = serde_json::from_value(file["spec_template"].clone()).unwrap();
        SpecTemplate { category: "cpu".parse().unwrap(), fields, fiscal: FiscalDefaults::default() }
    }

    fn mapping() -> Mapping {
        Mapping::parse([
            ("title", "metadata.name"),
            ("brand", "metadata.manufacturer"),
            ("sku", "metadata.part_numbers.0"),
            ("year", "metadata.releaseYear"),
            ("mpn", "metadata.variant"),
        ])
        .unwrap()
    }

    fn row() -> Value {
        json!({
            "metadata": {"name": "AMD Ryzen 7 9800X3D", "manufacturer": "AMD", "part_numbers": ["100-1000"], "releaseYear": 2024},
            "socket": "AM5", "cores": {"total": 8, "threads": 16}, "clocks": {"performance": {"base": 4.7, "boost": 5.2}},
            "specifications": {"tdp": 120, "eccSupport": true, "memory": {"types": ["DDR5"], "maxSupport": 192}},
            "microarchitecture": "Zen 5", "price": "6 850 000", "stock": 12,
        })
    }

    #[test]
    fn a_row_is_read_with_its_specifications() {
        let read = read_row(&row(), &mapping(), &template()).unwrap();
        assert_eq!((read.sku.as_str(), read.price.minor(), read.stock), ("100-1000", 685_000_000, 12));
        assert_eq!(read.patch.brand, Change::Set(brand_slug("AMD").unwrap()));
        assert_eq!(read.patch.year, Change::Set(2024));
        assert_eq!(read.patch.specs["socket"], Some(SpecValue::Select("AM5".into())));
        assert_eq!(read.patch.specs["tdp"], Some(SpecValue::Number(120.0)));
        assert_eq!(read.patch.specs["memory_types"], Some(SpecValue::MultiSelect(vec!["DDR5".into()])));
    }

    #[test]
    fn everything_wrong_with_a_row_is_named_at_once() {
        let mut row = row();
        row["metadata"]["name"] = " ".into();
        row["metadata"]["part_numbers"] = json!([]);
        row["price"] = "850,000".into();
        row["stock"] = json!(-1);
        row["socket"] = "LGA 9999".into();
        let faults: Vec<_> =
            read_row(&row, &mapping(), &template()).unwrap_err().into_iter().map(|r| (r.field, r.fault)).collect();
        let expected = [
            ("title", Fault::Missing),
            ("sku", Fault::Missing),
            ("price", Fault::PriceThousands),
            ("stock", Fault::Stock),
            ("specs.socket", Fault::NotAnOption),
        ];
        assert_eq!(faults, expected.map(|(field, fault)| (field.to_owned(), fault)));
    }

    #[test]
    fn a_year_that_is_not_known_is_none_and_one_that_cannot_be_is_named() {
        let read = |year: Value| {
            let mut row = row();
            row["metadata"]["releaseYear"] = year;
            read_row(&row, &mapping(), &template()).map(|row| row.patch.year)
        };
        assert_eq!(read(json!(0)), Ok(Change::Keep));
        assert_eq!(read(json!("2024")), Ok(Change::Set(2024)));
        for (wrong, found) in [(json!(1969), "1969"), (json!("soon"), "soon"), (json!(20_245), "20245")] {
            assert_eq!(read(wrong), Err(vec![Refusal::new("year", Fault::Year).found(found)]));
        }
    }

    #[test]
    fn blanks_that_pad_a_cell_are_no_part_of_its_text() {
        let mut row = row();
        row["metadata"]["name"] = json!("  AMD  Ryzen 7\n9800X3D ");
        row["metadata"]["variant"] = json!(format!("BA120{}BA1", " ".repeat(200)));
        let patch = read_row(&row, &mapping(), &template()).unwrap().patch;
        assert_eq!(patch.title, Some(Localized::same("AMD Ryzen 7 9800X3D")));
        assert_eq!(patch.mpn, Change::Set("BA120 BA1".to_owned()));
    }

    #[test]
    fn what_nobody_sees_is_no_part_of_a_name_and_never_part_of_a_sku() {
        let mut row = row();
        row["metadata"]["name"] = json!("\u{200e}AMD \u{200b}\u{200b}Ryzen\u{202e} 7");
        row["metadata"]["variant"] = json!("\u{feff}BA120");
        row["description"] = json!("A\u{200b}\r\nB");
        let patch = read_row(&row, &mapping(), &template()).unwrap().patch;
        assert_eq!(patch.title, Some(Localized::same("AMD Ryzen 7")));
        assert_eq!(patch.mpn, Change::Set("BA120".to_owned()));
        assert_eq!(patch.description, Change::Set(Localized::same("A\r\nB")));
        row["metadata"]["part_numbers"] = json!(["100-1000\u{200b}"]);
        let refused = vec![Refusal::new("sku", Fault::Sku).found("100-1000\u{200b}")];
        assert_eq!(read_row(&row, &mapping(), &template()), Err(refused));
    }

    #[test]
    fn a_column_may_have_a_dot_in_its_name() {
        let row = json!({"a.b": 1, "a": {"b": 2, "list": [{"c": 3}]}});
        for (path, value) in
            [("a.b", Some(json!(1))), ("a.list.0.c", Some(json!(3))), ("a.list.1.c", None), ("a.list.x", None)]
        {
            assert_eq!(look_up(&row, path).map(Cow::into_owned), value, "{path}");
        }
    }

    #[test]
    fn a_cell_that_is_a_list_is_read_by_its_places() {
        let row = json!({"modules": "2, 16", "speed": "5"});
        let parts = [
            ("modules.0", Some("2")),
            ("modules.1", Some("16")),
            ("modules.2", None),
            ("speed.0", Some("5")),
            ("modules.0.0", None),
        ];
        for (path, part) in parts {
            assert_eq!(look_up(&row, path).map(Cow::into_owned), part.map(Value::from), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_row_makes_the_reader_panic(name in ".{0,30}", price in ".{0,30}", path in "[a-z0-9.]{0,20}") {
            let row = json!({"metadata": {"name": name, "manufacturer": price}, "price": price, "stock": price});
            let _ = read_row(&row, &mapping(), &template());
            let _ = look_up(&row, &path);
        }
    }
}
