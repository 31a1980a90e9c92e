//! How long it takes all but the slowest.

use std::time::Duration;

/// Within what time `share` of them (0 to 1) ended, by the nearest rank; at least one was taken.
pub fn percentile(took: &mut [Duration], share: f64) -> Duration {
    took.sort_unstable();
    let rank = (share * took.len() as f64).ceil() as usize;
    took[rank.clamp(1, took.len()) - 1]
}
