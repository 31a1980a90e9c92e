use domain::clock::Entropy;
use rand::TryRng;
use rand::rngs::SysRng;

/// The kernel's random bytes, fit for keys.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the kernel has none to give: going on without would make keys and tokens that can be guessed.
    fn fill(&self, into: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(into) {
            panic!("the operating system gives no random bytes: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_fills_are_alike() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemEntropy.fill(&mut one);
        SystemEntropy.fill(&mut other);
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
