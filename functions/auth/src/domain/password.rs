use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher, PasswordVerifier};
use domain::Entropy;

use super::Email;

/// A password that keeps the rules: 8 to 128 characters of all four classes, not a known-common one and not made of
/// the address it belongs to. Never printed, never kept: only [`Password::hash`] leaves the process.
pub struct Password(String);

/// Which rule a password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("must have 8 to 128 characters")]
    Length,
    /// A class is missing, or a character belongs to none.
    #[error("must have a small letter, a capital letter, a digit and a symbol of the Latin keyboard")]
    Classes,
    /// Among the first that a guesser tries.
    #[error("is too common or too close to the email address")]
    Common,
}

/// Words that passwords are made of most often, one a line: what remains when decoration is taken off.
const COMMON: &str = include_str!("common-passwords.txt");
const SALT_BYTES: usize = 16;

impl Password {
    /// Checks `text` against the rules for the account of `email`.
    pub fn parse(text: &str, email: &Email) -> Result<Self, PasswordError> {
        if !(8..=128).contains(&text.chars().count()) {
            return Err(PasswordError::Length);
        }
        let has = |class: fn(&char) -> bool| text.chars().any(|c| class(&c));
        let four = has(char::is_ascii_lowercase)
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_digit)
            && has(char::is_ascii_punctuation);
        // Cognito refuses spaces at either end.
        if !four || text.trim() != text || text.chars().any(char::is_control) {
            return Err(PasswordError::Classes);
        }
        let bare = bare(text);
        if bare.len() < 3 || COMMON.lines().any(|word| word == bare) || bare == self::bare(email.local_part()) {
            return Err(PasswordError::Common);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text, for the one who keeps credentials.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Argon2id (19 MiB, 2 passes: OWASP's minimum) with a fresh salt, as a PHC string.
    pub fn hash(&self, entropy: &dyn Entropy) -> Result<String, HashError> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        let hash: PasswordHash = Argon2::default().hash_password_with_salt(self.0.as_bytes(), &salt)?;
        Ok(hash.to_string())
    }

    /// Whether `hash`, a PHC string, is of this password.
    pub fn matches(&self, hash: &str) -> bool {
        PasswordVerifier::<str>::verify_password(&Argon2::default(), self.0.as_bytes(), hash).is_ok()
    }
}

/// The word inside the decoration: lower-case, look-alike digits and symbols read as letters (when that makes a word),
/// digits and symbols at the ends dropped.
fn bare(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let core = lower.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '@' && c != '$');
    let core = core.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    core.chars()
        .filter_map(|c| match c {
            '@' | '4' => Some('a'),
            '0' => Some('o'),
            '1' | '!' => Some('i'),
            '3' => Some('e'),
            '$' | '5' => Some('s'),
            '7' => Some('t'),
            c if c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::SeededEntropy;

    use super::*;

    #[test]
    fn each_broken_rule_is_named() {
        let email: Email = "aziza.karimova@example.uz".parse().unwrap();
        for (text, error) in [
            ("aA1!", Some(PasswordError::Length)),
            ("abcdefgh1!", Some(PasswordError::Classes)),
            ("ABCDEFGH1!", Some(PasswordError::Classes)),
            ("Abcdefgh!", Some(PasswordError::Classes)),
            ("Abcdefgh1", Some(PasswordError::Classes)),
            (" Lola7!bahor", Some(PasswordError::Classes)),
            ("Password1!", Some(PasswordError::Common)),
            ("P@ssw0rd!", Some(PasswordError::Common)),
            ("Qwerty123!", Some(PasswordError::Common)),
            ("Toshkent2026!", Some(PasswordError::Common)),
            ("A1!23456789", Some(PasswordError::Classes)),
            ("aA1!23456789", Some(PasswordError::Common)),
            ("Aziza.Karimova1", Some(PasswordError::Common)),
            ("Lola7!bahor", None),
            ("correct Horse 9 battery!", None),
        ] {
            assert_eq!(Password::parse(text, &email).err(), error, "{text}");
        }
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let email: Email = "a@example.uz".parse().unwrap();
        let entropy = SeededEntropy::new(1);
        let (one, other) =
            (Password::parse("Lola7!bahor", &email).unwrap(), Password::parse("Lola8!bahor", &email).unwrap());
        let hash = one.hash(&entropy).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(one.matches(&hash) && !other.matches(&hash));
        assert_ne!(one.hash(&entropy).unwrap(), hash, "each has a salt of its own");
    }
}
