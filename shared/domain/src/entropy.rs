//! Randomness as a value that is passed in.

use std::sync::atomic::{AtomicU64, Ordering};

/// A source of random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`. Implementations used in production must be cryptographically strong.
    fn fill(&self, bytes: &mut [u8]);

    /// A uniformly distributed number below `bound`, which must not be 0.
    fn below(&self, bound: u32) -> u32 {
        // Rejection keeps the digits of a code equally likely.
        let zone = u32::MAX - u32::MAX % bound;
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes);
            let value = u32::from_le_bytes(bytes);
            if value < zone {
                return value % bound;
            }
        }
    }
}

/// Repeatable bytes for tests: SplitMix64 from a seed. Never for secrets.
#[derive(Debug, Default)]
pub struct SeededEntropy(AtomicU64);

impl SeededEntropy {
    /// The same seed gives the same bytes.
    pub const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let step = 0x9E37_79B9_7F4A_7C15_u64;
            let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence() {
        let (a, b) = (SeededEntropy::new(7), SeededEntropy::new(7));
        let take = |e: &SeededEntropy| (0..20).map(|_| e.below(1_000_000)).collect::<Vec<_>>();
        let first = take(&a);
        assert_eq!(first, take(&b));
        assert!(first.iter().all(|n| *n < 1_000_000));
        assert_ne!(first, take(&a), "the sequence moves on");
    }
}
