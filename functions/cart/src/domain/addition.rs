//! Additions that may be asked for twice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ProductId, VariantId};
use sha2::{Digest, Sha256};

use super::{Cart, Refusal};

/// How many additions with an `Idempotency-Key` a cart remembers. Each takes 33 bytes of its row.
pub const ADDITIONS_MAX: usize = 20;

/// What was asked for under an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The key.
    pub key: String,
    /// The product.
    pub product_id: ProductId,
    /// Its variant.
    pub variant_id: VariantId,
    /// How many more.
    pub quantity: u32,
}

impl Cart {
    /// Remembers an addition, and forgets the oldest beyond the last [`ADDITIONS_MAX`]. Says whether it is new: one that
    /// is not is in the cart already.
    pub fn remember(&mut self, addition: &Addition) -> Result<bool, Refusal> {
        let Addition { key, product_id, variant_id, quantity } = addition;
        let (key, request) = (digest(key), digest(&format!("{product_id}/{variant_id}/{quantity}")));
        let known = self.additions_seen.iter().filter_map(|seen| seen.split_once(' '));
        if let Some((_, seen)) = known.into_iter().find(|(of, _)| *of == key) {
            return if seen == request { Ok(false) } else { Err(Refusal::KeyReused) };
        }
        self.additions_seen.push(format!("{key} {request}"));
        let forgotten = self.additions_seen.len().saturating_sub(ADDITIONS_MAX);
        self.additions_seen.drain(..forgotten);
        Ok(true)
    }
}

/// 96 bits: a shopper could only deceive themselves.
fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..12])
}
