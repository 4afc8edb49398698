//! Typed values of specifications, read against the category's template.

use std::collections::BTreeMap;

use domain::is_ordinary;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fault, Refusal, SpecField, SpecKind, SpecTemplate};

/// Characters of a text value.
const TEXT_MAX: usize = 200;
/// How large a number may be, and how near to zero: within what DynamoDB keeps, beyond what a thing is measured by.
const NUMBER_MAX: f64 = 1e15;
const NUMBER_MIN: f64 = 1e-9;

/// A value of one specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "value", rename_all = "kebab-case")]
pub enum SpecValue {
    /// Free text.
    Text(String),
    /// In the template's unit.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// One of the options, spelled as the template does.
    Select(String),
    /// Some of the options, in the template's order.
    MultiSelect(Vec<String>),
    /// From `min` to `max`, in the template's unit.
    Range {
        /// The smaller.
        min: f64,
        /// The larger.
        max: f64,
    },
}

impl SpecTemplate {
    /// Values by name, as a form gives them; `null` takes one away. Everything that is wrong at once.
    pub fn read_all(
        &self,
        given: &BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Option<SpecValue>>, Vec<Refusal>> {
        let (mut values, mut refusals) = (BTreeMap::new(), Vec::new());
        for (name, value) in given {
            match self.field(name).map(|field| field.read(value)) {
                Some(Ok(value)) => {
                    values.insert(name.clone(), value);
                }
                Some(Err(fault)) => refusals.push(Refusal::new(format!("specs.{name}"), fault)),
                None => refusals.push(Refusal::new(format!("specs.{name}"), Fault::UnknownSpec)),
            }
        }
        if refusals.is_empty() { Ok(values) } else { Err(refusals) }
    }
}

impl SpecField {
    /// The value as this field's kind; `None` when there is none. Text from spreadsheets is understood: `"3.5"`,
    /// `"true"`, `"DDR4; DDR5"`, `"10-20"`.
    pub fn read(&self, value: &Value) -> Result<Option<SpecValue>, Fault> {
        if absent(value) {
            return Ok(None);
        }
        Ok(Some(match self.kind {
            SpecKind::Text => SpecValue::Text(text(value)?),
            SpecKind::Number => SpecValue::Number(number(value)?),
            SpecKind::Boolean => SpecValue::Boolean(boolean(value)?),
            SpecKind::Select => SpecValue::Select(self.option(value)?),
            SpecKind::MultiSelect => match self.options_of(value)? {
                some if some.is_empty() => return Ok(None),
                some => SpecValue::MultiSelect(some),
            },
            SpecKind::Range => range(value)?,
        }))
    }

    fn option(&self, value: &Value) -> Result<String, Fault> {
        let text = text(value)?;
        let same = |spelled: fn(&str) -> String| self.options.iter().find(|option| spelled(option) == spelled(&text));
        let alias = || self.aliases.iter().find(|(alias, _)| joined(alias) == joined(&text)).map(|(_, option)| option);
        same(str::to_lowercase).or_else(|| same(joined)).or_else(alias).cloned().ok_or(Fault::NotAnOption)
    }

    fn options_of(&self, value: &Value) -> Result<Vec<String>, Fault> {
        let chosen: Vec<String> = match value {
            Value::Array(items) => items.iter().filter(|v| !absent(v)).map(|v| self.option(v)).collect(),
            Value::String(list) => {
                let parts = list.split([';', '|']).flat_map(|part| part.split(" / "));
                parts.map(|part| self.option(&Value::from(part))).collect()
            }
            _ => Err(Fault::NotAnOption),
        }?;
        Ok(self.options.iter().filter(|option| chosen.contains(option)).cloned().collect())
    }
}

/// `LGA1700`, `LGA 1700` and `lga-1700` are one, and so are `2.5` and `2.5"`.
fn joined(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '"' | '″')).collect()
}

