//! Access keys as every signer of the laptop cloud has them.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An access key and its secret, enough to sign a request with SigV4.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Twenty characters, starts with `AKIA`; names the principal.
    pub access_key_id: String,
    /// Forty characters.
    pub secret_access_key: String,
}

impl Credentials {
    /// The keys of `name`: the same for the same `seed`, so that a restart does not cut off a signer that is still running.
    ///
    /// `seed` should be random and kept in the state directory; whoever has it can sign as anyone here.
    pub fn derive(seed: &[u8], name: &str) -> Self {
        Self {
            access_key_id: format!("AKIA{}", &digest(seed, "id", name).to_uppercase()[..16]),
            secret_access_key: digest(seed, "secret", name)[..40].to_owned(),
        }
    }
}

fn digest(seed: &[u8], purpose: &str, name: &str) -> String {
    let mut hash = Sha256::new();
    for part in [seed, purpose.as_bytes(), name.as_bytes()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
