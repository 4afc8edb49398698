//! Names that stand in addresses.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Localized, Reason};

/// Lower-case Latin letters, digits and single hyphens between them, 2 to 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(inline, extend("pattern" = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Wrong characters, hyphens or length.
    #[error("must be 2 to 80 lower-case Latin letters, digits and single hyphens between them")]
    Form,
    /// The word stands for something else in an address.
    #[error("this word is reserved")]
    Reserved,
}

impl Reason for SlugError {
    fn reason(&self) -> Localized {
        match self {
            Self::Form => Localized::new(
                "2 tadan 80 tagacha kichik lotin harfi, raqam va ular orasida bittadan chiziqcha bo'lishi kerak",
                "должно быть от 2 до 80 строчных латинских букв, цифр и одиночных дефисов между ними",
                "must be 2 to 80 lower-case Latin letters, digits and single hyphens between them",
            ),
            Self::Reserved => Localized::new("bu so'z band", "это слово занято", "this word is reserved"),
        }
    }
}

/// Words that routes use where a slug could stand.
const RESERVED: [&str; 16] = [
    "admin",
    "analytics",
    "api",
    "categories",
    "documents",
    "imports",
    "internal",
    "me",
    "mine",
    "new",
    "orders",
    "products",
    "search",
    "settings",
    "slug",
    "staff",
];

const LENGTH_MAX: usize = 80;

impl Slug {
    /// The slug of a title: what is neither letter nor digit becomes one hyphen; Cyrillic is spelled in Latin.
    /// `None` when nothing is left, or a reserved word.
    pub fn from_title(title: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in title.to_lowercase().chars() {
            match c {
                'a'..='z' | '0'..='9' => slug.push(c),
                // Apostrophes belong to the letter before them (o', g').
                '\'' | '’' | '‘' | 'ʻ' | 'ʼ' | '`' | 'ъ' | 'ь' => {}
                _ => match latin(c) {
                    Some(letters) => slug.push_str(letters),
                    None if slug.is_empty() || slug.ends_with('-') => {}
                    None => slug.push('-'),
                },
            }
        }
        slug.truncate(LENGTH_MAX);
        slug.trim_end_matches('-').parse().ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn latin(c: char) -> Option<&'static str> {
    const LETTERS: [(char, &str); 35] = [
        ('а', "a"),
        ('б', "b"),
        ('в', "v"),
        ('г', "g"),
        ('д', "d"),
        ('е', "e"),
        ('ё', "yo"),
        ('ж', "j"),
        ('з', "z"),
        ('и', "i"),
        ('й', "y"),
        ('к', "k"),
        ('л', "l"),
        ('м', "m"),
        ('н', "n"),
        ('о', "o"),
        ('п', "p"),
        ('р', "r"),
        ('с', "s"),
        ('т', "t"),
        ('у', "u"),
        ('ф', "f"),
        ('х', "x"),
        ('ц', "ts"),
        ('ч', "ch"),
        ('ш', "sh"),
        ('щ', "sh"),
        ('ы', "i"),
        ('э', "e"),
        ('ю', "yu"),
        ('я', "ya"),
        ('ў', "o"),
        ('қ', "q"),
        ('ғ', "g"),
        ('ҳ', "h"),
    ];
    LETTERS.iter().find(|(from, _)| *from == c).map(|(_, to)| *to)
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let characters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let hyphens = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        if !characters || !hyphens || !(2..=LENGTH_MAX).contains(&text.len()) {
            return Err(SlugError::Form);
        }
        if RESERVED.contains(&text) {
            return Err(SlugError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_of_both_scripts_make_slugs() {
        for (title, slug) in [
            ("Texno Do'kon", "texno-dokon"),
            ("Ўзбек қўшиғи", "ozbek-qoshigi"),
            ("  AMD Ryzen™ 7 9800X3D!", "amd-ryzen-7-9800x3d"),
        ] {
            assert_eq!(Slug::from_title(title).unwrap().as_str(), slug, "{title}");
        }
        assert_eq!(Slug::from_title("!!!"), None);
        assert_eq!(Slug::from_title("Mine"), None);
    }

    #[test]
    fn words_of_routes_are_reserved() {
        assert_eq!("mine".parse::<Slug>(), Err(SlugError::Reserved));
        for wrong in ["a", "-ab", "ab-", "a--b", "Ab", "a b", ""] {
            assert_eq!(wrong.parse::<Slug>(), Err(SlugError::Form), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_slug_of_any_title_is_a_slug(title in ".{0,200}") {
            if let Some(slug) = Slug::from_title(&title) {
                prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug.clone()));
            }
        }
    }
}