/// Whether there is nothing there: no value, or empty text.
pub(super) fn absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn text(value: &Value) -> Result<String, Fault> {
    let text = match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Number(number) => number.to_string(),
        _ => return Err(Fault::NotText),
    };
    match text.chars().count() {
        length if length > TEXT_MAX => Err(Fault::TooLong),
        _ if !text.chars().all(is_ordinary) => Err(Fault::Invisible),
        _ => Ok(text),
    }
}

fn number(value: &Value) -> Result<f64, Fault> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if may_be_grouped(text) => return Err(Fault::NumberThousands),
        Value::String(text) => text.trim().replace(',', ".").parse().ok(),
        _ => None,
    };
    let number = number.filter(|n| n.is_finite()).ok_or(Fault::NotNumber)?;
    let kept = number == 0.0 || (NUMBER_MIN..=NUMBER_MAX).contains(&number.abs());
    if kept { Ok(number) } else { Err(Fault::NumberRange) }
}

/// `1,234`: a comma that may as well stand between thousands. A point never does.
fn may_be_grouped(text: &str) -> bool {
    let digits = |after: &str| after.bytes().take_while(u8::is_ascii_digit).count();
    text.split(',').skip(1).any(|after| digits(after) == 3)
}

fn boolean(value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Fault::NotBoolean),
    }
}

fn range(value: &Value) -> Result<SpecValue, Fault> {
    let (min, max) = match value {
        Value::Object(ends) => (ends.get("min").cloned(), ends.get("max").cloned()),
        Value::Array(ends) if ends.len() == 2 => (ends.first().cloned(), ends.get(1).cloned()),
        Value::String(text) => match text.trim().split_once(['-', '–', '…']) {
            Some((min, max)) => (Some(min.into()), Some(max.into())),
            None => return Err(Fault::NotRange),
        },
        _ => return Err(Fault::NotRange),
    };
    let end = |end: Option<Value>| {
        let no_number = |fault| if fault == Fault::NotNumber { Fault::NotRange } else { fault };
        number(&end.unwrap_or(Value::Null)).map_err(no_number)
    };
    let (min, max) = (end(min)?, end(max)?);
    if min <= max { Ok(SpecValue::Range { min, max }) } else { Err(Fault::NotRange) }
}

#[cfg(test)]
mod tests {
    use domain::Localized;
    use serde_json::json;

    use super::*;

    fn read(kind: SpecKind, value: &Value) -> Result<Option<SpecValue>, Fault> {
        let options = ["DDR4", "DDR5"].map(String::from).to_vec();
        let (name, label) = ("x".to_owned(), Localized::same("X"));
        let flags = (false, false, false);
        let (required, filterable, comparable) = flags;
        let aliases = BTreeMap::from([("5".to_owned(), "DDR5".to_owned())]);
        SpecField { name, label, kind, unit: None, options, aliases, required, filterable, comparable, source: None }
            .read(value)
    }

