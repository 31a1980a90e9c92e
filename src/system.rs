//! The machine's own time and randomness: the only place that asks for either.

mod clock;
mod entropy;

pub use clock::ShiftedClock;
pub use clock::SystemClock;
pub use entropy::SystemEntropy;
