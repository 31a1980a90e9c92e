//! How each worker is to die.

use super::asked::Asked;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::time::Duration;
use worker::kill_point::Point;

#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// By itself, when it comes to this point for the nth time.
    At(Point, usize),
    /// After so many more notifications went out, and a moment.
    Random { sends: usize, moment: Duration },
}

impl Fate {
    /// One for every kill, in the order in which they come; the same for the same seed. Every point comes up equally
    /// often, and random times as often as two points together.
    pub fn draw(asked: &Asked) -> Vec<Self> {
        let mut rng = ChaCha8Rng::seed_from_u64(asked.seed);
        let life = asked.sends_per_life().max(2);
        let mut fates = Vec::new();
        for number in 0..asked.kills {
            let fate = match Point::ALL.get(number % (Point::ALL.len() + 2)) {
                // Batches are claimed and decisions written more rarely than deliveries are sent.
                Some(point @ Point::Planned) => Self::At(*point, 1 + rng.random_range(0..=(life / 20).min(2))),
                Some(point @ Point::Claimed) => Self::At(*point, rng.random_range(1..=3)),
                Some(point) => Self::At(*point, rng.random_range(1..=life)),
                None => Self::Random {
                    sends: rng.random_range(0..life),
                    moment: Duration::from_micros(rng.random_range(0..30_000)),
                },
            };
            fates.push(fate);
        }
        fates.shuffle(&mut rng);
        fates
    }
}
