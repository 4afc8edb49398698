//! Prices as vendors write them: so'm, as a number or as text.

use domain::Money;
use serde_json::Value;

use super::Fault;

/// 100 billion so'm, in tiyin: beyond it a row has slipped a column.
const TIYIN_MAX: i64 = 10_000_000_000_000;

/// Reads so'm exactly, to the tiyin. Digits may be grouped by spaces, the decimal sign is a point or a comma, and
/// `so'm` or `UZS` may follow.
pub fn som(value: &Value) -> Result<Money, Fault> {
    match value {
        // A number's shortest text is what the file said, up to 15 digits: more than the largest price has.
        Value::Number(number) => decimal(&number.to_string()),
        Value::String(text) => decimal(text),
        _ => Err(Fault::Price),
    }
}

fn decimal(text: &str) -> Result<Money, Fault> {
    let text = text.trim();
    let bare = ["so'm", "so‘m", "so’m", "UZS"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    let digits: String = bare.chars().filter(|c| !c.is_whitespace()).collect();
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((&digits, ""));
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !numeric(whole) || !numeric(part) || (part.is_empty() && digits.len() > whole.len()) {
        return Err(Fault::Price);
    }
    let part = part.trim_end_matches('0');
    if part.len() > 2 {
        return Err(Fault::Precision);
    }
    let tiyin = format!("{whole}{part:0<2}").parse().map_err(|_| Fault::PriceRange)?;
    match tiyin {
        0 => Err(Fault::Price),
        1..=TIYIN_MAX => Ok(Money::tiyin(tiyin)),
        _ => Err(Fault::PriceRange),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn som_are_read_as_people_write_them() {
        for (written, tiyin) in [
            (json!(1_250_000), 125_000_000),
            (json!(1_250_000.5), 125_000_050),
            (json!(0.07), 7),
            (json!("18 500 000 so'm"), 1_850_000_000),
            (json!("18\u{a0}500\u{202f}000,50"), 1_850_000_050),
            (json!("12.500"), 1_250),
            (json!("99 UZS"), 9_900),
        ] {
            assert_eq!(som(&written), Ok(Money::tiyin(tiyin)), "{written}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused_for_what_is_wrong_with_it() {
        for (written, fault) in [
            (json!("1.005"), Fault::Precision),
            (json!("1,234"), Fault::Precision),
            (json!("1,234,567"), Fault::Price),
            (json!("1e3"), Fault::Price),
            (json!(-5), Fault::Price),
            (json!(0), Fault::Price),
            (json!("12."), Fault::Price),
            (json!(".5"), Fault::Price),
            (json!(""), Fault::Price),
            (json!("call us"), Fault::Price),
            (json!("١٢"), Fault::Price),
            (json!(null), Fault::Price),
            (json!(["5"]), Fault::Price),
            (json!("100000000000.01"), Fault::PriceRange),
            (json!("999999999999999999999999"), Fault::PriceRange),
        ] {
            assert_eq!(som(&written), Err(fault), "{written}");
        }
    }

    proptest! {
        #[test]
        fn every_tiyin_survives_as_number_and_as_text(tiyin in 1..=TIYIN_MAX) {
            let text = format!("{}.{:02}", tiyin / 100, tiyin % 100);
            prop_assert_eq!(som(&json!(text)), Ok(Money::tiyin(tiyin)));
            let number: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(som(&number), Ok(Money::tiyin(tiyin)));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            let _ = som(&json!(text));
        }
    }
}
