use domain::Entropy;

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no secret is safe: better no answer than a guessable one.
        assert!(getrandom::fill(bytes).is_ok(), "the operating system gives no randomness");
    }
}
