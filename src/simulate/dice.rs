//! Chance that repeats itself, on any machine and in any version.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One person's own chance. Everybody draws from a stream of her own, so that one more message from
/// one person changes nothing for the others.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut chance = ChaCha8Rng::from_seed(bytes);
        chance.set_stream(stream);
        Self(chance)
    }

    /// One of `0..n`; 0 when `n` is 0. Written out rather than taken from `rand`, whose way of
    /// drawing from a range may change between versions. The bias of at most n / 2³² is of no matter here.
    pub fn below(&mut self, n: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(n);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// One of `low..=high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of the choices, each as often as its weight says; the last when no weight is positive.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u32, T)], otherwise: T) -> T {
        let mut left = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_for_ever() {
        let mut dice = Dice::new(1, 3);
        let drawn: Vec<u32> = (0..8).map(|_| dice.below(1000)).collect();
        assert_eq!(drawn, [228, 664, 870, 620, 418, 981, 192, 233]);
    }

    #[test]
    fn streams_differ_and_stay_in_range() {
        let (mut one, mut two) = (Dice::new(1, 1), Dice::new(1, 2));
        let draws: Vec<(u32, u32)> = (0..200).map(|_| (one.between(5, 9), two.between(5, 9))).collect();
        assert!(draws.iter().any(|(a, b)| a != b));
        assert!(draws.iter().all(|(a, b)| (5..=9).contains(a) && (5..=9).contains(b)));
        assert!((5..=9).all(|n| draws.iter().any(|(a, _)| *a == n)));
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(7, 0);
        let tails = (0..1000).filter(|_| dice.weighted(&[(1, false), (3, true)], false)).count();
        assert!((650..850).contains(&tails), "{tails}");
        assert!(dice.weighted(&[], true));
    }
}
