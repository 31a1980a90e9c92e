//! The one in the middle: what a bench reports of times that a busy machine stretches.

use std::time::Duration;

/// Of equals in the middle the later; at least one was taken.
pub fn median(took: &mut [Duration]) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}
