//! Prices as vendors write them: so'm, as a number or as text.

use domain::{Currency, Money};
use serde_json::Value;

use super::Fault;

/// 100 billion so'm, in tiyin: beyond it a row has slipped a column.
const TIYIN_MAX: i64 = 10_000_000_000_000;

/// What is wrong with a price.
pub fn check_price(price: Money) -> Option<Fault> {
    if price.minor() <= 0 || price.currency() != Currency::UZS {
        return Some(Fault::Price);
    }
    (price.minor() > TIYIN_MAX).then_some(Fault::PriceRange)
}

/// Reads so'm exactly, to the tiyin. Digits may be grouped by spaces, the decimal sign is a point or a comma, and
/// `so'm` or `UZS` may follow. Text in which the sign may as well stand between thousands is refused.
pub fn som(value: &Value) -> Result<Money, Fault> {
    match value {
        // A number's shortest text is what the file said, up to 15 digits: more than the largest price has.
        Value::Number(number) => decimal(&number.to_string()),
        Value::String(text) => {
            let text = text.trim();
            let bare = ["so'm", "so‘m", "so’m", "UZS"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
            let digits: String = bare.chars().filter(|c| !c.is_whitespace()).collect();
            if may_be_grouped(&digits) { Err(Fault::PriceThousands) } else { decimal(&digits) }
        }
        _ => Err(Fault::Price),
    }
}

/// `850,000` and `1.234.567`: whoever writes so means thousands, or a thousandth of them.
fn may_be_grouped(digits: &str) -> bool {
    let mut groups = digits.split(['.', ',']);
    let whole = groups.next().is_some_and(numeric) && digits.starts_with(|c: char| c.is_ascii_digit());
    let after: Vec<&str> = groups.collect();
    whole && after.iter().copied().all(numeric) && (after.len() > 1 || after.iter().any(|group| group.len() == 3))
}

fn numeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn decimal(digits: &str) -> Result<Money, Fault> {
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    if whole.is_empty() || !numeric(whole) || !numeric(part) || (part.is_empty() && digits.len() > whole.len()) {
        return Err(Fault::Price);
    }
    let part = part.trim_end_matches('0');
    if part.len() > 2 {
        return Err(Fault::Precision);
    }
    let price = Money::tiyin(format!("{whole}{part:0<2}").parse().map_err(|_| Fault::PriceRange)?);
    check_price(price).map_or(Ok(price), Err)
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
            (json!("12.50"), 1_250),
            (json!(12.500), 1_250),
            (json!("850000"), 85_000_000),
            (json!("850 000,5"), 85_000_050),
            (json!("99 UZS"), 9_900),
        ] {
            assert_eq!(som(&written), Ok(Money::tiyin(tiyin)), "{written}");
        }
    }

    #[test]
    fn what_is_no_price_is_refused_for_what_is_wrong_with_it() {
        for (written, fault) in [
            (json!(1.005), Fault::Precision),
            (json!("1,2345"), Fault::Precision),
            (json!("1,5,"), Fault::PriceThousands),
            (json!(",500"), Fault::Price),
            (json!("1.x00"), Fault::Price),
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

    #[test]
    fn a_thousands_separator_is_never_a_decimal_sign() {
        for text in
            ["850,000", "850.000", "99,990", "1 850,000 so'm", "1,234,567", "1.234.567", "1.234.567,50", "1,234,567.5"]
        {
            assert_eq!(som(&json!(text)), Err(Fault::PriceThousands), "{text}");
        }
        assert!(Fault::PriceThousands.text(domain::Locale::En).contains("850 000"));
    }

    #[test]
    fn a_form_takes_no_price_that_an_import_refuses() {
        for tiyin in [i64::MIN, -1, 0, 1, TIYIN_MAX, TIYIN_MAX + 1, i64::MAX] {
            let (sign, size) = (if tiyin < 0 { "-" } else { "" }, tiyin.unsigned_abs());
            let imported = som(&json!(format!("{sign}{}.{:02}", size / 100, size % 100)));
            assert_eq!(check_price(Money::tiyin(tiyin)).is_none(), imported.is_ok(), "{tiyin}");
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
