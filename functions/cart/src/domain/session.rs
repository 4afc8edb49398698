//! By what a guest is known.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Entropy, SessionId, Timestamp};
use sha2::{Digest, Sha256};

/// Sessions that one address may open in an hour. Many people share an address with their carrier's other customers.
pub const SESSIONS_PER_HOUR_MAX: u32 = 300;

const SECRET_BYTES: usize = 32;

/// What a guest carries to be let to their cart: the session's id and a random secret, of which the cart's row keeps
/// the fingerprint only.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken {
    /// The session.
    pub id: SessionId,
    secret: [u8; SECRET_BYTES],
}

/// The text was never a token of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token of a cart session")]
pub struct NotAToken;

impl SessionToken {
    /// A new session's.
    pub fn generate(at: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut secret = [0; SECRET_BYTES];
        entropy.fill(&mut secret);
        Self { id: SessionId::generate(at, entropy), secret }
    }

    /// What is kept of the secret. It has 256 random bits: nobody finds it from this.
    pub fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.secret))
    }
}

/// As the guest carries it.
impl fmt::Display for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, URL_SAFE_NO_PAD.encode(self.secret))
    }
}

/// Without the secret: a log may show it.
impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionToken({})", self.id)
    }
}

impl FromStr for SessionToken {
    type Err = NotAToken;

    fn from_str(text: &str) -> Result<Self, NotAToken> {
        let (id, secret) = text.split_once('.').ok_or(NotAToken)?;
        let secret = URL_SAFE_NO_PAD.decode(secret).map_err(|_| NotAToken)?;
        Ok(Self { id: id.parse().map_err(|_| NotAToken)?, secret: secret.try_into().map_err(|_| NotAToken)? })
    }
}

/// What is kept of an address in the hour of `at`: enough to count by, and another in the next hour. Of IPv6 the network
/// counts, which one customer has whole.
pub fn address_fingerprint(ip: &str, at: Timestamp) -> String {
    let network = match ip.parse() {
        Ok(IpAddr::V6(address)) => format!("{:x?}", &address.segments()[..4]),
        Ok(IpAddr::V4(_)) | Err(_) => ip.to_owned(),
    };
    let digest = Sha256::digest(format!("cart-session/{}/{network}", hour(at)));
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

/// Hours since 1970.
fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(3_600)
}

/// When the next hour begins.
pub fn next_hour(at: Timestamp) -> Timestamp {
    Timestamp::from_second((hour(at) + 1) * 3_600).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use domain::SeededEntropy;

    use super::*;

    fn token(seed: u64) -> SessionToken {
        SessionToken::generate(Timestamp::UNIX_EPOCH, &SeededEntropy::new(seed))
    }

    #[test]
    fn a_token_reads_back_and_nothing_else_does() {
        let text = token(1).to_string();
        assert_eq!(text.parse(), Ok(token(1)));
        let (id, secret) = text.split_once('.').unwrap();
        for wrong in ["", ".", id, &format!("{id}."), &format!("{id}.{secret}A"), &format!("x.{secret}"), &secret[1..]]
        {
            assert_eq!(wrong.parse::<SessionToken>(), Err(NotAToken), "{wrong}");
        }
    }

    #[test]
    fn neither_the_log_nor_the_row_shows_the_secret() {
        let (token, text) = (token(1), token(1).to_string());
        let secret = text.split_once('.').unwrap().1;
        assert!(!format!("{token:?}").contains(secret) && token.fingerprint() != secret);
        assert_ne!(token.fingerprint(), super::tests::token(2).fingerprint());
    }

    #[test]
    fn an_address_counts_with_its_network_and_for_an_hour() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let of = |ip, second| address_fingerprint(ip, at(second));
        assert_eq!(of("203.0.113.7", 0), of("203.0.113.7", 3_599));
        assert_ne!(of("203.0.113.7", 0), of("203.0.113.7", 3_600));
        assert_ne!(of("203.0.113.7", 0), of("203.0.113.8", 0));
        assert_eq!(of("2001:db8:1:2::1", 0), of("2001:db8:1:2:ffff::9", 0));
        assert_ne!(of("2001:db8:1:2::1", 0), of("2001:db8:1:3::1", 0));
        assert_eq!(next_hour(at(3_599)), at(3_600));
    }
}
