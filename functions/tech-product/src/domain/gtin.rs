//! Global trade item numbers (barcodes): 8, 12, 13 or 14 digits, the last of which checks the others.

/// Whether `text` is one (GS1 General Specifications, section 7.9).
pub(super) fn is_gtin(text: &str) -> bool {
    if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let digits = text.bytes().rev().map(|b| u32::from(b - b'0'));
    let sum: u32 = digits.enumerate().map(|(at, digit)| if at % 2 == 1 { digit * 3 } else { digit }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::is_gtin;

    #[test]
    fn the_last_digit_checks_the_others() {
        for good in ["4006381333931", "73513537", "036000291452", "00012345600012"] {
            assert!(is_gtin(good), "{good}");
        }
        for wrong in ["4006381333932", "400638133393", "", "40063813339３1", "4006381333931 "] {
            assert!(!is_gtin(wrong), "{wrong}");
        }
    }
}