    #[test]
    fn values_are_read_as_their_kind() {
        use SpecKind::{Boolean, MultiSelect, Number, Range, Select, Text};
        for (kind, value, expected) in [
            (Text, json!("  AM4   socket "), Some(SpecValue::Text("AM4 socket".into()))),
            (Text, json!(7.1), Some(SpecValue::Text("7.1".into()))),
            (Text, json!("  "), None),
            (Number, json!(3.5), Some(SpecValue::Number(3.5))),
            (Number, json!("3,5"), Some(SpecValue::Number(3.5))),
            (Number, Value::Null, None),
            (Boolean, json!("TRUE"), Some(SpecValue::Boolean(true))),
            (Select, json!("ddr5"), Some(SpecValue::Select("DDR5".into()))),
            (Select, json!("DDR-5"), Some(SpecValue::Select("DDR5".into()))),
            (Select, json!(5), Some(SpecValue::Select("DDR5".into()))),
            (MultiSelect, json!("ddr4 / 5"), Some(SpecValue::MultiSelect(vec!["DDR4".into(), "DDR5".into()]))),
            (MultiSelect, json!("ddr 5 / DDR4"), Some(SpecValue::MultiSelect(vec!["DDR4".into(), "DDR5".into()]))),
            (
                MultiSelect,
                json!(["DDR5", "DDR4", "DDR5"]),
                Some(SpecValue::MultiSelect(vec!["DDR4".into(), "DDR5".into()])),
            ),
            (MultiSelect, json!("DDR4; DDR5"), Some(SpecValue::MultiSelect(vec!["DDR4".into(), "DDR5".into()]))),
            (MultiSelect, json!([]), None),
            (Range, json!("10-20"), Some(SpecValue::Range { min: 10.0, max: 20.0 })),
            (Range, json!({"min": 1, "max": 1}), Some(SpecValue::Range { min: 1.0, max: 1.0 })),
            (Range, json!([1, 2.5]), Some(SpecValue::Range { min: 1.0, max: 2.5 })),
        ] {
            assert_eq!(read(kind, &value), Ok(expected), "{kind:?} {value}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        use SpecKind::{Boolean, MultiSelect, Number, Range, Select, Text};
        for (kind, value, fault) in [
            (Text, json!(["a"]), Fault::NotText),
            (Text, json!("x".repeat(201)), Fault::TooLong),
            (Text, json!("Zen\u{200b}5"), Fault::Invisible),
            (Number, json!("fast"), Fault::NotNumber),
            (Number, json!("inf"), Fault::NotNumber),
            (Number, json!(true), Fault::NotNumber),
            (Boolean, json!(1), Fault::NotBoolean),
            (Select, json!("DDR3"), Fault::NotAnOption),
            (MultiSelect, json!(["DDR4", "DDR3"]), Fault::NotAnOption),
            (MultiSelect, json!(4), Fault::NotAnOption),
            (Range, json!("20-10"), Fault::NotRange),
            (Range, json!({"min": 1}), Fault::NotRange),
            (Range, json!(5), Fault::NotRange),
        ] {
            assert_eq!(read(kind, &value), Err(fault), "{kind:?} {value}");
        }
    }

    #[test]
    fn a_number_that_no_table_keeps_is_refused() {
        for number in [json!(1e200), json!(-1e200), json!(1e-200), json!("1e200"), json!(1.1e15), json!(9e-10)] {
            assert_eq!(read(SpecKind::Number, &number), Err(Fault::NumberRange), "{number}");
            assert_eq!(read(SpecKind::Range, &json!([0, number])), Err(Fault::NumberRange), "{number}");
        }
        for number in [0.0, -0.5, 1e-9, 1e15, -1e15] {
            assert_eq!(read(SpecKind::Number, &json!(number)), Ok(Some(SpecValue::Number(number))));
        }
    }

    #[test]
    fn a_thousands_separator_is_never_a_decimal_sign() {
        for text in ["1,234", "1,234,567", "1,234.5", "-1,234"] {
            assert_eq!(read(SpecKind::Number, &json!(text)), Err(Fault::NumberThousands), "{text}");
        }
        assert_eq!(read(SpecKind::Range, &json!("800-1,200")), Err(Fault::NumberThousands));
        for (text, number) in [("1.234", 1.234), ("1,2345", 1.2345), ("1,23", 1.23)] {
            assert_eq!(read(SpecKind::Number, &json!(text)), Ok(Some(SpecValue::Number(number))));
        }
    }

    #[test]
    fn a_value_reads_back_from_its_json() {
        for value in [
            SpecValue::Text("a".into()),
            SpecValue::Number(4.2),
            SpecValue::Range { min: 0.5, max: 2.0 },
            SpecValue::MultiSelect(vec!["DDR4".into()]),
        ] {
            let json = serde_json::to_value(&value).unwrap();
            assert_eq!(serde_json::from_value::<SpecValue>(json).unwrap(), value);
        }
    }
}
