/// Whether people can see a character, or the blank it leaves: no control character, and none that is not drawn but hides
/// in names, joins or turns what is around it. Marks that choose between two drawings of one sign are ordinary.
pub fn is_ordinary(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    );
    !hidden && !c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_ordinary_and_what_hides_is_not() {
        assert!("Ў ғ ҳ қ o‘zbek – «№ 1» ™ °C 中 ❤️\u{a0}".chars().all(is_ordinary));
        for hidden in
            ['\0', '\n', '\u{7f}', '\u{85}', '\u{200b}', '\u{200d}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0061}']
        {
            assert!(!is_ordinary(hidden), "{hidden:?}");
        }
    }
}
