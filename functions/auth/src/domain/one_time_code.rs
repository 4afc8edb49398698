use std::fmt;
use std::str::FromStr;

use domain::{Entropy, TokenId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Six digits that a person carries from their mailbox back to us.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// Not six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be six digits")]
pub struct CodeError;

/// What codes are hashed under.
///
/// A million codes are tried in a second whatever the hash, so neither a salt nor a slow hash would protect them from
/// somebody who reads the table. The key is derived from the app client's secret, which is never in the table.
#[derive(Clone)]
pub struct CodeKey([u8; 32]);

impl Code {
    /// A new one; all are equally likely.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(format!("{:06}", entropy.below(1_000_000)))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        if digits { Ok(Self(text.to_owned())) } else { Err(CodeError) }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl CodeKey {
    /// The key that follows from `secret`.
    pub fn derive(secret: &str) -> Self {
        Self(mac(secret.as_bytes(), &[b"um/auth/one-time-codes"]).finalize().into_bytes().into())
    }

    /// The hash of `code` as the one of `token`, in hex.
    pub fn hash(&self, token: TokenId, code: &Code) -> String {
        hex::encode(self.mac(token, code).finalize().into_bytes())
    }

    /// Whether `hash` is of `code`, in constant time.
    pub fn matches(&self, token: TokenId, code: &Code, hash: &str) -> bool {
        hex::decode(hash).is_ok_and(|expected| self.mac(token, code).verify_slice(&expected).is_ok())
    }

    fn mac(&self, token: TokenId, code: &Code) -> Hmac<Sha256> {
        mac(&self.0, &[token.uuid().as_bytes(), code.0.as_bytes()])
    }
}

/// HMAC-SHA256 over `parts`, which must be of fixed lengths but for the last.
pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    // HMAC takes a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes every key"));
    for part in parts {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use domain::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_six_digits() {
        let entropy = SeededEntropy::new(3);
        for _ in 0..100 {
            let code = Code::generate(&entropy);
            assert_eq!(code.as_str().parse::<Code>(), Ok(code.clone()));
        }
        for wrong in ["12345", "1234567", "12345a", "١٢٣٤٥٦", ""] {
            assert_eq!(wrong.parse::<Code>(), Err(CodeError), "{wrong}");
        }
    }

    #[test]
    fn a_hash_counts_for_its_code_token_and_key_only() {
        let (key, token, code) = (CodeKey::derive("secret"), TokenId::derived("t"), "123456".parse::<Code>().unwrap());
        let hash = key.hash(token, &code);
        assert!(key.matches(token, &code, &hash));
        assert!(!key.matches(token, &"123457".parse().unwrap(), &hash));
        assert!(!key.matches(TokenId::derived("other"), &code, &hash));
        assert!(!CodeKey::derive("other").matches(token, &code, &hash));
        assert!(!key.matches(token, &code, "not hex"));
    }
}
