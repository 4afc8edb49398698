use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use domain::{Entropy, SessionId, UserId};
use hmac::Mac;
use sha2::{Digest, Sha256};

use super::one_time_code::mac;

/// What a client holds to get the next access token: `<session_id>.<secret>`.
///
/// The secret is opaque to clients. Inside are the user's id (so that the session is read by its key), sixteen bytes
/// that stay the same through the session's life (whoever shows them once held a token of it: that is how a replay of
/// *any* earlier token is told from a guess, without remembering them all) and 32 bytes that change each time.
#[derive(Clone)]
pub struct RefreshToken {
    /// The session it continues.
    pub session: SessionId,
    /// Whose it claims to be; true only when the hash is right.
    pub user: UserId,
    secret: [u8; SECRET_BYTES],
}

const USER_BYTES: usize = 16;
const FAMILY_BYTES: usize = 16;
const HEAD_BYTES: usize = USER_BYTES + FAMILY_BYTES;
const SECRET_BYTES: usize = HEAD_BYTES + 32;
const NONCE_BYTES: usize = 12;

/// The text is not a refresh token, or what it should open is not sealed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a refresh token of this session")]
pub struct RefreshTokenError;

impl RefreshToken {
    /// The first token of a session.
    pub fn generate(session: SessionId, user: UserId, entropy: &dyn Entropy) -> Self {
        let mut secret = [0; SECRET_BYTES];
        entropy.fill(&mut secret);
        secret[..USER_BYTES].copy_from_slice(user.uuid().as_bytes());
        Self { session, user, secret }
    }

    /// Reads what [`RefreshToken::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Self, RefreshTokenError> {
        let (session, secret) = text.split_once('.').ok_or(RefreshTokenError)?;
        let session = session.parse().map_err(|_| RefreshTokenError)?;
        let secret = URL_SAFE_NO_PAD.decode(secret).map_err(|_| RefreshTokenError)?;
        let secret: [u8; SECRET_BYTES] = secret.try_into().map_err(|_| RefreshTokenError)?;
        let mut user = [0; USER_BYTES];
        user.copy_from_slice(&secret[..USER_BYTES]);
        Ok(Self { session, user: uuid::Uuid::from_bytes(user).into(), secret })
    }

    /// The text for the client.
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.session, URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// SHA-256 of the secret, in hex: what the session's row keeps of the token that counts.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.secret))
    }

    /// SHA-256 of the part that all tokens of the session share, in hex.
    pub fn family(&self) -> String {
        hex::encode(Sha256::digest(&self.secret[USER_BYTES..HEAD_BYTES]))
    }

    /// The token after this one. `nonce` is drawn at rotation and kept in the row: with it the same token always has the
    /// same successor, so that a repeated request is given what the lost answer held; without it nobody can go on.
    pub fn successor(&self, nonce: &[u8; 32]) -> Self {
        let mut secret = self.secret;
        secret[HEAD_BYTES..].copy_from_slice(&mac(nonce, &[&self.secret]).finalize().into_bytes());
        Self { secret, ..self.clone() }
    }

    /// Seals `text` so that only the holder of this token lets it be opened: a table reader cannot.
    pub fn seal(&self, text: &str, entropy: &dyn Entropy) -> Result<String, RefreshTokenError> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let session = self.session.uuid();
        let payload = Payload { msg: text.as_bytes(), aad: session.as_bytes() };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).map_err(|_| RefreshTokenError)?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Opens what [`RefreshToken::seal`] of the same token sealed.
    pub fn open(&self, sealed: &str) -> Result<String, RefreshTokenError> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| RefreshTokenError)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(RefreshTokenError)?;
        let session = self.session.uuid();
        let payload = Payload { msg: sealed, aad: session.as_bytes() };
        let text = self.cipher().decrypt(&(*nonce).into(), payload).map_err(|_| RefreshTokenError)?;
        String::from_utf8(text).map_err(|_| RefreshTokenError)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        let key: [u8; 32] = mac(&self.secret, &[b"um/auth/session"]).finalize().into_bytes().into();
        ChaCha20Poly1305::new(&key.into())
    }
}

#[cfg(test)]
mod tests {
    use domain::SeededEntropy;
    use proptest::prelude::*;

    use super::*;

    fn token(seed: u64) -> RefreshToken {
        RefreshToken::generate(SessionId::derived("s"), UserId::derived("u"), &SeededEntropy::new(seed))
    }

    #[test]
    fn a_token_reads_back() {
        let token = token(1);
        let read = RefreshToken::parse(&token.to_text()).unwrap();
        assert_eq!((read.session, read.user, read.hash()), (token.session, token.user, token.hash()));
    }

    #[test]
    fn a_successor_is_certain_with_its_nonce_and_of_the_same_family() {
        let first = token(1);
        let next = first.successor(&[7; 32]);
        assert_eq!(next.hash(), first.successor(&[7; 32]).hash());
        assert_ne!(next.hash(), first.successor(&[8; 32]).hash());
        assert_ne!(next.hash(), first.hash());
        assert_eq!(next.family(), first.family());
        assert_ne!(token(2).family(), first.family());
    }

    #[test]
    fn only_the_token_that_sealed_opens() {
        let token = token(1);
        let sealed = token.seal("inner", &SeededEntropy::new(5)).unwrap();
        assert_eq!(token.open(&sealed).unwrap(), "inner");
        assert_eq!(token.successor(&[0; 32]).open(&sealed), Err(RefreshTokenError));
        let elsewhere = RefreshToken { session: SessionId::derived("t"), ..token };
        assert_eq!(elsewhere.open(&sealed), Err(RefreshTokenError));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".{0,120}") {
            prop_assert!(RefreshToken::parse(&text).is_err());
        }
    }
}
